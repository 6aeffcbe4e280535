//! Passes that are interrupted, overtaken or fed with broken items.

use jiff::SignedDuration;
use kalends_store::{
    BeginPass, Effects, PassFailure, PassKind, PullPage, QuarantinedItem, StoreError, SyncOutcome,
    SyncStatus, Trigger,
};

use crate::{
    harness::{both, change},
    pull::{commit, delta, full, page, single, store_all, stored_ids},
    tasks::all_lanes,
};

const DAY: &str = "2026-03-02T10:00";

fn fenced<T: std::fmt::Debug>(result: Result<T, StoreError>) {
    let error = result.unwrap_err();
    assert!(matches!(error, StoreError::Fenced { .. }), "{error:?}");
}

fn poison(id: &str) -> QuarantinedItem {
    QuarantinedItem {
        provider_id: id.to_owned(),
        reason: "no start".to_owned(),
        attempts: 0,
        retry_at: None,
    }
}

both! {
    async fn a_crashed_full_pass_is_repeated_and_sweeps_what_only_it_saw(world) {
        let (tenant, _, calendar) = world.synced_user("a").await;
        store_all(&world, tenant, calendar, vec![single("old", DAY), single("kept", DAY)]).await;
        let crashed = full(&world, tenant, calendar).await;
        world.store.store_page(&crashed, page([single("ghost", DAY)])).await.unwrap();

        // Deltas go on from the old cursor meanwhile.
        let between = delta(&world, tenant, calendar).await;
        assert_eq!(between.cursor.as_deref(), Some("cursor"));
        world.store.finish_pass(&between, commit(&world, page([single("delta", DAY)]), "c2")).await.unwrap();
        assert_eq!(stored_ids(&world, tenant, calendar).await, ["delta", "ghost", "kept", "old"]);

        let again = full(&world, tenant, calendar).await;
        let last = commit(&world, page([single("kept", DAY), single("delta", DAY)]), "c3");
        world.store.finish_pass(&again, last).await.unwrap();
        assert_eq!(stored_ids(&world, tenant, calendar).await, ["delta", "kept"]);
        let run = world.store.sync_run(tenant, crashed.run).await.unwrap();
        assert_eq!((run.outcome, run.finished_at), (SyncOutcome::Interrupted, Some(world.now())));
    }

    async fn an_overtaken_pass_writes_nothing(world) {
        let (tenant, _, calendar) = world.synced_user("a").await;
        let slow = full(&world, tenant, calendar).await;
        let fast = full(&world, tenant, calendar).await;
        fenced(world.store.store_page(&slow, page([single("slow", DAY)])).await);
        let mut end = commit(&world, page([single("slow", DAY)]), "slow");
        end.effects = Effects::none().change(change("calendar.synced")).task(world.task("t"));
        fenced(world.store.finish_pass(&slow, end).await);
        let failure = PassFailure { error: "x".to_owned(), retry_at: None, requests: 1, suspected: None, effects: Effects::none() };
        fenced(world.store.fail_pass(&slow, failure).await);
        assert_eq!(stored_ids(&world, tenant, calendar).await, Vec::<String>::new());
        world.store.finish_pass(&fast, commit(&world, page([single("fast", DAY)]), "fast")).await.unwrap();
        // A pass ends once.
        fenced(world.store.finish_pass(&fast, commit(&world, PullPage::default(), "again")).await);
        assert_eq!(stored_ids(&world, tenant, calendar).await, ["fast"]);
        assert_eq!(world.store.changes(tenant, 0, 9).await.unwrap().last_seq, 0);
        assert_eq!(world.store.next_task_due().await.unwrap(), None);
    }

    async fn a_pass_is_not_begun_with_a_lost_claim(world) {
        let (tenant, _, calendar) = world.synced_user("a").await;
        world.store.enqueue(tenant, vec![world.task("c1")]).await.unwrap();
        let lost = world.store.claim_tasks(all_lanes(1)).await.unwrap()[0].lease;
        let begin = |lease| {
            let begin = BeginPass { kind: PassKind::Full, trigger: Trigger::Push, lease: Some(lease) };
            world.store.begin_pass(tenant, calendar, begin)
        };
        begin(lost).await.unwrap();
        world.advance(SignedDuration::from_secs(60));
        let next = world.store.claim_tasks(all_lanes(1)).await.unwrap()[0].lease;
        fenced(begin(lost).await);
        begin(next).await.unwrap();
    }

    async fn deselecting_during_a_pass_leaves_nothing_behind(world) {
        let (tenant, _, calendar) = world.synced_user("a").await;
        let store = &world.store;
        store_all(&world, tenant, calendar, vec![single("e", DAY)]).await;
        let pass = full(&world, tenant, calendar).await;
        store.store_page(&pass, page([single("p", DAY)])).await.unwrap();
        assert!(store.deselect_calendar(tenant, calendar, Effects::none()).await.unwrap());
        assert!(!store.deselect_calendar(tenant, calendar, Effects::none()).await.unwrap());
        fenced(store.store_page(&pass, page([single("q", DAY)])).await);
        fenced(store.finish_pass(&pass, commit(&world, PullPage::default(), "c")).await);
        assert_eq!(stored_ids(&world, tenant, calendar).await, Vec::<String>::new());
        let sync = store.calendar(tenant, calendar).await.unwrap().sync;
        assert_eq!((sync.status, sync.cursor, sync.covered, sync.as_of), (SyncStatus::Idle, None, None, None));
        assert_eq!(store.sync_run(tenant, pass.run).await.unwrap().outcome, SyncOutcome::Interrupted);

        let begin = BeginPass { kind: PassKind::Full, trigger: Trigger::Poll, lease: None };
        let refused = store.begin_pass(tenant, calendar, begin).await;
        assert!(matches!(refused, Err(StoreError::Conflict { .. })));
        assert!(store.select_calendar(tenant, calendar, Effects::none().task(world.task("t"))).await.unwrap());
        assert!(!store.select_calendar(tenant, calendar, Effects::none()).await.unwrap());
        store.begin_pass(tenant, calendar, begin).await.unwrap();
    }

    async fn disconnecting_during_a_pass_leaves_nothing_behind(world) {
        let (tenant, connection, calendar) = world.synced_user("a").await;
        let pass = full(&world, tenant, calendar).await;
        world.store.store_page(&pass, page([single("p", DAY)])).await.unwrap();
        world.store.disconnect(tenant, connection, Effects::none()).await.unwrap();
        fenced(world.store.finish_pass(&pass, commit(&world, page([single("q", DAY)]), "c")).await);
        assert_eq!(stored_ids(&world, tenant, calendar).await, Vec::<String>::new());
        let begin = BeginPass { kind: PassKind::Full, trigger: Trigger::Poll, lease: None };
        let refused = world.store.begin_pass(tenant, calendar, begin).await;
        assert!(matches!(refused, Err(StoreError::Conflict { .. })));
    }

    async fn a_failed_pass_is_shown_and_a_good_one_clears_it(world) {
        let (tenant, _, calendar) = world.synced_user("a").await;
        let store = &world.store;
        let retry = world.now() + SignedDuration::from_secs(5);
        for attempt in 1..=2 {
            let pass = full(&world, tenant, calendar).await;
            store.store_page(&pass, page([single("e", DAY)])).await.unwrap();
            let failure = PassFailure {
                error: "unavailable".to_owned(),
                retry_at: Some(retry),
                requests: 1,
            suspected: None,
                effects: Effects::none().change(change("calendar.sync_failed")),
            };
            store.fail_pass(&pass, failure).await.unwrap();
            let sync = store.calendar(tenant, calendar).await.unwrap().sync;
            assert_eq!((sync.status, sync.retry_count, sync.next_retry_at), (SyncStatus::Error, attempt, Some(retry)));
            assert_eq!((sync.last_error.as_deref(), sync.progress), (Some("unavailable"), None));
            let run = store.sync_run(tenant, pass.run).await.unwrap();
            assert_eq!((run.outcome, run.error.as_deref(), run.requests), (SyncOutcome::Failed, Some("unavailable"), 2));
        }
        store_all(&world, tenant, calendar, vec![single("e", DAY)]).await;
        let sync = store.calendar(tenant, calendar).await.unwrap().sync;
        assert_eq!((sync.status, sync.retry_count, sync.last_error, sync.next_retry_at), (SyncStatus::Idle, 0, None, None));
    }

    async fn poison_keeps_its_last_good_version_and_leaves_when_readable(world) {
        let (tenant, _, calendar) = world.synced_user("a").await;
        let store = &world.store;
        store_all(&world, tenant, calendar, vec![single("good", DAY), single("turns-bad", DAY)]).await;
        let bad = PullPage { quarantined: vec![poison("turns-bad"), poison("new-bad")], ..page([single("good", DAY)]) };
        let pass = full(&world, tenant, calendar).await;
        let run = store.finish_pass(&pass, commit(&world, bad, "c2")).await.unwrap();
        assert_eq!((run.counts.quarantined, run.counts.deleted), (2, 0));
        assert_eq!(stored_ids(&world, tenant, calendar).await, ["good", "turns-bad"]);
        let kept = store.quarantined(tenant, calendar, None, 9).await.unwrap();
        assert_eq!(kept.iter().map(|item| item.provider_id.as_str()).collect::<Vec<_>>(), ["new-bad", "turns-bad"]);
        assert_eq!(kept[0].reason, "no start");

        let pass = delta(&world, tenant, calendar).await;
        let healed = PullPage { gone: vec!["new-bad".to_owned()], ..page([single("turns-bad", DAY)]) };
        store.finish_pass(&pass, commit(&world, healed, "c3")).await.unwrap();
        assert_eq!(store.quarantined(tenant, calendar, None, 9).await.unwrap(), []);
    }

    async fn a_commit_that_fails_at_its_end_writes_nothing(world) {
        let (tenant, _, calendar) = world.synced_user("a").await;
        let pass = full(&world, tenant, calendar).await;
        // The feed is written last; without its table everything before it must be undone.
        world.database.tamper("DROP TABLE changes").await;
        let mut end = commit(&world, page([single("e", DAY)]), "c");
        end.effects = Effects::none().task(world.task("t")).change(change("calendar.synced"));
        let outcome = world.store.finish_pass(&pass, end).await;
        assert!(matches!(outcome, Err(StoreError::Database(_))));
        let sync = world.store.calendar(tenant, calendar).await.unwrap().sync;
        assert_eq!((sync.cursor, sync.status), (None, SyncStatus::Syncing));
        assert_eq!(stored_ids(&world, tenant, calendar).await, Vec::<String>::new());
        assert_eq!(world.store.next_task_due().await.unwrap(), None);
    }
}
