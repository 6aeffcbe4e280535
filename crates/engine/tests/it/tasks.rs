//! The runner: failures, waits, coalescing, owed work, and stopping.

use std::time::Duration;

use jiff::SignedDuration;
use kalends_engine::connections::{self, Outcome, State, Wait};
use kalends_providers::provider::ProviderError;
use kalends_store::{Claim, TaskLane, TaskState};
use kalends_testkit::both;
use tokio_util::sync::CancellationToken;

use crate::harness::{CALENDAR, World, single, while_draining};

const DAY: &str = "2026-11-23T00:00:00Z/2026-11-24T00:00:00Z";

fn down() -> ProviderError {
    ProviderError::Unavailable { source: None }
}

async fn dead(world: &World) -> u64 {
    let counts = world.store.task_counts().await.unwrap();
    counts
        .iter()
        .filter(|count| count.state == TaskState::Dead)
        .map(|count| count.count)
        .sum()
}

both! {
    async fn a_provider_that_stays_down_is_left_alone_after_hours_and_tried_again_a_day_later(database) {
        let world = World::with_events(database, Vec::new()).await;
        for _ in 0..12 {
            world.google.fail_after(0, down());
        }
        let mut attempts = 0;
        for _ in 0..40 {
            attempts += world.later(SignedDuration::from_mins(20)).await;
            if dead(&world).await > 0 {
                break;
            }
        }
        assert_eq!(
            (dead(&world).await, world.google.asked().len()),
            (1, 12),
            "{attempts} tasks ran"
        );
        let connection = world.connection().await;
        assert!(matches!(connection.state, State::Degraded { reason } if reason == "provider_unavailable"));
        let calendar = world.calendar().await;
        assert_eq!(
            (calendar.sync.retry_count, calendar.sync.next_retry_at),
            (12, None)
        );
        let news = world.news().await;
        assert_eq!(
            news.iter().filter(|kind| *kind == "calendar.sync_failed").count(),
            1
        );
        assert_eq!(
            news.iter().filter(|kind| *kind == "connection.degraded").count(),
            1
        );

        world.runner.sweep().await.unwrap();
        world.later(SignedDuration::from_hours(1)).await;
        assert_eq!(dead(&world).await, 1, "it rests");
        world.clock.advance(SignedDuration::from_hours(25));
        assert!(world.runner.sweep().await.unwrap() >= 1);
        world.drain().await;
        assert_eq!(world.connection().await.state, State::Active);
        assert!(world.news().await.contains(&"connection.recovered".to_owned()));
    }

    async fn a_limit_is_waited_for_and_costs_no_attempt(database) {
        let world = World::with_events(database, Vec::new()).await;
        for _ in 0..20 {
            let until = world.engine.ambient().now() + SignedDuration::from_mins(5);
            world
                .google
                .fail_after(0, ProviderError::RateLimited { until: Some(until) });
            world.pull().await;
            assert_eq!(world.google.asked().len(), 1);
            world.later(SignedDuration::from_mins(4)).await;
            assert!(world.google.asked().is_empty(), "not before its time");
            world.clock.advance(SignedDuration::from_mins(2));
        }
        world.drain().await;
        assert_eq!(dead(&world).await, 0);
        assert!(world.calendar().await.sync.last_error.is_none());
    }

    async fn ten_requests_are_one_pull_and_each_gets_its_run(database) {
        let world = World::with_events(database, Vec::new()).await;
        world.google.put(
            CALENDAR,
            single("a", "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z"),
        );
        let connection = world.connection().await.id;
        let request = || {
            connections::sync(
                &world.engine,
                world.tenant,
                connection,
                Wait::UpTo(Duration::from_secs(10)),
            )
        };
        let requests = futures::future::join_all((0..10).map(|_| request()));
        // A request that comes while a pull runs is answered by the next one.
        let answers = while_draining(&world.runner, requests).await;
        for answer in answers {
            let answer = answer.unwrap();
            assert!(answer.is_complete());
            assert_eq!(answer.runs[0].outcome, Outcome::Completed);
        }
        let asked = world.google.asked().len();
        assert!((1..10).contains(&asked), "{asked} pulls");
        assert_eq!(world.busy(DAY).await.len(), 1);
    }

    async fn a_request_that_is_not_answered_in_time_says_so(database) {
        let world = World::with_events(database, Vec::new()).await;
        let connection = world.connection().await.id;
        let wait = Wait::UpTo(Duration::from_millis(30));
        let answer = connections::sync(&world.engine, world.tenant, connection, wait)
            .await
            .unwrap();
        assert!(!answer.is_complete() && answer.calendars.len() == 1);
    }

    async fn what_rows_owe_comes_back_when_its_task_is_lost(database) {
        let world = World::with_events(database, Vec::new()).await;
        world.clock.advance(SignedDuration::from_hours(48));
        let claim = Claim {
            owner: "forgetful",
            lanes: &TaskLane::ALL,
            batch: 10,
            lease: Duration::from_mins(1),
        };
        for task in world.store.claim_tasks(claim).await.unwrap() {
            world.store.complete_task(task.lease).await.unwrap();
        }
        assert_eq!(world.later(SignedDuration::from_hours(1)).await, 0);
        world.google.put(
            CALENDAR,
            single("a", "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z"),
        );
        assert_eq!(world.runner.sweep().await.unwrap(), 2, "the pull and the listing");
        assert_eq!(world.runner.sweep().await.unwrap(), 0);
        world.drain().await;
        assert_eq!(world.busy(DAY).await.len(), 1);
    }

    async fn the_loop_wakes_by_itself_and_ends_what_it_began(database) {
        let world = World::new(database).await;
        for minute in 0..30 {
            let (start, end) = (
                format!("2026-11-23T09:{minute:02}:00Z"),
                format!("2026-11-23T09:{minute:02}:30Z"),
            );
            world
                .google
                .put(CALENDAR, single(&format!("e{minute}"), &start, &end));
        }
        let stop = CancellationToken::new();
        let (runner, token) = (world.runner.clone(), stop.clone());
        let running = tokio::spawn(async move { runner.run(token).await });
        while world.busy(DAY).await.is_empty() {
            tokio::task::yield_now().await;
        }
        let connection = world.connection().await.id;
        let wait = Wait::UpTo(Duration::from_secs(10));
        let answer = connections::sync(&world.engine, world.tenant, connection, wait)
            .await
            .unwrap();
        assert!(answer.is_complete());
        stop.cancel();
        running.await.unwrap();
        let counts = world.store.task_counts().await.unwrap();
        assert!(
            counts.iter().all(|count| count.state == TaskState::Waiting),
            "{counts:?}"
        );
    }
}
