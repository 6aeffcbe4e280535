//! One worker and its tasks: coalescing, retries, lanes, turns.

use std::time::Duration;

use jiff::SignedDuration;
use kalends_store::{
    Claim, ClaimedTask, Dead, Effects, FailureCounts, NewTask, StoreError, TaskFailure, TaskLane, TaskState,
};
use kalends_testkit::DatabaseKind;
use secrecy::ExposeSecret;

use crate::harness::{World, both};

pub(crate) const LEASE: Duration = Duration::from_mins(1);

pub(crate) fn all_lanes(batch: u32) -> Claim<'static> {
    Claim {
        owner: "w",
        lanes: &TaskLane::ALL,
        batch,
        lease: LEASE,
    }
}

async fn claim_one(world: &World) -> ClaimedTask {
    let mut tasks = world.store.claim_tasks(all_lanes(10)).await.unwrap();
    assert_eq!(tasks.len(), 1);
    tasks.remove(0)
}

async fn nothing_due(world: &World) -> bool {
    world.store.claim_tasks(all_lanes(10)).await.unwrap().is_empty()
}

fn failure(counts: FailureCounts, retry_in: Option<i64>, world: &World) -> TaskFailure {
    TaskFailure {
        error: "timeout".to_owned(),
        counts,
        retry_at: retry_in.map(|secs| world.now() + SignedDuration::from_secs(secs)),
    }
}

both! {
    async fn ten_requests_make_one_run_at_the_earliest_time(world) {
        let tenant = world.tenant("a").await;
        for minute in [5, 1, 3] {
            let run_at = world.now() + SignedDuration::from_mins(minute);
            let task = NewTask { run_at, payload: serde_json::json!({"m": minute}), ..world.task("c1") };
            world.store.enqueue(tenant, vec![task]).await.unwrap();
        }
        assert!(nothing_due(&world).await);
        let due = world.store.next_task_due().await.unwrap().unwrap();
        assert_eq!(due, world.now() + SignedDuration::from_mins(1));
        world.advance(SignedDuration::from_mins(1));
        let task = claim_one(&world).await;
        assert_eq!((task.kind.as_str(), task.key.as_str(), task.tenant), ("pull", "c1", Some(tenant)));
        assert_eq!(task.payload["m"], 3);
        world.store.complete_task(task.lease).await.unwrap();
        assert_eq!(world.store.next_task_due().await.unwrap(), None);
    }

    async fn a_waiting_task_takes_the_more_urgent_lane(world) {
        let tenant = world.tenant("a").await;
        let hurried = NewTask { lane: TaskLane::Interactive, ..world.task("c1") };
        let slow = NewTask { lane: TaskLane::Backfill, ..world.task("c1") };
        world.store.enqueue(tenant, vec![world.task("c1"), hurried, slow]).await.unwrap();
        assert_eq!(claim_one(&world).await.lane, TaskLane::Interactive);
    }

    async fn the_more_urgent_request_says_what_a_joined_task_is_for(world) {
        let tenant = world.tenant("a").await;
        let ask = |lane, why: &str| NewTask { lane, payload: serde_json::json!({ "why": why }), ..world.task("c1") };
        let both = || vec![ask(TaskLane::Interactive, "asked"), ask(TaskLane::Backfill, "poll")];
        world.store.enqueue(tenant, both()).await.unwrap();
        let task = claim_one(&world).await;
        assert_eq!(task.payload["why"], "asked");
        world.store.enqueue(tenant, both()).await.unwrap();
        world.store.complete_task(task.lease).await.unwrap();
        assert_eq!(claim_one(&world).await.payload["why"], "asked");
    }

    async fn a_request_during_a_run_makes_it_run_once_more(world) {
        let tenant = world.tenant("a").await;
        let store = &world.store;
        store.enqueue(tenant, vec![world.task("c1")]).await.unwrap();
        let first = claim_one(&world).await;
        let poll = NewTask { run_at: world.now() + SignedDuration::from_mins(15), ..world.task("c1") };
        let push = NewTask { lane: TaskLane::Push, ..world.task("c1") };
        store.enqueue(tenant, vec![poll.clone(), push, poll.clone()]).await.unwrap();
        assert!(nothing_due(&world).await);
        store.complete_task(first.lease).await.unwrap();
        let second = claim_one(&world).await;
        assert_eq!((second.lane, second.lease.task), (TaskLane::Push, first.lease.task));

        // A task that schedules its own next run from inside keeps that time.
        store.enqueue(tenant, vec![poll]).await.unwrap();
        store.complete_task(second.lease).await.unwrap();
        assert!(nothing_due(&world).await);
        world.advance(SignedDuration::from_mins(15));
        let third = claim_one(&world).await;
        assert_eq!(third.lane, TaskLane::Freshness);
        store.complete_task(third.lease).await.unwrap();
        assert_eq!(store.next_task_due().await.unwrap(), None);
    }

    async fn failures_are_counted_by_class_and_forgotten_by_success(world) {
        let tenant = world.tenant("a").await;
        let store = &world.store;
        store.enqueue(tenant, vec![world.task("c1")]).await.unwrap();
        for counts in [FailureCounts::Transient, FailureCounts::Transient, FailureCounts::Rejected, FailureCounts::Nothing] {
            let task = claim_one(&world).await;
            store.fail_task(task.lease, &failure(counts, Some(5), &world)).await.unwrap();
            assert!(nothing_due(&world).await);
            world.advance(SignedDuration::from_secs(5));
        }
        let task = claim_one(&world).await;
        assert_eq!((task.transient_failures, task.rejected_failures), (2, 1));
        store.enqueue(tenant, vec![world.task("c1")]).await.unwrap();
        store.complete_task(task.lease).await.unwrap();
        let task = claim_one(&world).await;
        assert_eq!((task.transient_failures, task.rejected_failures), (0, 0));
    }

    async fn dead_tasks_are_seen_and_come_back(world) {
        let tenant = world.tenant("a").await;
        let store = &world.store;
        store.enqueue(tenant, vec![world.task("c1")]).await.unwrap();
        let dies = |task: ClaimedTask| {
            let failure = failure(FailureCounts::Rejected, None, &world);
            async move { store.fail_task(task.lease, &failure).await.unwrap() }
        };
        dies(claim_one(&world).await).await;
        assert!(nothing_due(&world).await);
        assert_eq!(store.next_task_due().await.unwrap(), None);
        let dead = store.dead_tasks(tenant, None, 10).await.unwrap();
        assert_eq!((dead[0].key.as_str(), dead[0].last_error.as_deref()), ("c1", Some("timeout")));
        let counts = store.task_counts().await.unwrap();
        assert_eq!((counts.len(), counts[0].state, counts[0].count), (1, TaskState::Dead, 1));
        let keys = ["c1".to_owned(), "c2".to_owned()];
        assert_eq!(store.keys_without_task("pull", &keys, Dead::CoversNothing).await.unwrap(), keys);
        assert_eq!(store.keys_without_task("pull", &keys, Dead::Covers).await.unwrap(), ["c2"]);

        // By request, by a change of its subject, and with time.
        store.retry_task(tenant, dead[0].id).await.unwrap();
        assert!(matches!(store.retry_task(tenant, dead[0].id).await, Err(StoreError::Conflict { .. })));
        assert_eq!(store.keys_without_task("pull", &keys, Dead::CoversNothing).await.unwrap(), ["c2"]);
        dies(claim_one(&world).await).await;
        store.enqueue(tenant, vec![world.task("c1")]).await.unwrap();
        let task = claim_one(&world).await;
        assert_eq!(task.rejected_failures, 0);
        dies(task).await;
        assert_eq!(store.retry_tasks_dead_since(world.now()).await.unwrap(), 0);
        world.advance(SignedDuration::from_hours(24));
        assert_eq!(store.retry_tasks_dead_since(world.now()).await.unwrap(), 1);
        claim_one(&world).await;
    }

    async fn a_request_during_the_last_failure_is_not_lost(world) {
        let tenant = world.tenant("a").await;
        let store = &world.store;
        store.enqueue(tenant, vec![world.task("c1")]).await.unwrap();
        let task = claim_one(&world).await;
        store.enqueue(tenant, vec![NewTask { lane: TaskLane::Push, ..world.task("c1") }]).await.unwrap();
        store.fail_task(task.lease, &failure(FailureCounts::Rejected, None, &world)).await.unwrap();
        let task = claim_one(&world).await;
        assert_eq!((task.rejected_failures, task.lane), (0, TaskLane::Push));
    }

    async fn a_lost_worker_is_replaced_and_refused(world) {
        let tenant = world.tenant("a").await;
        let store = &world.store;
        store.enqueue(tenant, vec![world.task("c1")]).await.unwrap();
        let lost = claim_one(&world).await;
        assert_eq!(store.next_task_due().await.unwrap(), Some(lost.leased_until));
        world.advance(SignedDuration::from_secs(59));
        let until = store.extend_task(lost.lease, LEASE).await.unwrap();
        world.advance(SignedDuration::from_secs(59));
        assert!(nothing_due(&world).await);
        world.advance(SignedDuration::from_secs(1));
        assert_eq!(until, world.now());
        let next = claim_one(&world).await;
        assert_eq!(next.transient_failures, 1);
        assert!(next.lease.fence > lost.lease.fence);

        let fenced = |result: Result<(), StoreError>| assert!(matches!(result, Err(StoreError::Fenced { .. })));
        fenced(store.complete_task(lost.lease).await);
        fenced(store.fail_task(lost.lease, &failure(FailureCounts::Transient, Some(1), &world)).await);
        fenced(store.release_task(lost.lease).await);
        fenced(store.extend_task(lost.lease, LEASE).await.map(drop));
        store.complete_task(next.lease).await.unwrap();
        fenced(store.complete_task(next.lease).await);
    }

    async fn a_released_task_is_as_it_was(world) {
        let tenant = world.tenant("a").await;
        world.store.enqueue(tenant, vec![world.task("c1")]).await.unwrap();
        let task = claim_one(&world).await;
        world.store.release_task(task.lease).await.unwrap();
        let again = claim_one(&world).await;
        assert_eq!((again.transient_failures, again.rejected_failures), (0, 0));
    }

    async fn lanes_go_first_and_groups_take_turns(world) {
        let tenant = world.tenant("a").await;
        let mut tasks: Vec<NewTask> = (0..20)
            .map(|n| NewTask { group: "crowd".to_owned(), ..world.task(&format!("crowd-{n}")) })
            .collect();
        world.store.enqueue(tenant, std::mem::take(&mut tasks)).await.unwrap();
        world.advance(SignedDuration::from_secs(1));
        let quiet = NewTask { group: "quiet".to_owned(), ..world.task("quiet") };
        let urgent = NewTask { group: "crowd".to_owned(), lane: TaskLane::Interactive, ..world.task("urgent") };
        let later = NewTask { group: "new".to_owned(), lane: TaskLane::Backfill, ..world.task("later") };
        world.store.enqueue(tenant, vec![quiet, urgent, later]).await.unwrap();
        let claimed = world.store.claim_tasks(all_lanes(3)).await.unwrap();
        let mut keys: Vec<_> = claimed.iter().map(|task| task.key.as_str()).collect();
        assert_eq!(keys.remove(0), "urgent");
        assert!(keys.contains(&"quiet"), "{keys:?}");

        let only = Claim { lanes: &[TaskLane::Backfill], ..all_lanes(10) };
        let claimed = world.store.claim_tasks(only).await.unwrap();
        assert_eq!(claimed.iter().map(|task| task.key.as_str()).collect::<Vec<_>>(), ["later"]);
    }

    async fn a_secret_travels_sealed_and_survives_a_second_request(world) {
        let tenant = world.tenant("a").await;
        let with = NewTask { secret: Some("token-to-revoke".into()), ..world.task("c1") };
        world.store.commit_effects(tenant, Effects::none().task(with)).await.unwrap();
        world.store.enqueue(tenant, vec![world.task("c1")]).await.unwrap();
        let task = claim_one(&world).await;
        let secret = world.store.task_secret(&task).await.unwrap().unwrap();
        assert_eq!(secret.expose_secret(), "token-to-revoke");
        let tenantless = NewTask { secret: Some("x".into()), ..world.task("c2") };
        let refused = world.store.enqueue_system(vec![tenantless]).await;
        assert!(matches!(refused, Err(StoreError::Configuration { .. })));
    }

    async fn a_secret_that_no_longer_opens_keeps_no_other_task_waiting(world) {
        let tenant = world.tenant("a").await;
        let with = NewTask { secret: Some("token-to-revoke".into()), ..world.task("c1") };
        world.store.enqueue(tenant, vec![with, world.task("c2")]).await.unwrap();
        world.database.tamper("UPDATE tasks SET secret = NULL").await;
        world.database.tamper("UPDATE tasks SET secret = (SELECT data_key FROM tenants) WHERE key = 'c1'").await;
        let tasks = world.store.claim_tasks(all_lanes(10)).await.unwrap();
        let keys: Vec<_> = tasks.iter().map(|task| task.key.as_str()).collect();
        assert_eq!(keys, ["c1", "c2"]);
        assert!(matches!(world.store.task_secret(&tasks[0]).await, Err(StoreError::Seal(_))));
        assert!(world.store.task_secret(&tasks[1]).await.unwrap().is_none());
    }

    async fn committing_tasks_wakes_the_runner(world) {
        let tenant = world.tenant("a").await;
        world.store.enqueue_system(vec![world.task("sweep")]).await.unwrap();
        world.store.tasks_changed().notified().await;
        world.store.commit_effects(tenant, Effects::none().task(world.task("c1"))).await.unwrap();
        world.store.tasks_changed().notified().await;
        let tasks = world.store.claim_tasks(all_lanes(10)).await.unwrap();
        assert_eq!(tasks.len(), 2);
        assert!(tasks.iter().any(|task| task.tenant.is_none()));
    }

    async fn what_a_killed_process_had_goes_on_at_once_where_no_other_can_live(world) {
        let tenant = world.tenant("a").await;
        world.store.enqueue(tenant, vec![world.task("lost"), world.task("own")]).await.unwrap();
        let claim = |owner| Claim { owner, ..all_lanes(1) };
        let lost = world.store.claim_tasks(claim("killed")).await.unwrap().remove(0);
        let own = world.store.claim_tasks(claim("w")).await.unwrap().remove(0);
        let sqlite = world.database.kind == DatabaseKind::Sqlite;
        assert_eq!(world.store.inherit_tasks("w").await.unwrap(), u64::from(sqlite));
        assert_eq!(world.store.inherit_tasks("w").await.unwrap(), 0);
        let again = world.store.claim_tasks(all_lanes(10)).await.unwrap();
        assert_eq!(again.len(), usize::from(sqlite));
        if let Some(again) = again.first() {
            assert_eq!((again.lease.task, again.transient_failures), (lost.lease.task, 1));
            let late = world.store.complete_task(lost.lease).await.unwrap_err();
            assert!(matches!(late, StoreError::Fenced { .. }));
        }
        world.store.complete_task(own.lease).await.unwrap();
    }
}
