//! What people do to our events on their calendars, and what becomes of it.

use jiff::SignedDuration;
use kalends_core::{
    external_event::EventStatus,
    settings::{Setting, Sync},
    time::UserId,
    two_way::{Direction, Policy},
};
use kalends_engine::settings;
use kalends_store::{LinkAim, LinkStatus};
use kalends_testkit::both;
use serde_json::{Value, json};

use crate::harness::{At, Simulated, Told, lesson};

/// A user with an event on their calendar; its id there.
async fn written(world: &Simulated) -> String {
    world.writer("ada").await;
    world.put("lesson-7", lesson(&["ada"])).await;
    world.drain().await;
    // What a person does comes later.
    world.clock.advance(SignedDuration::from_secs(60));
    world.only("ada").await["id"].as_str().unwrap().to_owned()
}

/// What was told since a number, without the application's own doing.
async fn told_since(world: &Simulated, seq: i64) -> Vec<Told> {
    world.told(seq).await.0
}

fn moved_to(hour: u8) -> Value {
    json!({
        "start": { "dateTime": format!("2026-12-01T{hour:02}:00:00Z") },
        "end": { "dateTime": format!("2026-12-01T{:02}:00:00Z", hour + 1) },
    })
}

async fn rule(world: &Simulated, user: &str, policy: Option<Policy>, direction: Direction) {
    let mut sync = Sync::default();
    (sync.policy, sync.direction) = (policy, direction);
    let user = UserId::new(user).unwrap();
    settings::put(&world.engine, world.tenant, &user, Setting::Sync(sync))
        .await
        .unwrap();
    world.drain().await;
}

fn hour(event: &kalends_engine::events::Event) -> String {
    let interval = event.wanted.when.interval(&kalends_core::time::Zone::UTC);
    interval.start().to_string()[11..13].to_owned()
}

both! {
    async fn a_move_on_the_calendar_moves_the_event_and_is_told_once(database) {
        let world = Simulated::new(database).await;
        let id = written(&world).await;
        let seq = world.last_seq().await;
        let mut edit = moved_to(18);
        edit["location"] = json!("Room 9");
        world.edit("ada", &id, edit).await;
        let from = world.last_call();
        world.pull("ada").await;
        assert_eq!(world.writes_since(from), ["GET 200"], "it is looked at once and nothing is sent");
        let event = world.event("lesson-7").await;
        assert_eq!((hour(&event).as_str(), event.wanted.location.as_str()), ("18", "Room 9"));
        assert_eq!((event.version, event.sync_status), (2, Some(LinkStatus::Synced)));

        let told = told_since(&world, seq).await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].kind, "event.moved_externally");
        let data = &told[0].data;
        assert_eq!(data["fields"]["location"], json!({ "before": "Room 4", "after": "Room 9", "ruling": "adopted" }));
        assert_eq!(data["fields"]["when"]["before"]["start"], "2026-12-01T15:00:00Z");
        assert_eq!(data["fields"]["when"]["after"]["start"], "2026-12-01T18:00:00Z");
        assert_eq!((&data["competing"], &data["cause"]), (&json!([]), &json!("calendar")));

        // Neither another pull nor a full one finds it again.
        let from = world.last_call();
        world.pull("ada").await;
        world.simulator.control().expire_sync_tokens(None).unwrap();
        world.pull("ada").await;
        assert_eq!(world.writes_since(from), [""; 0]);
        assert_eq!(told_since(&world, seq).await.len(), 1);
    }

    async fn a_full_resync_of_an_unchanged_world_sends_and_asks_nothing(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        for lesson_number in 0..12 {
            let mut event = lesson(&["ada"]);
            event.when = At(lesson_number).into();
            world.put(&format!("lesson-{lesson_number}"), event).await;
        }
        world.drain().await;
        world.pull("ada").await;
        let from = world.last_call();
        for _ in 0..2 {
            world.simulator.control().expire_sync_tokens(None).unwrap();
            world.pull("ada").await;
        }
        assert_eq!(world.writes_since(from), [""; 0]);
        let calendar = world.main_calendar("ada").await;
        let day = crate::harness::interval("2026-12-01T00:00:00Z/2026-12-02T00:00:00Z");
        let stored = world.store.events_touching(world.tenant, calendar, day).await.unwrap();
        assert!(stored.is_empty(), "our events are no external events");
    }

    async fn a_deletion_by_the_organizer_cancels_the_event(database) {
        let world = Simulated::new(database).await;
        let id = written(&world).await;
        let seq = world.last_seq().await;
        world.delete("ada", &id).await;
        world.pull("ada").await;
        let event = world.event("lesson-7").await;
        assert_eq!(event.wanted.status, EventStatus::Cancelled);
        assert_eq!(event.sync_status, Some(LinkStatus::Removed));
        let told = told_since(&world, seq).await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!((told[0].kind.as_str(), &told[0].data["outcome"]), ("event.deleted_externally", &json!("cancelled")));
        world.pull("ada").await;
        assert_eq!(told_since(&world, seq).await.len(), 1);
    }

    async fn a_deletion_that_only_a_full_pass_can_show_is_found(database) {
        let world = Simulated::new(database).await;
        let id = written(&world).await;
        world.pull("ada").await;
        let seq = world.last_seq().await;
        world.delete("ada", &id).await;
        world.simulator.control().expire_sync_tokens(None).unwrap();
        world.pull("ada").await;
        let told = told_since(&world, seq).await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].kind, "event.deleted_externally");
    }

    async fn a_deletion_by_a_participant_takes_it_off_their_calendar_alone(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        world.writer("ben").await;
        world.put("lesson-7", lesson(&["ada", "ben"])).await;
        world.drain().await;
        let id = world.only("ben").await["id"].as_str().unwrap().to_owned();
        let seq = world.last_seq().await;
        world.later(SignedDuration::from_secs(60)).await;
        world.delete("ben", &id).await;
        world.pull("ben").await;
        assert_eq!(world.event("lesson-7").await.wanted.status, EventStatus::Confirmed);
        assert_eq!(world.seen("ada").await.len(), 1);
        let told = told_since(&world, seq).await;
        assert_eq!((told.len(), &told[0].data["outcome"]), (1, &json!("unlinked")));
        // It stays off, whatever becomes of the event.
        let mut changed = lesson(&["ada", "ben"]);
        "Other lesson".clone_into(&mut changed.title);
        world.put("lesson-7", changed).await;
        world.drain().await;
        assert!(world.seen("ben").await.is_empty());
        let links = world.links("lesson-7").await;
        assert!(links.iter().any(|link| link.standing.aim == LinkAim::Off));
    }

    async fn what_one_person_does_reaches_the_others_and_comes_to_rest(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        world.writer("ben").await;
        world.put("lesson-7", lesson(&["ada", "ben"])).await;
        world.drain().await;
        let id = async |user: &str| world.only(user).await["id"].as_str().unwrap().to_owned();
        let (of_ada, of_ben) = (id("ada").await, id("ben").await);
        let seq = world.last_seq().await;
        world.later(SignedDuration::from_secs(60)).await;
        world.edit("ada", &of_ada, moved_to(17)).await;
        world.clock.advance(SignedDuration::from_secs(5));
        world.edit("ben", &of_ben, moved_to(19)).await;
        world.pull("ada").await;
        world.pull("ben").await;
        for _ in 0..5 {
            world.pull("ada").await;
            world.pull("ben").await;
        }
        // Ben's was later.
        assert_eq!(hour(&world.event("lesson-7").await), "19");
        for user in ["ada", "ben"] {
            let start = world.only(user).await["start"]["dateTime"].as_str().unwrap().to_owned();
            let start: jiff::Timestamp = start.parse().unwrap();
            assert_eq!(start.to_string(), "2026-12-01T19:00:00Z", "{user}");
        }
        let told = told_since(&world, seq).await;
        let moves = told.iter().filter(|one| one.kind == "event.moved_externally").count();
        assert_eq!(moves, 2, "{told:?}");
        let from = world.last_call();
        world.pull("ada").await;
        world.pull("ben").await;
        assert_eq!(world.writes_since(from), [""; 0], "it has come to rest");
    }

    async fn the_application_s_rule_sets_edits_right(database) {
        let world = Simulated::new(database).await;
        let id = written(&world).await;
        rule(&world, "ada", Some(Policy::AppWins), Direction::TwoWay).await;
        let seq = world.last_seq().await;
        world.edit("ada", &id, json!({ "summary": "Mine" })).await;
        world.pull("ada").await;
        assert_eq!(world.only("ada").await["summary"], "Lesson");
        let told = told_since(&world, seq).await;
        assert_eq!(told[0].kind, "event.edited_externally");
        assert_eq!(told[0].data["fields"]["title"]["ruling"], "reverted");
        assert_eq!(told.iter().filter(|one| one.kind.ends_with("externally")).count(), 1);
        world.delete("ada", &id).await;
        world.pull("ada").await;
        let again = world.only("ada").await;
        assert_ne!(again["id"], json!(id), "it is there again, as another event");
    }

    async fn a_person_who_is_asked_keeps_both_sides_until_they_say(database) {
        let world = Simulated::new(database).await;
        let id = written(&world).await;
        rule(&world, "ada", Some(Policy::Ask), Direction::TwoWay).await;
        world.edit("ada", &id, json!({ "summary": "Mine" })).await;
        world.pull("ada").await;
        assert_eq!(world.only("ada").await["summary"], "Mine");
        assert_eq!(world.event("lesson-7").await.wanted.title, "Lesson");
        // Other fields still go there.
        let mut changed = lesson(&["ada"]);
        "Room 5".clone_into(&mut changed.location);
        world.put("lesson-7", changed).await;
        world.drain().await;
        let seen = world.only("ada").await;
        assert_eq!((&seen["summary"], &seen["location"]), (&json!("Mine"), &json!("Room 5")));
    }

    async fn what_is_only_read_follows_the_calendar_and_sends_nothing(database) {
        let world = Simulated::new(database).await;
        let id = written(&world).await;
        rule(&world, "ada", None, Direction::FromProvider).await;
        world.edit("ada", &id, json!({ "summary": "Mine" })).await;
        world.pull("ada").await;
        assert_eq!(world.event("lesson-7").await.wanted.title, "Mine");
        let from = world.last_call();
        world.put("lesson-7", lesson(&["ada"])).await;
        world.drain().await;
        assert_eq!(world.writes_since(from), [""; 0]);
        let event = world.event("lesson-7").await;
        assert_eq!(event.sync_status, Some(LinkStatus::Blocked));
        // And goes there once it may.
        rule(&world, "ada", None, Direction::TwoWay).await;
        assert_eq!(world.only("ada").await["summary"], "Lesson");
    }

    async fn what_a_person_may_do_as_they_like_is_no_edit(database) {
        let world = Simulated::new(database).await;
        let id = written(&world).await;
        let seq = world.last_seq().await;
        world.edit("ada", &id, json!({ "colorId": "5", "reminders": { "useDefault": false, "overrides": [] } })).await;
        world.pull("ada").await;
        assert!(told_since(&world, seq).await.is_empty());
        let seen = world.only("ada").await;
        assert_eq!(seen["colorId"], "5", "it is not set right either");
    }

    async fn what_no_event_of_ours_can_be_is_set_right(database) {
        let world = Simulated::new(database).await;
        let id = written(&world).await;
        let seq = world.last_seq().await;
        let mut edit = moved_to(18);
        edit["summary"] = json!("");
        world.edit("ada", &id, edit).await;
        world.pull("ada").await;
        let event = world.event("lesson-7").await;
        assert_eq!((hour(&event).as_str(), event.wanted.title.as_str()), ("18", "Lesson"));
        assert_eq!(world.only("ada").await["summary"], "Lesson");
        let told = told_since(&world, seq).await;
        assert_eq!(told[0].data["fields"]["title"]["ruling"], "reverted");
        assert_eq!(told[0].data["fields"]["when"]["ruling"], "adopted");
    }

    async fn an_edit_meets_the_application_s_own_and_the_later_one_stays(database) {
        let world = Simulated::new(database).await;
        let id = written(&world).await;
        world.edit("ada", &id, moved_to(18)).await;
        world.clock.advance(SignedDuration::from_secs(60));
        let seq = world.last_seq().await;
        // The application's is later, and its write finds the edit.
        let mut changed = lesson(&["ada"]);
        changed.when = At(20).into();
        world.put("lesson-7", changed).await;
        world.drain().await;
        assert_eq!(hour(&world.event("lesson-7").await), "20");
        let told = told_since(&world, seq).await;
        let moved: Vec<&Told> = told.iter().filter(|one| one.kind == "event.moved_externally").collect();
        assert_eq!(moved.len(), 1, "{told:?}");
        assert_eq!(moved[0].data["competing"], json!(["when"]));
        assert_eq!(moved[0].data["fields"]["when"]["ruling"], "reverted");
        let start: jiff::Timestamp = world.only("ada").await["start"]["dateTime"].as_str().unwrap().parse().unwrap();
        assert_eq!(start.to_string(), "2026-12-01T20:00:00Z");
        world.pull("ada").await;
        assert_eq!(told_since(&world, seq).await.len(), told.len(), "the pull brings nothing new");
    }
}
