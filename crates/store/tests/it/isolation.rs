//! A tenant never sees or touches what belongs to another, table by table.

use std::{fmt::Debug, time::Duration};

use jiff::SignedDuration;
use kalends_core::time::{Interval, Zone};
use kalends_store::{
    BeginPass, CalendarFilter, ConnectCommit, ConnectionFilter, ConnectionState, Discovery, Effects,
    EventFilter, FailureCounts, IndexOf, MonthsCommit, MonthsWrite, NewApiKey, PassKind, StateChange,
    StoreError, SyncRunFilter, TaskFailure, Trigger,
};

use crate::{
    harness::{both, change, connect, user},
    pull::{commit, covered, delta, full, month, page, single, store_all, stored_ids, with_roll},
    tasks::all_lanes,
};

fn refused<T: Debug>(result: Result<T, StoreError>) {
    let error = result.unwrap_err();
    let hidden = matches!(
        error,
        StoreError::NotFound { .. } | StoreError::Fenced { .. } | StoreError::Conflict { .. }
    );
    assert!(hidden, "{error:?}");
}

both! {
    async fn tenants_keys_users_settings_blocks(world) {
        let store = &world.store;
        let (mine, theirs) = (world.tenant("mine").await, world.tenant("theirs").await);
        let key = NewApiKey { name: "k".to_owned(), prefix: "p".to_owned(), hash: [1; 32] };
        let key = store.create_api_key(mine, key).await.unwrap();
        refused(store.revoke_api_key(theirs, key.id).await);
        store.touch_api_key(theirs, key.id).await.unwrap();
        assert_eq!(store.api_keys(theirs).await.unwrap(), []);
        assert_eq!(store.api_keys(mine).await.unwrap(), [key]);

        store.ensure_user(mine, &user("bob"), &Zone::UTC).await.unwrap();
        refused(store.user(theirs, &user("bob")).await);
        refused(store.delete_user(theirs, &user("bob")).await);
        assert_eq!(store.users(theirs, None, 9).await.unwrap().len(), 1);
        let value = serde_json::json!(1);
        store.put_setting(mine, &user("ada"), ("sync", &value), Effects::none()).await.unwrap();
        assert_eq!(store.setting(theirs, &user("ada"), "sync").await.unwrap(), None);
        let settings = store.users_with_settings(theirs, &[user("ada"), user("bob")]).await.unwrap();
        assert_eq!(settings.len(), 1);
        assert!(settings[0].settings.is_empty());

        let block = store.create_manual_block(mine, &user("ada"), (covered(), None), Effects::none()).await.unwrap();
        refused(store.delete_manual_block(theirs, &user("ada"), block.id, Effects::none()).await);
        assert_eq!(store.manual_blocks(theirs, &[user("ada")], covered()).await.unwrap(), []);
        assert_eq!(store.manual_blocks_of_user(theirs, &user("ada"), None, 9).await.unwrap(), []);
        assert_eq!(store.manual_blocks(mine, &[user("ada")], covered()).await.unwrap().len(), 1);
    }

    async fn connections(world) {
        let store = &world.store;
        let (mine, id, _) = world.synced_user("mine").await;
        let theirs = world.tenant("theirs").await;
        refused(store.connection(theirs, id).await);
        refused(store.connection_secrets(theirs, id).await);
        refused(store.lease_refresh(theirs, id, Duration::from_secs(9), None).await);
        refused(store.disconnect(theirs, id, Effects::none()).await);
        let filter = ConnectionFilter { user: None, after: None, limit: 9 };
        assert_eq!(store.connections(theirs, filter).await.unwrap(), []);
        assert_eq!(store.connections_without_calendars(theirs, &[user("ada")]).await.unwrap(), []);
        let change_state = StateChange {
            from: ConnectionState::Active,
            fence: None,
            to: ConnectionState::Degraded,
            reason: None,
            revoked_at: None,
            effects: Effects::none().change(change("x")),
        };
        assert!(!store.change_connection_state(theirs, id, change_state).await.unwrap());
        // The id of a foreign connection cannot be taken over either.
        let stolen = ConnectCommit { effects: Effects::none(), ..connect(id, "ada", "ada@example.com") };
        assert!(store.commit_connect(theirs, stolen).await.is_err());
        let discovery = || Discovery { found: vec![world.found("x", true)], lost: vec![], effects: Effects::none() };
        refused(store.commit_discovery(theirs, id, discovery()).await);
        assert_eq!(store.connection(mine, id).await.unwrap().state, ConnectionState::Active);
        assert!(store.connection_secrets(mine, id).await.unwrap().refresh_token.is_some());
    }

    async fn calendars_events_months_runs_quarantine(world) {
        let store = &world.store;
        let (mine, connection, calendar) = world.synced_user("mine").await;
        let (theirs, their_connection, _) = world.synced_user("theirs").await;
        store_all(&world, mine, calendar, vec![single("e", "2026-03-02T10:00")]).await;
        refused(store.calendar(theirs, calendar).await);
        let filter = CalendarFilter { connection: Some(connection), ..CalendarFilter::default() };
        assert_eq!(store.calendars(theirs, filter).await.unwrap(), []);
        refused(store.select_calendar(theirs, calendar, Effects::none()).await);
        refused(store.deselect_calendar(theirs, calendar, Effects::none()).await);
        refused(store.set_write_target(theirs, calendar, Effects::none()).await);
        refused(store.clear_write_target(theirs, calendar, Effects::none()).await);
        let lose = Discovery { found: vec![], lost: vec![calendar], effects: Effects::none() };
        store.commit_discovery(theirs, their_connection, lose).await.unwrap();
        let begin = BeginPass { kind: PassKind::Full, trigger: Trigger::Poll, lease: None };
        refused(store.begin_pass(theirs, calendar, begin).await);

        let mut pass = full(&world, mine, calendar).await;
        pass.tenant = theirs;
        refused(store.store_page(&pass, page([single("x", "2026-03-02T10:00")])).await);
        refused(store.finish_pass(&pass, commit(&world, page([]), "stolen")).await);
        pass.tenant = mine;
        store.finish_pass(&pass, commit(&world, page([single("e", "2026-03-02T10:00")]), "c")).await.unwrap();
        let months = MonthsCommit {
            pass: pass.number,
            covered: with_roll(covered()),
            months: MonthsWrite::All(vec![month(1, b"x")]),
            effects: Effects::none(),
        };
        refused(store.commit_months(theirs, calendar, months).await);

        assert_eq!(stored_ids(&world, theirs, calendar).await, Vec::<String>::new());
        assert_eq!(store.events_by_provider_id(theirs, calendar, &["e".to_owned()]).await.unwrap(), []);
        let always = Interval::from_micros(0, i64::MAX / 2).unwrap();
        let all = EventFilter { window: always, user: None, calendar: Some(calendar), after: None, limit: 9 };
        assert_eq!(store.external_events(theirs, all).await.unwrap(), []);
        assert_eq!(store.external_events(mine, all).await.unwrap().len(), 1);
        assert_eq!(store.busy_index(theirs, IndexOf::Calendars(&[calendar]), 0..=9).await.unwrap(), []);
        refused(store.sync_run(theirs, pass.run).await);
        let runs = SyncRunFilter { connection, calendar: None, before: None, limit: 9 };
        assert_eq!(store.sync_runs(theirs, runs).await.unwrap(), []);
        assert_eq!(store.quarantined(theirs, calendar, None, 9).await.unwrap(), []);
        assert_eq!(stored_ids(&world, mine, calendar).await, ["e"]);
        assert_eq!(delta(&world, mine, calendar).await.cursor.as_deref(), Some("c"));
    }

    async fn tasks_and_changes(world) {
        let store = &world.store;
        let (mine, theirs) = (world.tenant("mine").await, world.tenant("theirs").await);
        let effects = Effects::none().task(world.task("t")).change(change("x"));
        store.commit_effects(mine, effects).await.unwrap();
        let task = store.claim_tasks(all_lanes(1)).await.unwrap().remove(0);
        let dead = TaskFailure { error: "x".to_owned(), counts: FailureCounts::Nothing, retry_at: None };
        store.fail_task(task.lease, &dead).await.unwrap();
        assert_eq!(store.dead_tasks(theirs, None, 9).await.unwrap(), []);
        refused(store.retry_task(theirs, task.lease.task).await);
        assert_eq!(store.dead_tasks(mine, None, 9).await.unwrap().len(), 1);
        let feed = store.changes(theirs, 0, 9).await.unwrap();
        assert_eq!((feed.changes.len(), feed.last_seq), (0, 0));
        world.advance(SignedDuration::from_secs(1));
        store.delete_tenant(mine).await.unwrap();
        refused(store.changes(mine, 0, 9).await);
        assert_eq!(store.task_counts().await.unwrap(), []);
    }
}
