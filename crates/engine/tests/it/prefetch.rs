//! Calendars of users who are asked about are fresh before the next question.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use kalends_core::provider::ProviderKind;
use kalends_egress::Window;
use kalends_engine::{EngineSettings, availability::Freshness, load, prefetch};
use kalends_providers::provider::ProviderError;
use kalends_testkit::{Database, both};

use crate::harness::World;

const DAY: &str = "2026-11-23T00:00:00Z/2026-11-24T00:00:00Z";
const SECONDS: SignedDuration = SignedDuration::from_secs(1);
const MINUTES: SignedDuration = SignedDuration::from_mins(1);

async fn world(database: Database) -> World {
    let settings = EngineSettings {
        budgets: BTreeMap::from([(ProviderKind::Google, vec![Window::new(400, 100)])]),
        ..EngineSettings::default()
    };
    let world = World::with_settings(database, settings).await;
    world.drain().await;
    load::watch(&world.engine).await.unwrap();
    world.google.asked();
    world
}

async fn ask(world: &World, max_staleness: Option<SignedDuration>) {
    let freshness = Freshness {
        max_staleness,
        ..Freshness::default()
    };
    world.availability(DAY, freshness).await;
}

/// Moves the clock and runs a round with what it enqueued; answers how many pulls the provider saw.
async fn round_after(world: &World, by: SignedDuration) -> usize {
    world.clock.advance(by);
    prefetch::round(&world.engine).await.unwrap();
    world.drain().await;
    world.google.asked().len()
}

both! {
    async fn who_is_asked_about_is_pulled_ahead_of_staleness(database) {
        let world = world(database).await;
        ask(&world, Some(MINUTES * 5)).await;
        assert_eq!(round_after(&world, MINUTES * 3).await, 0);
        assert_eq!(round_after(&world, SECONDS * 10).await, 1, "at two thirds of five minutes, less a round");
        assert_eq!(round_after(&world, MINUTES * 3).await, 0);
        ask(&world, Some(MINUTES * 5)).await;
        assert_eq!(world.google.asked().len(), 0, "fresh enough without a live check");
        assert_eq!(round_after(&world, SECONDS * 10).await, 1);
    }

    async fn who_was_not_asked_about_lately_is_left_to_the_interval(database) {
        let world = world(database).await;
        ask(&world, Some(MINUTES)).await;
        let mut pulls = 0;
        for _ in 0..60 {
            pulls += round_after(&world, SECONDS * 15).await;
        }
        assert!((20..=31).contains(&pulls), "{pulls} pulls in a quarter of an hour");
        assert_eq!(round_after(&world, MINUTES).await, 0);
        assert_eq!(round_after(&world, MINUTES * 5).await, 0);
    }

    async fn however_fresh_was_asked_it_is_pulled_every_half_minute_at_most(database) {
        let world = world(database).await;
        ask(&world, Some(SECONDS)).await;
        assert_eq!(round_after(&world, SECONDS * 24).await, 0);
        assert_eq!(round_after(&world, SECONDS).await, 1);
    }

    async fn without_a_limit_a_quiet_calendar_keeps_to_its_user_s_interval(database) {
        let world = world(database).await;
        world.later(SignedDuration::from_hours(25)).await;
        load::watch(&world.engine).await.unwrap();
        world.google.asked();
        ask(&world, None).await;
        assert_eq!(round_after(&world, MINUTES * 9).await, 0);
        assert_eq!(round_after(&world, MINUTES).await, 1);
    }

    async fn rounds_of_several_processes_are_one_pull(database) {
        let world = world(database).await;
        ask(&world, Some(MINUTES * 5)).await;
        world.clock.advance(MINUTES * 4);
        assert_eq!(prefetch::round(&world.engine).await.unwrap(), 1);
        assert_eq!(prefetch::round(&world.engine).await.unwrap(), 0);
        // Another process enqueues the same.
        let id = world.calendar().await.id;
        world.enqueue("pull", &id.to_string()).await;
        world.drain().await;
        assert_eq!(world.google.asked().len(), 1);
    }

    async fn nothing_is_pulled_ahead_while_the_budget_is_half_used(database) {
        let world = world(database.clone()).await;
        ask(&world, Some(MINUTES * 5)).await;
        // 2.5 a second of 4.
        database.tamper("UPDATE calendars SET poll_every_us = 400000").await;
        world.clock.advance(MINUTES * 4);
        load::watch(&world.engine).await.unwrap();
        assert_eq!(prefetch::round(&world.engine).await.unwrap(), 0);
        database.tamper("UPDATE calendars SET poll_every_us = 900000000").await;
        world.clock.advance(MINUTES * 4);
        load::watch(&world.engine).await.unwrap();
        assert_eq!(prefetch::round(&world.engine).await.unwrap(), 1);
    }

    async fn trouble_is_not_hurried(database) {
        let world = world(database).await;
        ask(&world, Some(MINUTES * 5)).await;
        world.google.fail_after(0, ProviderError::Unavailable { source: None });
        assert_eq!(round_after(&world, MINUTES * 4).await, 1);
        assert_eq!(prefetch::round(&world.engine).await.unwrap(), 0, "the failed pull waits its time");
    }

    async fn it_can_be_turned_off(database) {
        let settings = EngineSettings { prefetch: false, ..EngineSettings::default() };
        let world = World::with_settings(database, settings).await;
        world.drain().await;
        load::watch(&world.engine).await.unwrap();
        world.google.asked();
        ask(&world, Some(MINUTES * 5)).await;
        assert_eq!(round_after(&world, MINUTES * 4).await, 0);
    }
}
