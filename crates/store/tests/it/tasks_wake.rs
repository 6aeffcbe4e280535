//! Several processes at one database: who enqueues wakes the others.

use std::time::Duration;

use kalends_store::Store;
use kalends_testkit::DatabaseKind;

use crate::harness::{RING, World, both, ring};

/// Ends the connections that listen for tasks of this schema.
const CUT: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE query = 'LISTEN \"kalends_tasks_' || right(current_schema(), 40) || '\"'";

async fn other_process(world: &World) -> Store {
    Store::connect(&world.config, ring(RING), world.ambient.clone())
        .await
        .unwrap()
}

async fn woken(store: &Store) {
    let notified = store.tasks_changed().notified();
    tokio::time::timeout(Duration::from_secs(10), notified)
        .await
        .unwrap();
}

both! {
    async fn a_task_enqueued_by_one_process_wakes_another(world) {
        if world.database.kind == DatabaseKind::Sqlite {
            return;
        }
        let tenant = world.tenant("a").await;
        let other = other_process(&world).await;
        let hearing = other.clone();
        let hearing = tokio::spawn(async move { hearing.hear_of_tasks().await });
        woken(&other).await;
        for key in ["c1", "c2"] {
            world.store.enqueue(tenant, vec![world.task(key)]).await.unwrap();
            woken(&other).await;
        }
        world.store.enqueue_system(vec![world.task("c3")]).await.unwrap();
        woken(&other).await;

        world.database.tamper(CUT).await;
        woken(&other).await;
        world.store.enqueue(tenant, vec![world.task("c4")]).await.unwrap();
        woken(&other).await;
        hearing.abort();
    }

    async fn many_tasks_committed_at_once_are_few_messages_and_the_last_is_heard(world) {
        if world.database.kind == DatabaseKind::Sqlite {
            return;
        }
        let tenant = world.tenant("a").await;
        let other = other_process(&world).await;
        let hearing = other.clone();
        let hearing = tokio::spawn(async move { hearing.hear_of_tasks().await });
        woken(&other).await;
        let enqueues = (0..50).map(|n| {
            let (store, task) = (world.store.clone(), world.task(&format!("t{n}")));
            async move { store.enqueue(tenant, vec![task]).await.unwrap() }
        });
        futures::future::join_all(enqueues).await;
        let mut seen = 0;
        while seen < 50 {
            woken(&other).await;
            seen += other.claim_tasks(crate::tasks::all_lanes(50)).await.unwrap().len();
        }
        hearing.abort();
    }
}
