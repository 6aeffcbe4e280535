//! A provider that suddenly names little of a calendar is asked a second time before anything is deleted.

use jiff::{SignedDuration, Timestamp};
use kalends_core::external_event::ExternalEvent;
use kalends_engine::{
    calendars::SyncStatus,
    connections::{self, Wait},
};
use kalends_testkit::{Database, both};

use crate::harness::{CALENDAR, FEWEST, Stage, World, single};

const WEEKS: &str = "2026-11-21T00:00:00Z/2027-01-20T00:00:00Z";
const SUSPECTED: Option<&str> = Some("mass_deletion_suspected");

/// One event a day from tomorrow on.
fn daily(count: i64) -> Vec<ExternalEvent> {
    let first: Timestamp = "2026-11-21T09:00:00Z".parse().unwrap();
    let one = |day: i64| {
        let start = first + SignedDuration::from_hours(24 * day);
        let end = start + SignedDuration::from_hours(1);
        single(&format!("e{day:02}"), &start.to_string(), &end.to_string())
    };
    (0..count).map(one).collect()
}

/// The provider's calendar is read anew, and names only what is left.
async fn losing(world: &World, ids: impl IntoIterator<Item = i64>) {
    for id in ids {
        world.google.forget(CALENDAR, &format!("e{id:02}"));
    }
    world.google.expire_cursors(CALENDAR);
    world.pull().await;
}

async fn count(world: &World) -> usize {
    world.busy(WEEKS).await.len()
}

async fn with(database: Database, count: i64) -> World {
    World::with_events(database, daily(count)).await
}

both! {
    async fn most_of_a_calendar_is_deleted_only_after_a_second_look_that_says_the_same(database) {
        let world = with(database, 30).await;
        losing(&world, 0..20).await;
        assert_eq!(count(&world).await, 30, "nothing is believed yet");
        let calendar = world.calendar().await;
        assert_eq!((calendar.sync.status, calendar.sync.last_error.as_deref()), (SyncStatus::Error, SUSPECTED));
        let retry = calendar.sync.next_retry_at.unwrap();
        let wait = retry.duration_since(world.engine.ambient().now());
        assert!(wait <= SignedDuration::from_secs(301), "{wait}");
        let news = world.news().await;
        assert_eq!(news.iter().filter(|kind| *kind == "calendar.sync_failed").count(), 1);

        world.later(SignedDuration::from_mins(4)).await;
        assert_eq!(count(&world).await, 30);
        world.later(SignedDuration::from_mins(2)).await;
        assert_eq!(count(&world).await, 10);
        assert_eq!(world.calendar().await.sync.last_error, None);
        let news = world.news().await;
        assert_eq!(news.last().map(String::as_str), Some("calendar.synced"));
    }

    async fn a_provider_that_only_forgot_for_a_moment_costs_nothing(database) {
        let world = with(database, 30).await;
        losing(&world, 0..30).await;
        assert_eq!(world.calendar().await.sync.last_error.as_deref(), SUSPECTED);
        for event in daily(30) {
            world.google.put(CALENDAR, event);
        }
        world.later(SignedDuration::from_mins(6)).await;
        assert_eq!(count(&world).await, 30);
        assert_eq!(world.calendar().await.sync.last_error, None);

        losing(&world, 0..30).await;
        assert_eq!(count(&world).await, 30, "the old suspicion proves nothing");
    }

    async fn a_second_look_that_says_otherwise_is_a_first_one(database) {
        let world = with(database, 60).await;
        losing(&world, 0..31).await;
        assert_eq!(world.calendar().await.sync.last_error.as_deref(), SUSPECTED);
        for event in daily(5) {
            world.google.put(CALENDAR, event);
        }
        for id in 40..50 {
            world.google.forget(CALENDAR, &format!("e{id:02}"));
        }
        world.later(SignedDuration::from_mins(6)).await;
        assert_eq!(count(&world).await, 60);
        world.later(SignedDuration::from_mins(6)).await;
        assert_eq!(count(&world).await, 24);
    }

    async fn a_small_calendar_and_half_of_a_large_one_are_deleted_at_once(database) {
        let world = with(database, 20).await;
        losing(&world, 0..20).await;
        assert_eq!(count(&world).await, 0);
        for event in daily(40) {
            world.google.put(CALENDAR, event);
        }
        world.pull().await;
        losing(&world, 0..20).await;
        assert_eq!(count(&world).await, 20);
    }

    async fn a_large_calendar_read_in_pages_is_guarded_too(database) {
        let world = with(database, 30).await;
        world.google.page_size(4);
        losing(&world, 9..30).await;
        assert_eq!(count(&world).await, 30);
        world.later(SignedDuration::from_mins(6)).await;
        assert_eq!(count(&world).await, 9);
    }

    async fn what_a_delta_names_as_deleted_is_believed(database) {
        let world = with(database, 30).await;
        for event in daily(30) {
            world.google.remove(CALENDAR, &event.provider_id);
        }
        world.pull().await;
        assert_eq!(count(&world).await, 0);
    }

    async fn past_events_that_left_the_window_are_no_loss(database) {
        let world = with(database, 30).await;
        world.clock.advance(SignedDuration::from_hours(24 * 70));
        losing(&world, 0..30).await;
        assert_eq!(world.calendar().await.sync.last_error, None);
    }

    async fn a_feed_that_shrinks_is_read_again(database) {
        let world = World::new(database).await;
        world.google.complete();
        for event in daily(30) {
            world.google.put(CALENDAR, event);
        }
        world.drain().await;
        for event in daily(29) {
            world.google.forget(CALENDAR, &event.provider_id);
        }
        world.pull().await;
        assert_eq!((count(&world).await, world.calendar().await.sync.last_error.as_deref()), (30, SUSPECTED));
        world.later(SignedDuration::from_mins(6)).await;
        assert_eq!(count(&world).await, 1);
    }

    async fn a_feed_that_names_all_its_events_anew_is_believed(database) {
        let world = World::new(database).await;
        world.google.complete();
        for event in daily(30) {
            world.google.put(CALENDAR, event);
        }
        world.drain().await;
        for event in daily(30) {
            world.google.forget(CALENDAR, &event.provider_id);
            let renamed = format!("new-{}", event.provider_id);
            world.google.put(CALENDAR, ExternalEvent { provider_id: renamed, ..event });
        }
        world.pull().await;
        assert_eq!((count(&world).await, world.calendar().await.sync.last_error), (30, None));
    }

    async fn whoever_asks_for_a_sync_brings_the_second_look_forward(database) {
        let world = with(database, 30).await;
        losing(&world, 0..30).await;
        let connection = world.connection().await.id;
        connections::sync(&world.engine, world.tenant, connection, Wait::No).await.unwrap();
        world.later(SignedDuration::from_secs(1)).await;
        assert_eq!(count(&world).await, 0);
    }

    async fn a_suspicion_survives_a_death_at_every_wait(database) {
        let world = with(database, 25).await;
        let id = world.calendar().await.id;
        let deaths = Stage::from(&world)
            .kill_at_every_wait(
                async |_| {
                    for event in daily(25) {
                        world.google.put(CALENDAR, event);
                    }
                    world.enqueue("pull", &id.to_string()).await;
                    world.drain().await;
                    assert_eq!(count(&world).await, 25);
                    for event in daily(25) {
                        world.google.forget(CALENDAR, &event.provider_id);
                    }
                    world.google.expire_cursors(CALENDAR);
                    world.enqueue("pull", &id.to_string()).await;
                },
                async |round| {
                    // A death after the first look was noted brings the second one forward.
                    world.later(SignedDuration::from_mins(6)).await;
                    assert_eq!(count(&world).await, 0, "round {round}");
                },
            )
            .await;
        assert!(deaths >= FEWEST, "{deaths}");
    }
}
