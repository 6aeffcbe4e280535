//! Items that cannot be read are kept by name, shown, and read again.

use jiff::SignedDuration;
use kalends_testkit::both;

use crate::harness::{CALENDAR, World, single};

const DAY: &str = "2026-11-23T00:00:00Z/2026-11-24T00:00:00Z";

async fn quarantined(world: &World) -> u64 {
    world.calendar().await.sync.quarantined
}

async fn poisoned(database: kalends_testkit::Database) -> World {
    let world = World::new(database).await;
    world.google.put(
        CALENDAR,
        single("a", "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z"),
    );
    world.google.put(
        CALENDAR,
        single("bad", "2026-11-23T11:00:00Z", "2026-11-23T12:00:00Z"),
    );
    world.google.poison(CALENDAR, "bad");
    world.drain().await;
    assert_eq!((world.busy(DAY).await.len(), quarantined(&world).await), (1, 1));
    world
}

both! {
    async fn an_item_is_read_on_its_own_after_an_hour_and_then_ever_more_rarely(database) {
        let world = poisoned(database).await;
        let mut alone = Vec::new();
        for hour in 1..=60 {
            world.clock.advance(SignedDuration::from_hours(1));
            world.drain().await;
            if world.google.asked_alone() > 0 {
                alone.push(hour);
            }
        }
        assert_eq!(alone.len(), 3, "{alone:?}");
        assert!(alone[0] <= 3 && alone[1] >= 7 && alone[2] >= 31, "{alone:?}");
        assert_eq!(quarantined(&world).await, 1);
    }

    async fn an_item_that_can_be_read_again_counts(database) {
        let world = poisoned(database).await;
        world.google.cure(CALENDAR);
        world.clock.advance(SignedDuration::from_hours(3));
        world.drain().await;
        assert_eq!((world.busy(DAY).await.len(), quarantined(&world).await), (2, 0));
        assert_eq!(world.news().await.last().map(String::as_str), Some("calendar.synced"));
    }

    async fn an_item_that_is_gone_by_then_is_forgotten(database) {
        let world = poisoned(database).await;
        world.google.cure(CALENDAR);
        world.google.forget(CALENDAR, "bad");
        world.clock.advance(SignedDuration::from_hours(3));
        world.drain().await;
        assert_eq!((world.busy(DAY).await.len(), quarantined(&world).await), (1, 0));
    }

    async fn an_item_that_changes_is_read_at_once(database) {
        let world = poisoned(database).await;
        world.google.cure(CALENDAR);
        world.google.put(CALENDAR, single("bad", "2026-11-23T13:00:00Z", "2026-11-23T14:00:00Z"));
        world.pull().await;
        assert_eq!((world.busy(DAY).await.len(), quarantined(&world).await), (2, 0));
        assert_eq!(world.google.asked_alone(), 0);
    }

    async fn what_was_known_of_an_item_counts_until_it_can_be_read(database) {
        let world = World::with_events(database, vec![single("bad", "2026-11-23T11:00:00Z", "2026-11-23T12:00:00Z")]).await;
        world.google.poison(CALENDAR, "bad");
        world.google.put(CALENDAR, single("bad", "2026-11-23T15:00:00Z", "2026-11-23T16:00:00Z"));
        world.pull().await;
        let before = ["2026-11-23T11:00:00Z/2026-11-23T12:00:00Z"];
        assert_eq!(world.busy(DAY).await, before);
        world.google.expire_cursors(CALENDAR);
        world.pull().await;
        assert_eq!((world.busy(DAY).await, quarantined(&world).await), (before.map(str::to_owned).to_vec(), 1));
    }
}
