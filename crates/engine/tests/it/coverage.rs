//! The covered window moves on without anybody asking, and without the provider.

use jiff::SignedDuration;
use kalends_core::{
    availability::OnUnreachable,
    settings::{Setting, Sync},
};
use kalends_engine::{availability::Freshness, settings};
use kalends_providers::provider::ProviderError;
use kalends_testkit::{Database, both};

use crate::harness::{World, series, single};

const DAY: SignedDuration = SignedDuration::from_hours(24);

async fn weekly(database: Database) -> World {
    let world = World::with_events(
        database,
        vec![
            series(
                "s",
                "2026-11-23T15:00:00Z",
                "2026-11-23T16:00:00Z",
                "RRULE:FREQ=WEEKLY",
            ),
            single("a", "2027-04-02T09:00:00Z", "2027-04-02T10:00:00Z"),
        ],
    )
    .await;
    assert!(world.is_known("2027-02-10T00:00:00Z/2027-02-11T00:00:00Z").await);
    world
}

/// The user wants no polls.
async fn only_on_request(world: &World) {
    let mut sync = Sync::default();
    sync.auto_sync = false;
    settings::put(&world.engine, world.tenant, &world.user, Setting::Sync(sync))
        .await
        .unwrap();
    world.drain().await;
}

/// That many days pass, with a sweep and what it makes on each.
async fn days_pass(world: &World, days: usize) {
    for _ in 0..days {
        world.clock.advance(DAY);
        world.runner.sweep().await.unwrap();
        world.drain().await;
    }
}

/// Sixty days after the beginning, ninety days ahead.
async fn is_covered_ahead(world: &World) {
    let last_known = Freshness {
        on_unreachable: OnUnreachable::LastKnown { max_age: DAY * 100 },
        ..Freshness::default()
    };
    let answer = world
        .availability("2027-04-01T00:00:00Z/2027-04-19T00:00:00Z", last_known)
        .await;
    assert_eq!(answer.unknown, []);
    let busy = ["02T09", "05T15", "12T15"].map(|start| format!("2027-04-{start}:00:00Z"));
    let starts: Vec<String> = answer.busy.iter().map(|span| span.start().to_string()).collect();
    assert_eq!(starts, busy);
}

both! {
    async fn sixty_days_without_a_pull_leave_ninety_days_covered(database) {
        let world = weekly(database).await;
        only_on_request(&world).await;
        world.google.asked();
        days_pass(&world, 60).await;
        assert!(world.google.asked().is_empty(), "nobody was asked");
        is_covered_ahead(&world).await;
    }

    async fn a_calendar_whose_provider_is_away_stays_covered(database) {
        let world = weekly(database).await;
        for _ in 0..2_000 {
            world.google.fail_after(0, ProviderError::Unavailable { source: None });
        }
        days_pass(&world, 60).await;
        assert!(world.calendar().await.sync.last_error.is_some());
        is_covered_ahead(&world).await;
    }

    async fn windows_are_moved_on_once_and_not_at_each_sweep(database) {
        let world = weekly(database).await;
        only_on_request(&world).await;
        let mut made = 0;
        for _ in 0..60 {
            world.clock.advance(DAY);
            made += world.runner.sweep().await.unwrap();
            world.drain().await;
        }
        assert_eq!(made, 2, "once for each of two months");
    }
}
