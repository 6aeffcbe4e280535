//! Sweeps: owed work comes back, one replica sweeps, and a sweep itself is never lost.

use std::time::Duration;

use jiff::SignedDuration;
use kalends_engine::runner::Runner;
use kalends_store::{Claim, ClaimedTask, NewTask, TaskLane};
use kalends_testkit::{Database, both};

use crate::harness::World;

async fn enqueue_sweep(world: &World, name: &str) {
    let task = NewTask {
        kind: "sweep",
        key: name.to_owned(),
        lane: TaskLane::Push,
        group: "sweep".to_owned(),
        run_at: world.engine.ambient().now(),
        payload: serde_json::Value::Null,
        secret: None,
    };
    world.store.enqueue_system(vec![task]).await.unwrap();
}

async fn claim_all(world: &World) -> Vec<ClaimedTask> {
    let claim = Claim {
        owner: "lost",
        lanes: &TaskLane::ALL,
        batch: 50,
        lease: Duration::from_mins(1),
    };
    world.store.claim_tasks(claim).await.unwrap()
}

/// The calendar's tasks vanish, as no code of ours lets them.
async fn lose_tasks(world: &World) {
    world.clock.advance(SignedDuration::from_hours(48));
    for task in claim_all(world).await {
        world.store.complete_task(task.lease).await.unwrap();
    }
}

async fn runs_twice_and_survives(database: Database, name: &str) {
    let world = World::with_events(database, Vec::new()).await;
    enqueue_sweep(&world, name).await;
    assert_eq!(world.drain().await, 1);
    enqueue_sweep(&world, name).await;
    assert_eq!(claim_all(&world).await.len(), 1);
    assert_eq!(world.later(SignedDuration::from_secs(59)).await, 0);
    assert_eq!(world.later(SignedDuration::from_secs(2)).await, 1);
}

both! {
    async fn a_sweep_brings_lost_tasks_back_and_runs_again_five_minutes_later(database) {
        let world = World::with_events(database, Vec::new()).await;
        for _ in 0..2 {
            lose_tasks(&world).await;
            enqueue_sweep(&world, "calendars").await;
            assert_eq!(world.drain().await, 2, "the sweep and the pull");
            assert_eq!(world.later(SignedDuration::from_secs(299)).await, 0);
            assert_eq!(world.later(SignedDuration::from_secs(1)).await, 1, "the next sweep");
        }
    }

    async fn of_two_replicas_one_sweeps(database) {
        let world = World::with_events(database, Vec::new()).await;
        let other = Runner::new(world.engine.clone());
        for name in ["prunes", "dead_tasks", "calendars"] {
            enqueue_sweep(&world, name).await;
            enqueue_sweep(&world, name).await;
        }
        let (one, two) = tokio::join!(world.runner.drain(), other.drain());
        assert_eq!(one.unwrap() + two.unwrap(), 3);
    }

    async fn the_sweep_of_expired_rows_may_run_twice_and_survives_a_lost_worker(database) {
        runs_twice_and_survives(database, "prunes").await;
    }

    async fn the_sweep_of_dead_tasks_may_run_twice_and_survives_a_lost_worker(database) {
        runs_twice_and_survives(database, "dead_tasks").await;
    }

    async fn the_sweep_of_calendars_may_run_twice_and_survives_a_lost_worker(database) {
        runs_twice_and_survives(database, "calendars").await;
    }

    async fn the_sweep_of_links_may_run_twice_and_survives_a_lost_worker(database) {
        runs_twice_and_survives(database, "links").await;
    }

    async fn a_sweep_that_this_version_does_not_have_ends(database) {
        let world = World::with_events(database, Vec::new()).await;
        enqueue_sweep(&world, "of_yesterday").await;
        assert_eq!(world.drain().await, 1);
        assert_eq!(world.later(SignedDuration::from_mins(6)).await, 0);
    }
}
