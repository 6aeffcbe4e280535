//! A calendar that has not been in step for too long says so, once, and says when it is again.

use jiff::SignedDuration;
use kalends_core::settings::{Setting, Sync};
use kalends_engine::{calendars, settings};
use kalends_providers::provider::ProviderError;
use kalends_testkit::both;

use crate::harness::World;

const STEP: SignedDuration = SignedDuration::from_mins(5);

/// The provider is away until it is [`back`].
fn away(world: &World) {
    for _ in 0..5_000 {
        world
            .google
            .fail_after(0, ProviderError::Unavailable { source: None });
    }
}

fn back(world: &World) {
    world.google.no_faults();
}

/// That much time passes, with the sweeps that belong to it.
async fn pass(world: &World, minutes: i64) {
    for _ in 0..minutes / 5 {
        world.later(STEP).await;
        world.runner.sweep().await.unwrap();
    }
    world.drain().await;
}

async fn failures(world: &World) -> usize {
    world
        .news()
        .await
        .iter()
        .filter(|kind| *kind == "calendar.sync_failed")
        .count()
}

async fn is_overdue(world: &World) -> bool {
    world.calendar().await.sync.overdue_since.is_some()
}

both! {
    async fn four_intervals_without_a_success_are_said_once_and_so_is_the_recovery(database) {
        let world = World::with_events(database, Vec::new()).await;
        away(&world);
        pass(&world, 55).await;
        assert!(!is_overdue(&world).await);
        pass(&world, 30).await;
        assert!(is_overdue(&world).await);
        assert_eq!(failures(&world).await, 2, "the failure itself, and that it lasts");
        pass(&world, 120).await;
        assert_eq!(failures(&world).await, 2);

        back(&world);
        let before = world.news().await;
        pass(&world, 90).await;
        assert!(!is_overdue(&world).await);
        let news = world.news().await;
        assert!(news[before.len()..].contains(&"calendar.synced".to_owned()), "{news:?}");
    }

    async fn a_first_pass_that_never_succeeds_is_said_too(database) {
        let world = World::new(database).await;
        world.google.fail_after(1, ProviderError::Unavailable { source: None });
        away(&world);
        pass(&world, 90).await;
        assert!(is_overdue(&world).await);
    }

    async fn who_was_away_ourselves_is_given_time_to_catch_up(database) {
        let world = World::with_events(database, Vec::new()).await;
        world.clock.advance(SignedDuration::from_hours(24));
        world.runner.sweep().await.unwrap();
        pass(&world, 30).await;
        assert!(!is_overdue(&world).await);
        assert_eq!(failures(&world).await, 0);
    }

    async fn calendars_that_need_not_be_in_step_are_never_overdue(database) {
        let world = World::with_events(database, Vec::new()).await;
        let mut sync = Sync::default();
        sync.auto_sync = false;
        settings::put(&world.engine, world.tenant, &world.user, Setting::Sync(sync)).await.unwrap();
        pass(&world, 180).await;
        assert!(!is_overdue(&world).await);

        settings::put(&world.engine, world.tenant, &world.user, Setting::Sync(Sync::default())).await.unwrap();
        away(&world);
        pass(&world, 90).await;
        assert!(is_overdue(&world).await);
        let deselect = calendars::UpdateCalendar { selected: Some(false), ..Default::default() };
        let id = world.calendar().await.id;
        calendars::update(&world.engine, world.tenant, id, deselect).await.unwrap();
        assert!(!is_overdue(&world).await);
    }
}
