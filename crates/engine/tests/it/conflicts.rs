//! Conflicts: found whichever side changes, told once, gone by themselves.

use jiff::SignedDuration;
use kalends_core::{
    event::{Event, EventKey, When},
    settings::Setting,
    slots::{DayWindow, MinuteOfDay, OpenHours, WeeklyWindow},
    time::{UserId, Zone},
};
use kalends_engine::{
    blocks::{self, NewBlock},
    calendars::{self, UpdateCalendar},
    changes,
    conflicts::{self, Conflict, ListConflicts, With},
    events::{self, Condition, PutEvent},
    page::Page,
    settings, users,
};
use kalends_testkit::both;

use crate::harness::{CALENDAR, FEWEST, Stage, World, interval, lesson_at, moved, series, single};

pub(crate) const MORNING: &str = "2026-11-23T09:00:00Z/2026-11-23T10:00:00Z";
pub(crate) const NOON: &str = "2026-11-23T12:00:00Z/2026-11-23T13:00:00Z";

pub(crate) fn key(name: &str) -> EventKey {
    EventKey::new(name).unwrap()
}

/// Puts an event of the world's person.
pub(crate) async fn put(world: &World, name: &str, event: Event) {
    let put = PutEvent {
        key: key(name),
        event,
        condition: Condition::default(),
    };
    events::put(&world.engine, world.tenant, put).await.unwrap();
}

pub(crate) async fn put_at(world: &World, name: &str, span: &str) {
    put(world, name, lesson_at(&world.user, span)).await;
}

pub(crate) async fn all(world: &World, open: Option<bool>) -> Vec<Conflict> {
    let filter = ListConflicts {
        open,
        ..ListConflicts::default()
    };
    let page = Page {
        limit: 200,
        after: None,
    };
    let found = conflicts::list(&world.engine, world.tenant, &filter, page).await;
    found.unwrap().items
}

/// `event kind opponent from-to xtimes`, of those that are open, sorted.
pub(crate) async fn open(world: &World) -> Vec<String> {
    let mut lines: Vec<String> = all(world, Some(true)).await.iter().map(line).collect();
    lines.sort();
    lines
}

fn line(conflict: &Conflict) -> String {
    let with = match &conflict.with {
        With::External(_) => "external".to_owned(),
        With::Event(key) => key.as_ref().unwrap().as_str().to_owned(),
        With::Block(_) => "block".to_owned(),
        With::Hours => "hours".to_owned(),
        With::Edit(_) => "edit".to_owned(),
        With::Calendar(_) => "calendar".to_owned(),
    };
    let overlap = conflict.overlap.map_or_else(String::new, |overlap| {
        let (start, end) = (overlap.first.start().to_string(), overlap.first.end().to_string());
        format!(" {}-{} x{}", &start[5..16], &end[11..16], overlap.times)
    });
    format!(
        "{} {} {with}{overlap}",
        conflict.key.as_str(),
        conflict.kind.as_str()
    )
}

/// The kinds of the feed's entries about conflicts.
pub(crate) async fn told(world: &World) -> Vec<String> {
    let news = world.news().await.into_iter();
    news.filter(|kind| kind.starts_with("conflict.")).collect()
}

pub(crate) fn nine_to_five() -> OpenHours {
    let at = |hour: u16| MinuteOfDay::new(hour * 60).unwrap();
    let weekly = WeeklyWindow {
        days: (1..=5).collect(),
        window: DayWindow::new(at(9), at(17)).unwrap(),
    };
    OpenHours::new(Zone::UTC, vec![weekly], Vec::new()).unwrap()
}

pub(crate) fn external(span: &str) -> kalends_core::external_event::ExternalEvent {
    named("dentist", span)
}

pub(crate) fn named(id: &str, span: &str) -> kalends_core::external_event::ExternalEvent {
    let (start, end) = span.split_once('/').unwrap();
    single(id, start, end)
}

both! {
    async fn an_event_put_over_an_external_one_is_told_once_and_closes_when_it_moves_away(database) {
        let world = World::with_events(database, vec![external(MORNING)]).await;
        put_at(&world, "lesson", "2026-11-23T09:30:00Z/2026-11-23T10:30:00Z").await;
        world.drain().await;
        assert_eq!(open(&world).await, ["lesson overlap external 11-23T09:30-10:00 x1"]);
        assert_eq!(told(&world).await, ["conflict.detected"]);

        put_at(&world, "lesson", "2026-11-23T09:45:00Z/2026-11-23T10:30:00Z").await;
        world.drain().await;
        assert_eq!(open(&world).await, ["lesson overlap external 11-23T09:45-10:00 x1"]);
        assert_eq!(told(&world).await, ["conflict.detected", "conflict.updated"]);

        put_at(&world, "lesson", "2026-11-23T10:00:00Z/2026-11-23T11:00:00Z").await;
        world.drain().await;
        assert!(open(&world).await.is_empty());
        assert_eq!(
            told(&world).await,
            ["conflict.detected", "conflict.updated", "conflict.resolved"]
        );
        let resolved = all(&world, Some(false)).await;
        assert_eq!(resolved[0].resolved.unwrap().0, conflicts::Resolution::Gone);
    }

    async fn an_external_event_that_comes_moves_and_goes_does_the_same(database) {
        let world = World::with_events(database, vec![]).await;
        put_at(&world, "lesson", MORNING).await;
        world.drain().await;
        assert!(open(&world).await.is_empty());

        world.google.put(CALENDAR, external("2026-11-23T09:30:00Z/2026-11-23T12:00:00Z"));
        world.pull().await;
        assert_eq!(open(&world).await, ["lesson overlap external 11-23T09:30-10:00 x1"]);
        world.google.put(CALENDAR, external("2026-11-23T08:00:00Z/2026-11-23T09:15:00Z"));
        world.pull().await;
        assert_eq!(open(&world).await, ["lesson overlap external 11-23T09:00-09:15 x1"]);
        world.google.remove(CALENDAR, "dentist");
        world.pull().await;
        assert!(open(&world).await.is_empty());
        assert_eq!(
            told(&world).await,
            ["conflict.detected", "conflict.updated", "conflict.resolved"]
        );
    }

    async fn an_event_put_while_its_calendar_is_pulled_is_found_whichever_commits_first(database) {
        let world = World::with_events(database, vec![]).await;
        let id = world.calendar().await.id;
        for (day, first) in [(23, "event"), (24, "pull"), (25, "both"), (26, "both"), (27, "both")] {
            let span = format!("2026-11-{day}T09:00:00Z/2026-11-{day}T10:00:00Z");
            world.google.put(CALENDAR, named(&format!("e{day}"), &span));
            world.clock.advance(SignedDuration::from_secs(1));
            world.enqueue("pull", &id.to_string()).await;
            let name = format!("lesson-{day}");
            let lesson = put_at(&world, &name, &span);
            match first {
                "event" => {
                    lesson.await;
                    world.drain().await;
                }
                "pull" => {
                    world.drain().await;
                    lesson.await;
                }
                _ => drop(futures::join!(lesson, world.drain())),
            }
            world.drain().await;
            let expect = format!("lesson-{day} overlap external 11-{day}T09:00-10:00 x1");
            assert!(open(&world).await.contains(&expect), "{first}");
        }
        assert_eq!(told(&world).await, ["conflict.detected"; 5]);
    }

    async fn a_look_that_began_before_a_change_is_followed_by_another(database) {
        let world = World::with_events(database, vec![external(MORNING)]).await;
        put_at(&world, "lesson", NOON).await;
        // Its claim is lost after it has read: what it writes later is refused, and the change is looked at.
        let lost = claimed(&world).await;
        put_at(&world, "lesson", MORNING).await;
        let late = kalends_store::ConflictsCommit {
            lease: Some(lost[0].lease),
            changed: Vec::new(),
            opened: Vec::new(),
            effects: kalends_store::Effects::none(),
        };
        world.later(SignedDuration::from_secs(61)).await;
        let late = world.store.commit_conflicts(world.tenant, late).await;
        assert!(matches!(late, Err(kalends_engine::StoreError::Fenced { .. })));
        assert_eq!(open(&world).await.len(), 1);
    }

    async fn what_does_not_take_time_is_no_conflict(database) {
        use kalends_core::external_event::{EventStatus, Response, Transparency};
        let mut free = named("free", MORNING);
        free.transparency = Transparency::Transparent;
        let mut declined = named("declined", MORNING);
        declined.self_response = Some(Response::Declined);
        let world = World::with_events(database, vec![free, declined, external(NOON)]).await;
        put_at(&world, "lesson", MORNING).await;
        let mut background = lesson_at(&world.user, NOON);
        background.transparency = Transparency::Transparent;
        put(&world, "background", background).await;
        let mut cancelled = lesson_at(&world.user, NOON);
        cancelled.status = EventStatus::Cancelled;
        put(&world, "cancelled", cancelled).await;
        world.drain().await;
        assert!(open(&world).await.is_empty());
    }

    async fn cancelling_an_event_closes_its_conflicts(database) {
        let world = World::with_events(database, vec![external(MORNING)]).await;
        put_at(&world, "lesson", MORNING).await;
        world.drain().await;
        assert_eq!(open(&world).await.len(), 1);
        events::delete(&world.engine, world.tenant, &key("lesson"), Condition::default()).await.unwrap();
        world.drain().await;
        assert!(open(&world).await.is_empty());
        assert_eq!(told(&world).await, ["conflict.detected", "conflict.resolved"]);
    }

    async fn blocks_make_and_end_conflicts(database) {
        let world = World::with_events(database, vec![]).await;
        put_at(&world, "lesson", MORNING).await;
        let new = NewBlock {
            user: world.user.clone(),
            span: interval("2026-11-23T08:00:00Z/2026-11-23T09:30:00Z"),
            title: None,
        };
        let block = blocks::create(&world.engine, world.tenant, new).await.unwrap();
        world.drain().await;
        assert_eq!(open(&world).await, ["lesson overlap block 11-23T09:00-09:30 x1"]);
        blocks::delete(&world.engine, world.tenant, &world.user, block.id).await.unwrap();
        world.drain().await;
        assert!(open(&world).await.is_empty());
    }

    async fn time_outside_working_hours_is_a_conflict_while_it_is(database) {
        let world = World::with_events(database, vec![]).await;
        put_at(&world, "late", "2026-11-23T16:30:00Z/2026-11-23T17:30:00Z").await;
        world.drain().await;
        assert!(open(&world).await.is_empty(), "who never set hours is open at all times");
        let hours = Setting::WorkingHours(Box::new(nine_to_five()));
        settings::put(&world.engine, world.tenant, &world.user, hours).await.unwrap();
        world.drain().await;
        assert_eq!(open(&world).await, ["late outside_hours hours 11-23T17:00-17:30 x1"]);

        let mut holiday = lesson_at(&world.user, MORNING);
        let day = |day: &str| day.parse().unwrap();
        holiday.when = When::all_day(day("2026-11-24"), day("2026-11-25")).unwrap();
        put(&world, "holiday", holiday).await;
        put_at(&world, "late", "2026-11-23T16:00:00Z/2026-11-23T17:00:00Z").await;
        world.drain().await;
        assert!(open(&world).await.is_empty(), "whole days have no hours");
    }

    async fn two_events_of_one_person_are_one_conflict_of_the_later_one(database) {
        let world = World::with_events(database, vec![]).await;
        put_at(&world, "first", MORNING).await;
        put_at(&world, "second", "2026-11-23T09:30:00Z/2026-11-23T10:30:00Z").await;
        world.drain().await;
        assert_eq!(open(&world).await, ["second overlap first 11-23T09:30-10:00 x1"]);
        let of_first = ListConflicts { key: Some(key("first")), ..ListConflicts::default() };
        let page = Page { limit: 9, after: None };
        let found = conflicts::list(&world.engine, world.tenant, &of_first, page).await.unwrap();
        assert_eq!(found.items.len(), 1, "either event finds it");
        put_at(&world, "first", NOON).await;
        world.drain().await;
        assert!(open(&world).await.is_empty());
    }

    async fn series_meet_once_and_their_conflict_goes_on_to_the_next_time(database) {
        let weekly = series("team", "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z", "RRULE:FREQ=WEEKLY;COUNT=3");
        let away = moved("team", "2026-11-30T09:00:00Z", "2026-11-30T14:00:00Z", "2026-11-30T15:00:00Z");
        let world = World::with_events(database, vec![weekly, away]).await;
        let mut lessons = lesson_at(&world.user, "2026-11-23T09:30:00Z/2026-11-23T10:30:00Z");
        lessons.recurrence = vec!["RRULE:FREQ=WEEKLY".to_owned()];
        put(&world, "lessons", lessons).await;
        world.drain().await;
        assert_eq!(open(&world).await, ["lessons overlap external 11-23T09:30-10:00 x2"]);
        // Monday has passed: nobody changed anything, and nothing is told.
        world.later(SignedDuration::from_hours(4 * 24)).await;
        assert_eq!(open(&world).await, ["lessons overlap external 12-07T09:30-10:00 x1"]);
        assert_eq!(told(&world).await, ["conflict.detected"]);
        world.later(SignedDuration::from_hours(14 * 24)).await;
        assert!(open(&world).await.is_empty(), "both are over");
        assert_eq!(told(&world).await, ["conflict.detected", "conflict.resolved"]);
    }

    async fn an_event_under_way_stays_as_it_was_found(database) {
        let world = World::with_events(database, vec![external(MORNING)]).await;
        let hours = Setting::WorkingHours(Box::new(nine_to_five()));
        settings::put(&world.engine, world.tenant, &world.user, hours).await.unwrap();
        put_at(&world, "lesson", MORNING).await;
        world.drain().await;
        let before = open(&world).await;
        assert_eq!(before, ["lesson overlap external 11-23T09:00-10:00 x1"]);
        world.later(SignedDuration::from_hours(71) + SignedDuration::from_mins(30)).await;
        look(&world).await;
        assert_eq!(open(&world).await, before, "at half past nine");
        assert_eq!(told(&world).await, ["conflict.detected"]);
    }

    async fn a_calendar_that_no_longer_counts_takes_its_conflicts_along(database) {
        let world = World::with_events(database, vec![external(MORNING)]).await;
        put_at(&world, "lesson", MORNING).await;
        world.drain().await;
        let id = world.calendar().await.id;
        for (selected, expect) in [(false, 0), (true, 1)] {
            let update = UpdateCalendar { selected: Some(selected), write_target: None };
            calendars::update(&world.engine, world.tenant, id, update).await.unwrap();
            world.drain().await;
            assert_eq!(open(&world).await.len(), expect);
        }
        let connection = world.connection().await.id;
        kalends_engine::connections::disconnect(&world.engine, world.tenant, connection).await.unwrap();
        world.drain().await;
        assert!(open(&world).await.is_empty());
    }

    async fn looking_twice_changes_nothing(database) {
        let world = World::with_events(database, vec![external(MORNING)]).await;
        put_at(&world, "lesson", MORNING).await;
        world.drain().await;
        let before = (all(&world, None).await, world.news().await);
        for _ in 0..2 {
            look(&world).await;
        }
        assert_eq!((all(&world, None).await, world.news().await), before);
    }

    async fn a_lost_look_is_made_up_for_within_the_day(database) {
        let world = World::with_events(database, vec![external(MORNING)]).await;
        put_at(&world, "lesson", MORNING).await;
        for task in claimed(&world).await {
            world.store.complete_task(task.lease).await.unwrap();
        }
        world.drain().await;
        assert!(open(&world).await.is_empty(), "its task is gone");
        kalends_engine::schedules::fire_due(&world.engine).await.unwrap();
        world.later(SignedDuration::from_hours(24)).await;
        kalends_engine::schedules::fire_due(&world.engine).await.unwrap();
        world.drain().await;
        assert_eq!(open(&world).await.len(), 1);
    }

    async fn a_look_survives_a_death_at_every_wait(database) {
        let world = World::with_events(database, vec![external(MORNING)]).await;
        let over_it = async |number: usize| {
            let span = format!("2026-11-23T09:{:02}:00Z/2026-11-23T10:00:00Z", number % 60);
            put_at(&world, &format!("lesson-{number}"), &span).await;
        };
        over_it(0).await;
        world.drain().await;
        let deaths = Stage::from(&world)
            .kill_at_every_wait(
                async |round| {
                    // Another lesson is put there, and the one before moves away.
                    over_it(round + 1).await;
                    let (day, hour) = (25 + round / 20, round % 20);
                    let away = format!("2026-11-{day}T{hour:02}:00:00Z/2026-11-{day}T{hour:02}:30:00Z");
                    put_at(&world, &format!("lesson-{round}"), &away).await;
                },
                async |round| {
                    let (number, minute) = (round + 1, (round + 1) % 60);
                    let expect = format!("lesson-{number} overlap external 11-23T09:{minute:02}-10:00 x1");
                    assert_eq!(open(&world).await, [expect]);
                },
            )
            .await;
        assert!(deaths >= FEWEST, "{deaths}");
    }

    async fn people_and_tenants_are_apart(database) {
        let world = World::with_events(database, vec![external(MORNING)]).await;
        let other = UserId::new("bob").unwrap();
        let bob = users::PutUser { id: other.clone(), display_name: None, time_zone: Zone::UTC };
        users::put(&world.engine, world.tenant, bob).await.unwrap();
        put(&world, "bobs", lesson_at(&other, MORNING)).await;
        world.drain().await;
        assert!(open(&world).await.is_empty(), "the calendar is another person's");

        put_at(&world, "lesson", MORNING).await;
        world.drain().await;
        let id = all(&world, Some(true)).await[0].id;
        let theirs = kalends_engine::tenants::NewTenant { name: "Others".to_owned(), return_origins: Vec::new() };
        let theirs = kalends_engine::tenants::create(&world.engine, theirs).await.unwrap().id;
        let page = Page { limit: 9, after: None };
        let listed = conflicts::list(&world.engine, theirs, &ListConflicts::default(), page).await.unwrap();
        assert!(listed.items.is_empty());
        assert!(world.store.conflict(theirs, id).await.is_err());
        assert!(changes::list(&world.engine, theirs, 0, 9).await.unwrap().changes.is_empty());
    }
}

/// Looks for the person's conflicts, whatever made it necessary.
pub(crate) async fn look(world: &World) {
    let key = format!("{}:{}", world.tenant, world.user);
    world.enqueue("conflicts", &key).await;
    world.drain().await;
}

async fn claimed(world: &World) -> Vec<kalends_store::ClaimedTask> {
    let claim = kalends_store::Claim {
        owner: "lost",
        lanes: &kalends_store::TaskLane::ALL,
        batch: 10,
        lease: std::time::Duration::from_mins(1),
    };
    let claimed = world.store.claim_tasks(claim).await.unwrap();
    assert!(claimed.iter().any(|task| task.kind == "conflicts"));
    claimed
}
