//! Conflicts that people resolve: by moving, keeping, cancelling.

use jiff::Timestamp;
use kalends_core::{
    external_event::EventStatus,
    settings::Setting,
    time::{ConflictId, Interval},
};
use kalends_engine::{
    conflicts::{self, Action, Conflict, ConflictError, Resolution, resolve, suggestions},
    events, settings,
};
use kalends_testkit::both;

use crate::{
    conflicts::{MORNING, NOON, all, external, key, look, named, nine_to_five, open, put, put_at, told},
    harness::{CALENDAR, World, interval, lesson_at, series},
};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The one open conflict.
async fn only(world: &World) -> ConflictId {
    let open = all(world, Some(true)).await;
    assert_eq!(open.len(), 1);
    open[0].id
}

async fn act(world: &World, id: ConflictId, action: Action) -> Result<Conflict, ConflictError> {
    resolve(&world.engine, world.tenant, id, action).await
}

async fn suggested(world: &World) -> Vec<Interval> {
    let id = only(world).await;
    suggestions(&world.engine, world.tenant, id).await.unwrap()
}

async fn event(world: &World, name: &str) -> kalends_core::event::Event {
    let event = events::get(&world.engine, world.tenant, &key(name)).await;
    event.unwrap().wanted
}

/// A lesson over the dentist's hour.
async fn in_conflict(database: kalends_testkit::Database) -> World {
    let world = World::with_events(database, vec![external(MORNING), named("lunch", NOON)]).await;
    let hours = Setting::WorkingHours(Box::new(nine_to_five()));
    settings::put(&world.engine, world.tenant, &world.user, hours)
        .await
        .unwrap();
    put_at(&world, "lesson", MORNING).await;
    world.drain().await;
    world
}

both! {
    async fn suggestions_are_near_within_hours_and_free(database) {
        let world = in_conflict(database).await;
        let suggested = suggested(&world).await;
        let starts: Vec<String> = suggested.iter().map(|slot| slot.start().to_string()).collect();
        assert_eq!(
            starts[..4],
            ["2026-11-23T10:00:00Z", "2026-11-23T10:30:00Z", "2026-11-23T11:00:00Z", "2026-11-23T13:00:00Z"]
        );
        assert_eq!(suggested.len(), 10);
        assert!(suggested.iter().all(|slot| slot.len_us() == interval(MORNING).len_us()));
    }

    async fn suggestions_suit_all_people_of_the_event(database) {
        use kalends_core::{event::{Person, PersonRole}, time::{UserId, Zone}};
        use kalends_engine::{blocks, users};
        let world = in_conflict(database).await;
        let bob = UserId::new("bob").unwrap();
        let put_user = users::PutUser { id: bob.clone(), display_name: None, time_zone: Zone::UTC };
        users::put(&world.engine, world.tenant, put_user).await.unwrap();
        let away = interval("2026-11-23T00:00:00Z/2026-11-23T15:00:00Z");
        let block = blocks::NewBlock { user: bob.clone(), span: away, title: None };
        blocks::create(&world.engine, world.tenant, block).await.unwrap();
        let mut both = lesson_at(&world.user, MORNING);
        both.people.push(Person { user: bob, role: PersonRole::Participant, note: String::new() });
        put(&world, "lesson", both).await;
        world.drain().await;
        let lines = open(&world).await;
        assert_eq!(lines.len(), 2, "each person has a conflict: {lines:?}");
        let mine = all(&world, Some(true)).await.into_iter().find(|one| one.user == world.user).unwrap();
        let suggested = suggestions(&world.engine, world.tenant, mine.id).await.unwrap();
        let free = |slot: &Interval| !slot.overlaps(away);
        assert!(!suggested.is_empty() && suggested.iter().all(free), "{suggested:?}");
    }

    async fn moving_to_a_suggestion_resolves_it_once(database) {
        let world = in_conflict(database).await;
        let id = only(&world).await;
        let to = suggested(&world).await[0].start();
        let resolved = act(&world, id, Action::Move { start: to }).await.unwrap();
        assert_eq!(resolved.resolved.unwrap().0, Resolution::Moved);
        assert_eq!(
            event(&world, "lesson").await.when.interval(&kalends_core::time::Zone::UTC),
            interval("2026-11-23T10:00:00Z/2026-11-23T11:00:00Z")
        );
        world.drain().await;
        assert!(open(&world).await.is_empty());
        assert_eq!(told(&world).await, ["conflict.detected", "conflict.resolved"]);
        for again in [Action::Move { start: to }, Action::KeepBoth, Action::CancelOurs] {
            let refused = act(&world, id, again).await;
            assert!(matches!(refused, Err(ConflictError::Resolved)), "{refused:?}");
        }
        let refused = suggestions(&world.engine, world.tenant, id).await;
        assert!(matches!(refused, Err(ConflictError::Resolved)));
    }

    async fn a_suggestion_that_was_taken_meanwhile_is_refused_with_fresh_ones(database) {
        let world = in_conflict(database).await;
        let id = only(&world).await;
        let stale = suggested(&world).await[0].start();
        world.google.put(CALENDAR, named("taken", "2026-11-23T10:00:00Z/2026-11-23T11:00:00Z"));
        world.pull().await;
        let refused = act(&world, id, Action::Move { start: stale }).await;
        let Err(ConflictError::Taken { suggestions }) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(suggestions[0].start(), at("2026-11-23T11:00:00Z"));
        act(&world, id, Action::Move { start: suggestions[0].start() }).await.unwrap();
        let outside = at("2026-11-23T19:00:00Z");
        put_at(&world, "lesson", MORNING).await;
        world.drain().await;
        let id = only(&world).await;
        let refused = act(&world, id, Action::Move { start: outside }).await;
        assert!(matches!(refused, Err(ConflictError::Taken { .. })), "outside of hours: {refused:?}");
        let past = act(&world, id, Action::Move { start: at("2026-11-19T10:00:00Z") }).await;
        assert!(matches!(past, Err(ConflictError::Field(_))), "{past:?}");
    }

    async fn of_two_who_resolve_at_once_one_is_refused(database) {
        let world = in_conflict(database).await;
        let id = only(&world).await;
        let starts = [at("2026-11-23T10:00:00Z"), at("2026-11-23T11:00:00Z")];
        let (one, other) = futures::join!(
            act(&world, id, Action::Move { start: starts[0] }),
            act(&world, id, Action::Move { start: starts[1] }),
        );
        let won = [one.is_ok(), other.is_ok()];
        assert!(won[0] != won[1], "{won:?}");
        let lost = if won[0] { other } else { one };
        assert!(matches!(lost, Err(ConflictError::Resolved)), "{lost:?}");
        let expect = if won[0] { starts[0] } else { starts[1] };
        let when = event(&world, "lesson").await.when.interval(&kalends_core::time::Zone::UTC);
        assert_eq!(when.start(), expect);
        world.drain().await;
        assert_eq!(told(&world).await, ["conflict.detected", "conflict.resolved"]);
    }

    async fn what_is_kept_stays_quiet_until_they_meet_elsewhere(database) {
        let world = in_conflict(database).await;
        let id = only(&world).await;
        let kept = act(&world, id, Action::KeepBoth).await.unwrap();
        assert_eq!(kept.resolved.unwrap().0, Resolution::KeptBoth);
        look(&world).await;
        world.pull().await;
        assert!(open(&world).await.is_empty());
        put_at(&world, "lesson", "2026-11-23T09:30:00Z/2026-11-23T10:30:00Z").await;
        world.drain().await;
        let again = only(&world).await;
        assert_ne!(again, id);
        assert_eq!(told(&world).await, ["conflict.detected", "conflict.resolved", "conflict.detected"]);
    }

    async fn what_was_kept_and_is_gone_is_told_when_it_comes_back(database) {
        let world = in_conflict(database).await;
        act(&world, only(&world).await, Action::KeepBoth).await.unwrap();
        put_at(&world, "lesson", "2026-11-23T10:00:00Z/2026-11-23T11:00:00Z").await;
        world.drain().await;
        assert_eq!(told(&world).await.len(), 2, "that it went is no news");
        put_at(&world, "lesson", MORNING).await;
        world.drain().await;
        assert_eq!(open(&world).await.len(), 1);
    }

    async fn cancelling_ours_cancels_the_event(database) {
        let world = in_conflict(database).await;
        let id = only(&world).await;
        let resolved = act(&world, id, Action::CancelOurs).await.unwrap();
        assert_eq!(resolved.resolved.unwrap().0, Resolution::CancelledOurs);
        assert_eq!(event(&world, "lesson").await.status, EventStatus::Cancelled);
        world.drain().await;
        assert!(open(&world).await.is_empty());
        let told: Vec<String> = world.news().await;
        assert!(told.contains(&"event.cancelled".to_owned()));
    }

    async fn of_a_series_only_the_time_in_conflict_is_moved_or_cancelled(database) {
        let world = World::with_events(database, vec![external(MORNING)]).await;
        let mut lessons = lesson_at(&world.user, "2026-11-23T09:30:00Z/2026-11-23T10:30:00Z");
        lessons.recurrence = vec!["RRULE:FREQ=WEEKLY;COUNT=3".to_owned()];
        put(&world, "lessons", lessons).await;
        world.drain().await;
        let times = async || {
            let window = interval("2026-11-01T00:00:00Z/2027-01-01T00:00:00Z");
            let times = event(&world, "lessons").await.busy(&kalends_core::time::Zone::UTC, window);
            let times: Vec<String> = times.iter().map(|time| time.start().to_string()).collect();
            times
        };
        let to = at("2026-11-23T14:00:00Z");
        act(&world, only(&world).await, Action::Move { start: to }).await.unwrap();
        assert_eq!(
            times().await,
            ["2026-11-23T14:00:00Z", "2026-11-30T09:30:00Z", "2026-12-07T09:30:00Z"]
        );
        world.drain().await;
        assert!(open(&world).await.is_empty());

        world.google.put(CALENDAR, named("again", "2026-11-23T14:30:00Z/2026-11-23T15:30:00Z"));
        world.pull().await;
        act(&world, only(&world).await, Action::CancelOurs).await.unwrap();
        assert_eq!(times().await, ["2026-11-30T09:30:00Z", "2026-12-07T09:30:00Z"]);
        world.drain().await;
        assert!(open(&world).await.is_empty());

        let weekly = series("team", "2026-11-30T10:00:00Z", "2026-11-30T11:00:00Z", "RRULE:FREQ=WEEKLY;COUNT=2");
        world.google.put(CALENDAR, weekly);
        world.pull().await;
        act(&world, only(&world).await, Action::CancelOurs).await.unwrap();
        world.drain().await;
        assert_eq!(
            open(&world).await,
            ["lessons overlap external 12-07T10:00-10:30 x1"],
            "the next time is another matter"
        );
    }

    async fn another_tenant_resolves_nothing(database) {
        let world = in_conflict(database).await;
        let id = only(&world).await;
        let theirs = kalends_engine::tenants::NewTenant { name: "Others".to_owned(), return_origins: Vec::new() };
        let theirs = kalends_engine::tenants::create(&world.engine, theirs).await.unwrap().id;
        let refused = resolve(&world.engine, theirs, id, Action::CancelOurs).await;
        assert!(matches!(refused, Err(ConflictError::NotFound)));
        let refused = conflicts::suggestions(&world.engine, theirs, id).await;
        assert!(matches!(refused, Err(ConflictError::NotFound)));
        assert_eq!(open(&world).await.len(), 1);
    }
}
