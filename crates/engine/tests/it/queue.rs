//! The runner's loop at many tasks: nothing is lost, whoever is killed; retired and unknown kinds.

use std::time::Duration;

use jiff::SignedDuration;
use kalends_engine::runner::Runner;
use kalends_store::{NewTask, TaskLane, TaskState};
use kalends_testkit::both;
use tokio_util::sync::CancellationToken;

use crate::harness::World;

/// Tasks of a retired kind, which are done as soon as they run.
async fn enqueue_nothing(world: &World, count: usize) {
    let run_at = world.engine.ambient().now();
    let task = |n: usize| NewTask {
        kind: "nothing",
        key: format!("{n}"),
        lane: TaskLane::Backfill,
        group: format!("{}", n % 7),
        run_at,
        payload: serde_json::Value::Null,
        secret: None,
    };
    world
        .store
        .enqueue(world.tenant, (0..count).map(task).collect())
        .await
        .unwrap();
}

async fn left(world: &World) -> u64 {
    let counts = world.store.task_counts().await.unwrap();
    let backfill = counts.iter().filter(|count| count.lane == TaskLane::Backfill);
    backfill.map(|count| count.count).sum()
}

fn start(runner: &Runner) -> (CancellationToken, tokio::task::JoinHandle<()>) {
    let stop = CancellationToken::new();
    let (runner, token) = (runner.clone(), stop.clone());
    (stop, tokio::spawn(async move { runner.run(token).await }))
}

async fn until_fewer_than(world: &World, most: u64) {
    let waiting = async {
        while left(world).await >= most {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), waiting)
        .await
        .unwrap();
}

both! {
    async fn the_loop_does_thousands_of_tasks_and_stops_with_nothing_half_done(database) {
        let world = World::new(database).await;
        world.drain().await;
        enqueue_nothing(&world, 3_000).await;
        let (stop, running) = start(&world.runner);
        until_fewer_than(&world, 1_500).await;
        stop.cancel();
        running.await.unwrap();
        let counts = world.store.task_counts().await.unwrap();
        assert!(counts.iter().all(|count| count.state == TaskState::Waiting), "{counts:?}");
        let (stop, running) = start(&world.runner);
        until_fewer_than(&world, 1).await;
        stop.cancel();
        running.await.unwrap();
    }

    async fn tasks_of_a_killed_loop_run_elsewhere_when_their_leases_have_ended(database) {
        let world = World::new(database).await;
        world.drain().await;
        enqueue_nothing(&world, 2_000).await;
        let (_stop, running) = start(&world.runner);
        until_fewer_than(&world, 1_500).await;
        running.abort();
        assert!(running.await.unwrap_err().is_cancelled());
        world.clock.advance(SignedDuration::from_secs(31));
        world.drain().await;
        assert_eq!(left(&world).await, 0);
    }

    async fn two_loops_share_a_queue(database) {
        let world = World::new(database).await;
        world.drain().await;
        enqueue_nothing(&world, 2_000).await;
        let loops = [start(&world.runner), start(&Runner::new(world.engine.clone()))];
        until_fewer_than(&world, 1).await;
        for (stop, running) in loops {
            stop.cancel();
            running.await.unwrap();
        }
        assert_eq!(left(&world).await, 0);
    }

    async fn a_retired_kind_still_drains(database) {
        let world = World::new(database).await;
        world.drain().await;
        enqueue_nothing(&world, 3).await;
        assert_eq!(world.drain().await, 3);
        assert_eq!(left(&world).await, 0);
    }

    async fn a_kind_of_tomorrow_waits_for_a_process_that_knows_it(database) {
        let world = World::new(database).await;
        world.drain().await;
        world.enqueue("of_tomorrow", "x").await;
        for _ in 0..20 {
            world.later(SignedDuration::from_secs(61)).await;
        }
        let counts = world.store.task_counts().await.unwrap();
        assert!(counts.iter().all(|count| count.state == TaskState::Waiting), "{counts:?}");
    }
}
