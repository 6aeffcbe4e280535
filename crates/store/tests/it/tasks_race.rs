//! Many workers at the same queue.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use kalends_store::NewTask;

use crate::{harness::both, tasks::all_lanes};

both! {
    async fn eight_workers_get_every_task_exactly_once(world) {
        let tenant = world.tenant("a").await;
        let tasks: Vec<NewTask> = (0..200)
            .map(|n| NewTask { group: format!("g{}", n % 7), ..world.task(&format!("t{n}")) })
            .collect();
        world.store.enqueue(tenant, tasks).await.unwrap();
        let workers = (0..8).map(|_| {
            let store = world.store.clone();
            tokio::spawn(async move {
                let mut done = Vec::new();
                // Another worker may hold the rest for a moment; the queue is empty when nothing is counted.
                while !store.task_counts().await.unwrap().is_empty() {
                    for task in store.claim_tasks(all_lanes(5)).await.unwrap() {
                        done.push(task.key);
                        store.complete_task(task.lease).await.unwrap();
                    }
                }
                done
            })
        });
        let mut runs: BTreeMap<String, u32> = BTreeMap::new();
        for worker in futures::future::join_all(workers).await {
            for key in worker.unwrap() {
                *runs.entry(key).or_default() += 1;
            }
        }
        assert_eq!(runs.len(), 200);
        assert!(runs.values().all(|runs| *runs == 1), "{runs:?}");
    }

    async fn requests_for_the_same_tasks_in_any_order_do_not_lock_each_other_out(world) {
        let tenant = world.tenant("a").await;
        let requests = (0..4).map(|n| {
            let (world, forth) = (world.clone(), n % 2 == 0);
            tokio::spawn(async move {
                for _ in 0..20 {
                    let mut tasks: Vec<NewTask> = (0..30).map(|n| world.task(&format!("t{n}"))).collect();
                    if forth {
                        tasks.reverse();
                    }
                    world.store.enqueue(tenant, tasks).await.unwrap();
                }
            })
        });
        for request in futures::future::join_all(requests).await {
            request.unwrap();
        }
    }

    async fn a_request_is_never_lost_to_a_completion(world) {
        let tenant = world.tenant("a").await;
        // Requests race with claims and completions of the same task; the last one must still be run.
        let requested_all = Arc::new(AtomicBool::new(false));
        let workers: Vec<_> = (0..3)
            .map(|_| {
                let (store, requested_all) = (world.store.clone(), requested_all.clone());
                tokio::spawn(async move {
                    let mut last = -1;
                    loop {
                        let is_last_look = requested_all.load(Ordering::SeqCst);
                        for task in store.claim_tasks(all_lanes(1)).await.unwrap() {
                            last = last.max(task.payload.as_i64().unwrap());
                            store.complete_task(task.lease).await.unwrap();
                        }
                        if is_last_look && store.next_task_due().await.unwrap().is_none() {
                            return last;
                        }
                    }
                })
            })
            .collect();
        for n in 0..60 {
            let task = NewTask { payload: serde_json::json!(n), ..world.task("c1") };
            world.store.enqueue(tenant, vec![task]).await.unwrap();
        }
        requested_all.store(true, Ordering::SeqCst);
        let mut last = -1;
        for worker in workers {
            last = last.max(worker.await.unwrap());
        }
        assert_eq!(last, 59);
    }
}
