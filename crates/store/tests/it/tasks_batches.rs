//! Many tasks at a time: enqueued, extended, and settled in one commit.

use jiff::SignedDuration;
use kalends_store::{ClaimedTask, Ending, FailureCounts, NewTask, TaskEnd, TaskFailure, TaskState};

use crate::{
    harness::{World, both},
    tasks::{LEASE, all_lanes},
};

async fn enqueued(world: &World, count: usize) -> Vec<ClaimedTask> {
    let tenant = world.tenant("first").await;
    let tasks = (0..count).map(|n| world.task(&format!("t{n:04}"))).collect();
    world.store.enqueue(tenant, tasks).await.unwrap();
    let mut claimed = world.store.claim_tasks(all_lanes(1_000)).await.unwrap();
    claimed.sort_by(|left, right| left.key.cmp(&right.key));
    claimed
}

fn end(task: &ClaimedTask, ending: Ending) -> TaskEnd {
    TaskEnd {
        lease: task.lease,
        ending,
    }
}

fn dies() -> Ending {
    Ending::Failed(TaskFailure {
        error: "refused".to_owned(),
        counts: FailureCounts::Rejected,
        retry_at: None,
    })
}

both! {
    async fn many_tasks_are_enqueued_claimed_and_done(world) {
        // More than each of the lengths in which statements come.
        let tasks = enqueued(&world, 700).await;
        assert_eq!(tasks.len(), 700);
        let ends: Vec<TaskEnd> = tasks.iter().map(|task| end(task, Ending::Done)).collect();
        assert!(world.store.settle_tasks(&ends).await.unwrap().is_empty());
        assert!(world.store.task_counts().await.unwrap().is_empty());
        // Ends that are written again, because nobody heard that they were durable, change nothing.
        assert_eq!(world.store.settle_tasks(&ends).await.unwrap().len(), 700);
    }

    async fn a_batch_of_tasks_joins_as_each_of_them_would(world) {
        let tenant = world.tenant("a").await;
        let running = enqueued(&world, 1).await;
        let minute = |n: i64| world.now() + SignedDuration::from_mins(n);
        let batch = vec![
            NewTask { run_at: minute(3), ..world.task("twice") },
            NewTask { run_at: minute(9), ..world.task("t0000") },
            NewTask { run_at: minute(1), ..world.task("twice") },
            NewTask { run_at: minute(2), ..world.task("twice") },
            NewTask { run_at: minute(5), ..world.task("t0000") },
        ];
        world.store.enqueue(tenant, batch).await.unwrap();
        assert!(world.store.settle_tasks(&[end(&running[0], Ending::Done)]).await.unwrap().is_empty());
        world.advance(SignedDuration::from_mins(1));
        let early = world.store.claim_tasks(all_lanes(10)).await.unwrap();
        assert_eq!(early.iter().map(|task| task.key.as_str()).collect::<Vec<_>>(), ["twice"]);
        world.store.complete_task(early[0].lease).await.unwrap();
        world.advance(SignedDuration::from_mins(4));
        let late = world.store.claim_tasks(all_lanes(10)).await.unwrap();
        assert_eq!(late.iter().map(|task| task.key.as_str()).collect::<Vec<_>>(), ["t0000"]);
    }

    async fn each_end_of_a_batch_has_its_own_consequence(world) {
        let tasks = enqueued(&world, 5).await;
        let tenant = tasks[0].tenant.unwrap();
        world.store.enqueue(tenant, vec![world.task("t0001")]).await.unwrap();
        // The worker is lost with the last, which another has now.
        world.advance(SignedDuration::from_secs(59));
        assert!(world.store.extend_tasks(&tasks[..4].iter().map(|task| task.lease).collect::<Vec<_>>(), LEASE).await.unwrap().is_empty());
        world.advance(SignedDuration::from_secs(1));
        let other = world.store.claim_tasks(all_lanes(10)).await.unwrap();
        assert_eq!((other.len(), other[0].key.as_str()), (1, "t0004"));

        let ends = [
            end(&tasks[0], Ending::Done),
            end(&tasks[1], Ending::Done),
            end(&tasks[2], dies()),
            end(&tasks[3], Ending::Released),
            end(&tasks[4], Ending::Done),
        ];
        assert_eq!(world.store.settle_tasks(&ends).await.unwrap(), [tasks[4].lease]);
        let mut again = world.store.claim_tasks(all_lanes(10)).await.unwrap();
        again.sort_by(|left, right| left.key.cmp(&right.key));
        let found: Vec<_> = again.iter().map(|task| (task.key.as_str(), task.transient_failures)).collect();
        assert_eq!(found, [("t0001", 0), ("t0003", 0)], "asked for again; given back");
        assert_eq!(world.store.dead_tasks(tenant, None, 10).await.unwrap()[0].key, "t0002");
        assert!(world.store.settle_tasks(&[end(&other[0], Ending::Done)]).await.unwrap().is_empty());
    }

    async fn among_many_that_are_done_one_is_asked_for_again_and_one_is_lost(world) {
        let tasks = enqueued(&world, 40).await;
        let tenant = tasks[0].tenant.unwrap();
        world.store.enqueue(tenant, vec![world.task("t0007")]).await.unwrap();
        world.store.complete_task(tasks[9].lease).await.unwrap();
        let ends: Vec<TaskEnd> = tasks.iter().map(|task| end(task, Ending::Done)).collect();
        assert_eq!(world.store.settle_tasks(&ends).await.unwrap(), [tasks[9].lease]);
        let again = world.store.claim_tasks(all_lanes(100)).await.unwrap();
        assert_eq!(again.iter().map(|task| task.key.as_str()).collect::<Vec<_>>(), ["t0007"]);
    }

    async fn a_batch_that_was_not_committed_runs_again_and_one_that_was_does_not(world) {
        let tasks = enqueued(&world, 3).await;
        let ends: Vec<TaskEnd> = tasks.iter().map(|task| end(task, Ending::Done)).collect();
        // Killed before the commit: a future that is dropped at its first wait has committed nothing.
        let settling = world.store.settle_tasks(&ends);
        assert!(futures::FutureExt::now_or_never(settling).is_none());
        world.advance(SignedDuration::from_mins(1));
        let again = world.store.claim_tasks(all_lanes(10)).await.unwrap();
        assert_eq!(again.len(), 3);
        assert_eq!(world.store.settle_tasks(&ends).await.unwrap().len(), 3, "the old claims are worth nothing");
        // Killed after the commit, before anybody heard of it.
        let ends: Vec<TaskEnd> = again.iter().map(|task| end(task, Ending::Done)).collect();
        world.store.settle_tasks(&ends).await.unwrap();
        world.advance(SignedDuration::from_mins(1));
        assert!(world.store.claim_tasks(all_lanes(10)).await.unwrap().is_empty());
    }

    async fn a_heartbeat_keeps_all_tasks_and_names_the_lost_ones(world) {
        let tasks = enqueued(&world, 300).await;
        let leases: Vec<_> = tasks.iter().map(|task| task.lease).collect();
        world.store.complete_task(leases[7]).await.unwrap();
        world.advance(SignedDuration::from_secs(59));
        assert_eq!(world.store.extend_tasks(&leases, LEASE).await.unwrap(), [leases[7]]);
        world.advance(SignedDuration::from_secs(59));
        assert!(world.store.claim_tasks(all_lanes(10)).await.unwrap().is_empty());
        let counts = world.store.task_counts().await.unwrap();
        assert_eq!((counts[0].state, counts[0].count), (TaskState::Running, 299));
    }
}
