//! Single times of our series: what is sent of them, and what people do to them.

use std::collections::BTreeMap;

use http::Method;
use jiff::SignedDuration;
use kalends_core::{
    event::{Attendee, Event, EventKey, Exception, Invitations, OriginalStart, When},
    external_event::{EventStatus, Transparency},
    settings::{Setting, Sync},
    time::{UserId, Zone},
    two_way::Policy,
};
use kalends_engine::{
    events::{self, Condition, PutOccurrence, SplitEvent},
    settings,
};
use kalends_store::LinkStatus;
use kalends_testkit::both;
use serde_json::{Value, json};

use crate::harness::{FEWEST, Simulated, Stage, Told, lesson};

const SECOND: &str = "20261208T150000Z";
const THIRD: &str = "20261215T150000Z";

/// Six weeks of lessons.
fn weekly(people: &[&str]) -> Event {
    Event {
        recurrence: vec!["RRULE:FREQ=WEEKLY;COUNT=6".to_owned()],
        ..lesson(people)
    }
}

/// The same with another title in the second week.
fn with_exam(people: &[&str]) -> Event {
    let exam = Exception {
        title: Some("Exam".to_owned()),
        ..Exception::default()
    };
    Event {
        exceptions: BTreeMap::from([(start(SECOND), exam)]),
        ..weekly(people)
    }
}

fn start(text: &str) -> OriginalStart {
    text.parse().unwrap()
}

/// A user with the series on their calendar; its id there.
async fn written(world: &Simulated, event: Event) -> String {
    world.writer("ada").await;
    world.put("course", event).await;
    world.drain().await;
    world.pull("ada").await;
    world.clock.advance(SignedDuration::from_secs(60));
    master(world, "ada").await
}

async fn master(world: &Simulated, user: &str) -> String {
    let seen = world.seen(user).await;
    let master = seen.iter().find(|event| event.get("recurrence").is_some());
    master.unwrap()["id"].as_str().unwrap().to_owned()
}

/// The series' times as the user sees them: day and hour, title.
async fn times(world: &Simulated, user: &str, id: &str) -> Vec<String> {
    let (status, answer) = world
        .act(user, Method::GET, &format!("/{id}/instances"), None)
        .await;
    assert_eq!(status, 200, "{answer}");
    let items = answer["items"].as_array().unwrap().iter();
    let mut times: Vec<String> = items
        .map(|time| {
            let start: jiff::Timestamp = time["start"]["dateTime"].as_str().unwrap().parse().unwrap();
            format!(
                "{} {}",
                &start.to_string()[5..13],
                time["summary"].as_str().unwrap()
            )
        })
        .collect();
    times.sort();
    times
}

const AS_RULED: [&str; 6] = [
    "12-01T15 Lesson",
    "12-08T15 Lesson",
    "12-15T15 Lesson",
    "12-22T15 Lesson",
    "12-29T15 Lesson",
    "01-05T15 Lesson",
];

/// [`AS_RULED`] with some times replaced, or left out.
fn but(changes: &[(usize, Option<&str>)]) -> Vec<String> {
    let mut times: Vec<String> = Vec::new();
    for (place, time) in AS_RULED.iter().enumerate() {
        match changes.iter().find(|(changed, _)| *changed == place) {
            Some((_, other)) => times.extend(other.map(str::to_owned)),
            None => times.push((*time).to_owned()),
        }
    }
    times.sort();
    times
}

fn at(day: &str, hour: u8) -> Value {
    json!({
        "start": { "dateTime": format!("{day}T{hour:02}:00:00Z") },
        "end": { "dateTime": format!("{day}T{:02}:00:00Z", hour + 1) },
    })
}

/// The application lets one time of the series be another.
async fn differ(world: &Simulated, key: &str, text: &str, exception: Exception) {
    let put = PutOccurrence {
        key: EventKey::new(key).unwrap(),
        start: start(text),
        exception,
        condition: Condition::None,
    };
    events::put_occurrence(&world.engine, world.tenant, put)
        .await
        .unwrap();
}

/// On the ninth of December at nine, under another title.
fn outing() -> Exception {
    let instant = |text: &str| text.parse().unwrap();
    let (from, to) = (instant("2026-12-09T09:00:00Z"), instant("2026-12-09T10:00:00Z"));
    Exception {
        when: Some(When::timed(from, to, Zone::iana("Europe/Zurich").unwrap()).unwrap()),
        title: Some("Outing".to_owned()),
        ..Exception::default()
    }
}

/// Takes back what the only entry about a person's act since a number tells.
async fn undo(world: &Simulated, seq: i64) {
    let told = told_since(world, seq).await;
    let acts: Vec<&Told> = told
        .iter()
        .filter(|one| one.kind.ends_with("externally"))
        .collect();
    assert_eq!(acts.len(), 1, "{told:?}");
    let key = EventKey::new("course").unwrap();
    events::undo(&world.engine, world.tenant, &key, acts[0].seq)
        .await
        .unwrap();
    world.drain().await;
}

async fn rule(world: &Simulated, user: &str, policy: Policy) {
    let mut sync = Sync::default();
    sync.policy = Some(policy);
    let user = UserId::new(user).unwrap();
    settings::put(&world.engine, world.tenant, &user, Setting::Sync(sync))
        .await
        .unwrap();
    world.drain().await;
}

async fn told_since(world: &Simulated, seq: i64) -> Vec<Told> {
    world.told(seq).await.0
}

/// Pulls change by change and in full write nothing, and store nothing of ours.
async fn is_at_rest(world: &Simulated, user: &str) {
    world.pull(user).await;
    let (from, seq) = (world.last_call(), world.last_seq().await);
    for _ in 0..2 {
        world.simulator.control().expire_sync_tokens(None).unwrap();
        world.pull(user).await;
    }
    assert_eq!(world.writes_since(from), [""; 0]);
    assert!(told_since(world, seq).await.is_empty());
    let calendar = world.main_calendar(user).await;
    let winter = crate::harness::interval("2026-11-01T00:00:00Z/2027-03-01T00:00:00Z");
    let stored = world
        .store
        .events_touching(world.tenant, calendar, winter)
        .await
        .unwrap();
    assert!(stored.is_empty(), "our events are no external events: {stored:?}");
}

both! {
    async fn a_time_that_differs_is_written_after_its_series(database) {
        let world = Simulated::new(database).await;
        let id = written(&world, with_exam(&["ada"])).await;
        assert_eq!(times(&world, "ada", &id).await, but(&[(1, Some("12-08T15 Exam"))]));
        let event = world.event("course").await;
        assert_eq!((event.sync_status, event.links.len()), (Some(LinkStatus::Synced), 1));
        let synced = told_since(&world, 0).await;
        let of_time: Vec<&Told> = synced.iter().filter(|one| one.data["occurrence"] == SECOND).collect();
        assert_eq!(of_time.len(), 1, "{synced:?}");
        assert_eq!(of_time[0].kind, "event.synced");
        is_at_rest(&world, "ada").await;
    }

    async fn a_change_of_the_series_leaves_its_exceptions_what_they_are(database) {
        let world = Simulated::new(database).await;
        let id = written(&world, with_exam(&["ada"])).await;
        let seq = world.last_seq().await;
        let changed = Event { location: "Room 9".to_owned(), title: "Course".to_owned(), ..weekly(&["ada"]) };
        world.put("course", changed).await;
        world.drain().await;
        world.pull("ada").await;
        let expect: Vec<String> = but(&[(1, Some("12-08T15 Exam"))])
            .iter().map(|time| time.replace("Lesson", "Course")).collect();
        assert_eq!(times(&world, "ada", &id).await, expect);
        let told = told_since(&world, seq).await;
        assert!(told.iter().all(|one| !one.kind.ends_with("externally")), "{told:?}");
        is_at_rest(&world, "ada").await;
    }

    async fn a_time_taken_out_is_taken_off(database) {
        let world = Simulated::new(database).await;
        let id = written(&world, with_exam(&["ada"])).await;
        let seq = world.last_seq().await;
        let mut without = weekly(&["ada"]);
        without.recurrence.push(format!("EXDATE:{SECOND}"));
        world.put("course", without).await;
        world.drain().await;
        assert_eq!(times(&world, "ada", &id).await, but(&[(1, None)]));
        world.pull("ada").await;
        let told = told_since(&world, seq).await;
        assert!(told.iter().all(|one| !one.kind.ends_with("externally")), "{told:?}");
        assert_eq!(world.event("course").await.sync_status, Some(LinkStatus::Synced));
        is_at_rest(&world, "ada").await;
        // And comes back.
        world.put("course", weekly(&["ada"])).await;
        world.drain().await;
        assert_eq!(times(&world, "ada", &id).await, but(&[]));
        is_at_rest(&world, "ada").await;
    }

    async fn a_person_moves_one_time_and_it_is_told_once(database) {
        let world = Simulated::new(database).await;
        let id = written(&world, weekly(&["ada"])).await;
        let seq = world.last_seq().await;
        world.edit("ada", &format!("{id}_{SECOND}"), at("2026-12-09", 9)).await;
        let from = world.last_call();
        world.pull("ada").await;
        assert!(!world.writes_since(from).iter().any(|call| call.starts_with('P') || call.starts_with('D')));
        let event = world.event("course").await;
        assert_eq!(event.wanted.recurrence, weekly(&["ada"]).recurrence);
        assert_eq!(event.wanted.when, weekly(&["ada"]).when, "the series is as it was");
        let moved = event.wanted.occurrence(start(SECOND)).unwrap().when;
        assert_eq!(moved.interval(&kalends_core::time::Zone::UTC).start().to_string(), "2026-12-09T09:00:00Z");
        assert_eq!((event.wanted.exceptions.len(), event.sync_status), (1, Some(LinkStatus::Synced)));
        let told = told_since(&world, seq).await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!((told[0].kind.as_str(), &told[0].data["occurrence"]), ("event.moved_externally", &json!(SECOND)));
        assert_eq!(told[0].data["fields"]["when"]["before"]["start"], "2026-12-08T15:00:00Z");
        assert_eq!(times(&world, "ada", &id).await, but(&[(1, Some("12-09T09 Lesson"))]));
        is_at_rest(&world, "ada").await;
        // Again, now that there is a link.
        let seq = world.last_seq().await;
        world.clock.advance(SignedDuration::from_secs(60));
        world.edit("ada", &format!("{id}_{SECOND}"), at("2026-12-10", 11)).await;
        world.pull("ada").await;
        assert_eq!(told_since(&world, seq).await.len(), 1);
        is_at_rest(&world, "ada").await;
        assert_eq!(world.event("course").await.wanted.exceptions.len(), 1);
    }

    async fn what_a_person_does_to_one_time_reaches_the_others(database) {
        let world = Simulated::new(database).await;
        world.writer("ben").await;
        let id = written(&world, weekly(&["ada", "ben"])).await;
        let of_ben = master(&world, "ben").await;
        let mut edit = at("2026-12-09", 9);
        edit["summary"] = json!("Outing");
        world.edit("ada", &format!("{id}_{SECOND}"), edit).await;
        world.pull("ada").await;
        let expect = but(&[(1, Some("12-09T09 Outing"))]);
        assert_eq!(times(&world, "ben", &of_ben).await, expect);
        world.delete("ada", &format!("{id}_{THIRD}")).await;
        world.pull("ada").await;
        let expect = but(&[(1, Some("12-09T09 Outing")), (2, None)]);
        assert_eq!(times(&world, "ben", &of_ben).await, expect);
        assert_eq!(times(&world, "ada", &id).await, expect);
        is_at_rest(&world, "ada").await;
        is_at_rest(&world, "ben").await;
    }

    async fn a_person_deletes_one_time_and_it_is_taken_out(database) {
        let world = Simulated::new(database).await;
        let id = written(&world, weekly(&["ada"])).await;
        let seq = world.last_seq().await;
        world.delete("ada", &format!("{id}_{SECOND}")).await;
        world.pull("ada").await;
        let event = world.event("course").await;
        assert_eq!(event.wanted.status, EventStatus::Confirmed);
        assert!(event.wanted.occurrence(start(SECOND)).is_none());
        assert_eq!(event.sync_status, Some(LinkStatus::Synced));
        let told = told_since(&world, seq).await;
        let deleted: Vec<&Told> = told.iter().filter(|one| one.kind == "event.deleted_externally").collect();
        assert_eq!(deleted.len(), 1, "{told:?}");
        assert_eq!((&deleted[0].data["occurrence"], &deleted[0].data["outcome"]), (&json!(SECOND), &json!("cancelled")));
        assert_eq!(times(&world, "ada", &id).await, but(&[(1, None)]));
        is_at_rest(&world, "ada").await;
    }

    async fn a_participant_s_deletion_of_one_time_takes_that_off_their_calendar_alone(database) {
        let world = Simulated::new(database).await;
        world.writer("ben").await;
        let id = written(&world, weekly(&["ada", "ben"])).await;
        let of_ben = master(&world, "ben").await;
        world.delete("ben", &format!("{of_ben}_{SECOND}")).await;
        world.pull("ben").await;
        assert!(world.event("course").await.wanted.occurrence(start(SECOND)).is_some());
        assert_eq!(times(&world, "ada", &id).await, but(&[]));
        let changed = Event { location: "Room 9".to_owned(), ..weekly(&["ada", "ben"]) };
        world.put("course", changed).await;
        world.drain().await;
        assert_eq!(times(&world, "ben", &of_ben).await, but(&[(1, None)]), "it stays off");
        is_at_rest(&world, "ben").await;
    }

    async fn the_application_s_rule_sets_one_time_right(database) {
        let world = Simulated::new(database).await;
        let id = written(&world, weekly(&["ada"])).await;
        rule(&world, "ada", Policy::AppWins).await;
        let seq = world.last_seq().await;
        world.edit("ada", &format!("{id}_{SECOND}"), at("2026-12-09", 9)).await;
        world.delete("ada", &format!("{id}_{THIRD}")).await;
        world.pull("ada").await;
        assert_eq!(times(&world, "ada", &id).await, but(&[]));
        let told = told_since(&world, seq).await;
        let mut done: Vec<&str> = told.iter().map(|one| one.kind.as_str()).filter(|kind| kind.ends_with("externally")).collect();
        done.sort_unstable();
        assert_eq!(done, ["event.deleted_externally", "event.moved_externally"]);
        is_at_rest(&world, "ada").await;
    }

    async fn a_series_that_comes_back_has_its_exceptions_again(database) {
        let world = Simulated::new(database).await;
        let first = written(&world, with_exam(&["ada"])).await;
        world.cancel("course").await;
        world.drain().await;
        assert!(world.seen("ada").await.is_empty());
        assert_eq!(world.event("course").await.sync_status, Some(LinkStatus::Removed));
        is_at_rest(&world, "ada").await;
        world.put("course", weekly(&["ada"])).await;
        world.drain().await;
        let second = master(&world, "ada").await;
        assert_ne!(first, second);
        assert_eq!(times(&world, "ada", &second).await, but(&[(1, Some("12-08T15 Exam"))]));
        is_at_rest(&world, "ada").await;
    }

    async fn running_twice_sends_nothing_twice(database) {
        let world = Simulated::new(database).await;
        written(&world, with_exam(&["ada"])).await;
        let from = world.last_call();
        for link in world.links("course").await {
            for _ in 0..2 {
                world.enqueue("push_link", &link.id.to_string()).await;
                world.drain().await;
            }
        }
        assert_eq!(world.writes_since(from), [""; 0]);
        assert_eq!(world.links("course").await.len(), 2);
    }

    async fn a_push_of_a_series_and_its_times_survives_a_death_at_every_wait(database) {
        let world = Simulated::new(database).await;
        world.writer("ada").await;
        let owe = async |round: usize| {
            let mut course = with_exam(&["ada"]);
            // They are no conflicts of each other.
            course.transparency = Transparency::Transparent;
            world.put(&format!("course-{round}"), course).await;
        };
        let whole = async |round: usize| {
            let links = world.links(&format!("course-{round}")).await;
            assert_eq!(links.len(), 2, "round {round}");
            let series = links.iter().find(|link| link.time().is_none()).unwrap();
            let id = series.standing.state.key.google_id();
            assert_eq!(times(&world, "ada", &id).await, but(&[(1, Some("12-08T15 Exam"))]), "round {round}");
            assert!(links.iter().all(|link| link.standing.status == LinkStatus::Synced), "round {round}");
        };
        let deaths = Stage::from(&world).kill_at_every_wait(owe, whole).await;
        assert!(deaths >= FEWEST, "{deaths}");
    }

    async fn a_person_s_edit_of_one_time_survives_a_death_at_every_wait(database) {
        let world = Simulated::new(database).await;
        let id = written(&world, weekly(&["ada"])).await;
        let calendar = world.main_calendar("ada").await;
        let name = |round: usize| format!("Outing {round}");
        let owe = async |round: usize| {
            world.clock.advance(SignedDuration::from_secs(60));
            world.edit("ada", &format!("{id}_{SECOND}"), json!({ "summary": name(round) })).await;
            world.enqueue("pull", &calendar.to_string()).await;
        };
        let whole = async |round: usize| {
            let event = world.event("course").await;
            assert_eq!(event.wanted.occurrence(start(SECOND)).unwrap().title, name(round));
            assert_eq!(event.sync_status, Some(LinkStatus::Synced), "round {round}");
        };
        let deaths = Stage::from(&world).kill_at_every_wait(owe, whole).await;
        assert!(deaths >= FEWEST, "{deaths}");
    }

    async fn the_application_changes_one_time_and_no_other(database) {
        let world = Simulated::new(database).await;
        let id = written(&world, weekly(&["ada"])).await;
        let from = world.last_call();
        differ(&world, "course", SECOND, outing()).await;
        world.drain().await;
        assert_eq!(world.writes_since(from), ["GET 200", "PATCH 200"], "the time alone");
        assert_eq!(times(&world, "ada", &id).await, but(&[(1, Some("12-09T09 Outing"))]));
        is_at_rest(&world, "ada").await;
        let from = world.last_call();
        differ(&world, "course", SECOND, Exception::default()).await;
        world.drain().await;
        assert_eq!(world.writes_since(from), ["PATCH 200"]);
        assert_eq!(times(&world, "ada", &id).await, but(&[]));
        is_at_rest(&world, "ada").await;
    }

    async fn the_application_cancels_one_time_and_no_other(database) {
        let world = Simulated::new(database).await;
        let id = written(&world, weekly(&["ada"])).await;
        for text in [SECOND, THIRD] {
            let key = EventKey::new("course").unwrap();
            differ(&world, "course", THIRD, outing()).await;
            world.drain().await;
            events::cancel_occurrence(&world.engine, world.tenant, (&key, start(text)), Condition::None).await.unwrap();
            world.drain().await;
        }
        assert_eq!(times(&world, "ada", &id).await, but(&[(1, None), (2, None)]));
        assert_eq!(world.event("course").await.sync_status, Some(LinkStatus::Synced));
        is_at_rest(&world, "ada").await;
    }

    async fn an_edit_of_one_time_is_taken_back(database) {
        let world = Simulated::new(database).await;
        let id = written(&world, weekly(&["ada"])).await;
        let seq = world.last_seq().await;
        world.edit("ada", &format!("{id}_{SECOND}"), at("2026-12-09", 9)).await;
        world.pull("ada").await;
        undo(&world, seq).await;
        assert!(world.event("course").await.wanted.exceptions.is_empty());
        assert_eq!(times(&world, "ada", &id).await, but(&[]));
        is_at_rest(&world, "ada").await;
    }

    async fn a_deletion_of_one_time_is_taken_back(database) {
        let world = Simulated::new(database).await;
        let id = written(&world, weekly(&["ada"])).await;
        let seq = world.last_seq().await;
        world.delete("ada", &format!("{id}_{SECOND}")).await;
        world.pull("ada").await;
        undo(&world, seq).await;
        assert!(world.event("course").await.wanted.occurrence(start(SECOND)).is_some());
        assert_eq!(times(&world, "ada", &id).await, but(&[]));
        is_at_rest(&world, "ada").await;
    }

    async fn this_and_following_are_two_series_each_with_its_exceptions(database) {
        let world = Simulated::new(database).await;
        let first = written(&world, with_exam(&["ada"])).await;
        differ(&world, "course", "20261222T150000Z", Exception { title: Some("Concert".to_owned()), ..Exception::default() }).await;
        world.drain().await;
        let split = SplitEvent {
            key: EventKey::new("course").unwrap(),
            start: start(THIRD),
            new_key: EventKey::new("course-2").unwrap(),
            condition: Condition::None,
        };
        events::split(&world.engine, world.tenant, split).await.unwrap();
        world.drain().await;
        assert_eq!(times(&world, "ada", &first).await, ["12-01T15 Lesson", "12-08T15 Exam"]);
        let links = world.links("course-2").await;
        let second = links.iter().find(|link| link.time().is_none()).unwrap().standing.state.key.google_id();
        let mut expect = vec!["12-15T15 Lesson", "12-22T15 Concert", "12-29T15 Lesson", "01-05T15 Lesson"];
        expect.sort_unstable();
        assert_eq!(times(&world, "ada", &second).await, expect);
        for key in ["course", "course-2"] {
            assert_eq!(world.event(key).await.sync_status, Some(LinkStatus::Synced), "{key}");
        }
        is_at_rest(&world, "ada").await;
    }

    async fn a_change_of_one_time_survives_a_death_at_every_wait(database) {
        let world = Simulated::new(database).await;
        let id = written(&world, weekly(&["ada"])).await;
        let name = |round: usize| format!("Outing {round}");
        let owe = async |round: usize| {
            let exception = Exception { title: Some(name(round)), ..outing() };
            differ(&world, "course", SECOND, exception).await;
        };
        let whole = async |round: usize| {
            let expect = format!("12-09T09 {}", name(round));
            assert_eq!(times(&world, "ada", &id).await, but(&[(1, Some(expect.as_str()))]), "round {round}");
        };
        let deaths = Stage::from(&world).kill_at_every_wait(owe, whole).await;
        assert!(deaths >= FEWEST, "{deaths}");
    }

    async fn who_answered_for_the_series_is_not_told_again_for_a_time(database) {
        let world = Simulated::new(database).await;
        let (status, _) = world.act("cleo", Method::GET, "", None).await;
        assert_eq!(status, 200, "she has a calendar there");
        let mut event = weekly(&["ada"]);
        event.attendees = vec![Attendee { email: "cleo@example.com".to_owned(), name: None, optional: false }];
        event.invitations = Invitations::Sent;
        let id = written(&world, event).await;
        let of_cleo = master(&world, "cleo").await;
        let answer = json!({ "attendees": [{ "email": "cleo@example.com", "responseStatus": "accepted" }] });
        world.edit("cleo", &of_cleo, answer).await;
        for _ in 0..2 {
            world.pull("ada").await;
        }
        let answers = async || {
            let told = told_since(&world, 0).await;
            told.iter().filter(|one| one.kind == "attendee.responded").count()
        };
        assert_eq!(answers().await, 1);
        world.edit("ada", &format!("{id}_{SECOND}"), json!({ "summary": "Outing" })).await;
        for _ in 0..2 {
            world.pull("ada").await;
        }
        assert_eq!(world.event("course").await.wanted.occurrence(start(SECOND)).unwrap().title, "Outing");
        assert_eq!(answers().await, 1);
    }
}
