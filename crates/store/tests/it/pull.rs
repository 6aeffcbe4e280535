//! Passes that go well.

use jiff::SignedDuration;
use kalends_core::{
    external_event::{
        EventEnd, EventKind, EventSpan, EventStatus, ExternalEvent, OverrideRange, SeriesRole, Transparency,
        Visibility,
    },
    time::{CalendarId, EventTime, Interval, TenantId, Zone},
};
use kalends_store::{
    BeginPass, Covered, Effects, EncodedMonth, EventUpsert, IndexOf, MonthsCommit, MonthsWrite, Pass,
    PassKind, PullCommit, PullCounts, PullPage, Source, StoreError, SyncOutcome, SyncRun, SyncRunFilter,
    SyncStatus, Trigger,
};

use crate::harness::{World, both, change};

/// An event of an hour in UTC.
pub(crate) fn single(id: &str, civil: &str) -> ExternalEvent {
    let civil: jiff::civil::DateTime = civil.parse().unwrap();
    let at = |civil| EventTime::Zoned {
        civil,
        zone: Zone::UTC,
    };
    ExternalEvent {
        provider_id: id.to_owned(),
        ical_uid: Some(format!("{id}@example.com")),
        etag: Some("1".to_owned()),
        role: SeriesRole::Single,
        span: Some(EventSpan {
            start: at(civil),
            end: EventEnd::At(at(civil + SignedDuration::from_hours(1))),
        }),
        status: EventStatus::Confirmed,
        kind: EventKind::Default,
        transparency: Transparency::Opaque,
        visibility: Visibility::Default,
        self_response: None,
        title: Some("lesson".to_owned()),
        location: None,
        organizer: None,
        html_link: None,
        updated: None,
    }
}

/// A series of hours in UTC.
pub(crate) fn series(id: &str, civil: &str, rule: &str) -> ExternalEvent {
    let recurrence = vec![rule.to_owned()];
    ExternalEvent {
        role: SeriesRole::Master { recurrence },
        ..single(id, civil)
    }
}

pub(crate) async fn begin(world: &World, tenant: TenantId, calendar: CalendarId, kind: PassKind) -> Pass {
    let begin = BeginPass {
        kind,
        trigger: Trigger::Poll,
        lease: None,
    };
    world.store.begin_pass(tenant, calendar, begin).await.unwrap()
}

pub(crate) async fn full(world: &World, tenant: TenantId, calendar: CalendarId) -> Pass {
    begin(world, tenant, calendar, PassKind::Full).await
}

pub(crate) async fn delta(world: &World, tenant: TenantId, calendar: CalendarId) -> Pass {
    begin(world, tenant, calendar, PassKind::Delta).await
}

pub(crate) fn page(events: impl IntoIterator<Item = ExternalEvent>) -> PullPage {
    let upserts = events
        .into_iter()
        .map(|event| EventUpsert::new(event, &Zone::UTC))
        .collect();
    PullPage {
        upserts,
        requests: 1,
        ..PullPage::default()
    }
}

pub(crate) fn commit(world: &World, page: PullPage, cursor: &str) -> PullCommit {
    PullCommit {
        page,
        cursor: Some(cursor.to_owned()),
        covered: Some(with_roll(covered())),
        months: MonthsWrite::Keep,
        as_of: world.now(),
        source: Source::Poll,
        poll_hint: None,
        poll_every: None,
        changed_at: None,
        sightings: Vec::new(),
        effects: Effects::none(),
    }
}

/// The window, to be moved on a day before its end.
pub(crate) fn with_roll(window: Interval) -> Covered {
    Covered {
        window,
        rolls_at: window.end() - SignedDuration::from_hours(24),
    }
}

pub(crate) fn covered() -> Interval {
    Interval::new(
        "2026-02-01T00:00:00Z".parse().unwrap(),
        "2026-06-01T00:00:00Z".parse().unwrap(),
    )
    .unwrap()
}

pub(crate) fn month(month: i32, runs: &[u8]) -> EncodedMonth {
    EncodedMonth {
        month,
        runs: runs.to_vec(),
    }
}

/// One full pass of one page.
pub(crate) async fn store_all(
    world: &World,
    tenant: TenantId,
    calendar: CalendarId,
    events: Vec<ExternalEvent>,
) -> SyncRun {
    let pass = full(world, tenant, calendar).await;
    world
        .store
        .finish_pass(&pass, commit(world, page(events), "cursor"))
        .await
        .unwrap()
}

/// The provider ids of everything stored of a calendar.
pub(crate) async fn stored_ids(world: &World, tenant: TenantId, calendar: CalendarId) -> Vec<String> {
    let always = Interval::from_micros(i64::MIN / 2, i64::MAX / 2).unwrap();
    let events = world
        .store
        .events_touching(tenant, calendar, always)
        .await
        .unwrap();
    events
        .into_iter()
        .map(|stored| stored.event.provider_id)
        .collect()
}

fn counts(created: u64, updated: u64, deleted: u64) -> PullCounts {
    PullCounts {
        created,
        updated,
        deleted,
        quarantined: 0,
    }
}

fn day(n: u32) -> String {
    format!("2026-03-{:02}T10:00", n % 28 + 1)
}

both! {
    async fn a_first_pass_shows_progress_and_ends_with_everything_at_once(world) {
        let (tenant, connection, calendar) = world.synced_user("a").await;
        let store = &world.store;
        let pass = full(&world, tenant, calendar).await;
        assert_eq!((pass.number, pass.generation, pass.cursor.clone()), (1, 1, None));
        let events: Vec<_> = (0..1203).map(|n| single(&format!("e{n}"), &day(n))).collect();
        let first = store.store_page(&pass, page(events[..1200].iter().cloned())).await.unwrap();
        assert_eq!(first, counts(1200, 0, 0));

        let sync = store.calendar(tenant, calendar).await.unwrap().sync;
        let progress = sync.progress.unwrap();
        assert_eq!((sync.status, progress.kind, progress.pages, progress.items), (SyncStatus::Syncing, PassKind::Full, 1, 1200));
        assert_eq!((sync.cursor, sync.covered, sync.as_of), (None, None, None));

        let mut last = commit(&world, page(events[1200..].iter().cloned()), "cursor-1");
        last.months = MonthsWrite::All(vec![month(24315, b"feb"), month(24314, b"")]);
        last.effects = Effects::none().task(world.task("next")).change(change("calendar.synced"));
        let run = store.finish_pass(&pass, last).await.unwrap();
        assert_eq!((run.id, run.outcome, run.counts), (pass.run, SyncOutcome::Succeeded, counts(1203, 0, 0)));
        assert_eq!((run.pages, run.requests, run.connection), (2, 2, connection));
        let sync = store.calendar(tenant, calendar).await.unwrap().sync;
        assert_eq!((sync.status, sync.progress, sync.retry_count), (SyncStatus::Idle, None, 0));
        assert_eq!((sync.cursor.as_deref(), sync.covered), (Some("cursor-1"), Some(covered())));
        assert_eq!((sync.as_of, sync.last_synced_at, sync.source), (Some(world.now()), Some(world.now()), Some(Source::Poll)));
        assert_eq!(stored_ids(&world, tenant, calendar).await.len(), 1203);
        assert_eq!(store.changes(tenant, 0, 10).await.unwrap().last_seq, 1);
        assert!(store.next_task_due().await.unwrap().is_some());
    }

    async fn a_delta_writes_only_what_changed_and_counts_it(world) {
        let (tenant, _, calendar) = world.synced_user("a").await;
        let store = &world.store;
        store_all(&world, tenant, calendar, (0..10).map(|n| single(&format!("e{n}"), &day(n))).collect()).await;

        let pass = delta(&world, tenant, calendar).await;
        assert_eq!((pass.number, pass.generation, pass.cursor.as_deref()), (2, 1, Some("cursor")));
        let mut changed = single("e1", &day(1));
        changed.title = Some("moved lesson".to_owned());
        let sent_again = single("e2", &day(2));
        let mut brought = page([changed.clone(), sent_again, single("new", &day(3))]);
        brought.gone = vec!["e3".to_owned(), "never-seen".to_owned()];
        let run = store.finish_pass(&pass, commit(&world, brought, "cursor-2")).await.unwrap();
        assert_eq!(run.counts, counts(1, 1, 1));
        let ids = stored_ids(&world, tenant, calendar).await;
        assert_eq!(ids, ["e0", "e1", "e2", "e4", "e5", "e6", "e7", "e8", "e9", "new"]);
        let stored = store.events_by_provider_id(tenant, calendar, &["e1".to_owned()]).await.unwrap();
        assert_eq!(stored[0].event, changed);

        let nothing = delta(&world, tenant, calendar).await;
        let run = store.finish_pass(&nothing, commit(&world, PullPage::default(), "cursor-2")).await.unwrap();
        assert_eq!(run.counts, counts(0, 0, 0));
    }

    async fn a_full_pass_sweeps_what_it_did_not_see(world) {
        let (tenant, _, calendar) = world.synced_user("a").await;
        store_all(&world, tenant, calendar, (0..10).map(|n| single(&format!("e{n}"), &day(n))).collect()).await;
        let pass = full(&world, tenant, calendar).await;
        world.store.store_page(&pass, page((0..4).map(|n| single(&format!("e{n}"), &day(n))))).await.unwrap();
        // Nothing flickers: what has not been seen yet is still there.
        assert_eq!(stored_ids(&world, tenant, calendar).await.len(), 10);
        let last = commit(&world, page([single("new", &day(5))]), "cursor-2");
        let run = world.store.finish_pass(&pass, last).await.unwrap();
        assert_eq!(run.counts, counts(1, 0, 6));
        assert_eq!(stored_ids(&world, tenant, calendar).await, ["e0", "e1", "e2", "e3", "new"]);
    }

    async fn of_an_item_sent_twice_the_later_counts(world) {
        let (tenant, _, calendar) = world.synced_user("a").await;
        let run = store_all(&world, tenant, calendar, vec![single("e", &day(1)), single("x", &day(1)), single("e", &day(2))]).await;
        assert_eq!(run.counts, counts(2, 0, 0));
        let stored = world.store.events_by_provider_id(tenant, calendar, &["e".to_owned()]).await.unwrap();
        assert_eq!(stored[0].event, single("e", &day(2)));
    }

    async fn a_gone_master_takes_its_overrides_along(world) {
        let (tenant, _, calendar) = world.synced_user("a").await;
        let mut moved = single("m_1", &day(9));
        moved.role = SeriesRole::Override {
            master: "m".to_owned(),
            original_start: EventTime::at("2026-03-09T09:00:00Z".parse().unwrap(), Zone::UTC),
            range: OverrideRange::ThisOnly,
        };
        let events = vec![series("m", "2026-03-02T09:00", "RRULE:FREQ=WEEKLY"), moved, single("other", &day(1))];
        store_all(&world, tenant, calendar, events).await;
        let pass = delta(&world, tenant, calendar).await;
        let gone = PullPage { gone: vec!["m".to_owned()], ..PullPage::default() };
        let run = world.store.finish_pass(&pass, commit(&world, gone, "cursor-2")).await.unwrap();
        assert_eq!(run.counts, counts(0, 0, 2));
        assert_eq!(stored_ids(&world, tenant, calendar).await, ["other"]);
    }

    async fn months_are_replaced_as_asked(world) {
        let (tenant, _, calendar) = world.synced_user("a").await;
        let months = |world: World| async move {
            let found = world.store.busy_index(tenant, IndexOf::Calendars(&[calendar]), 0..=i32::MAX).await.unwrap();
            found[0].months.iter().map(|m| (m.month, m.runs.clone())).collect::<Vec<_>>()
        };
        for (write, expect) in [
            (MonthsWrite::All(vec![month(1, b"a"), month(2, b"b")]), vec![(1, b"a".to_vec()), (2, b"b".to_vec())]),
            (MonthsWrite::Keep, vec![(1, b"a".to_vec()), (2, b"b".to_vec())]),
            (MonthsWrite::Some(vec![month(2, b"B"), month(3, b"")]), vec![(1, b"a".to_vec()), (2, b"B".to_vec()), (3, vec![])]),
            (MonthsWrite::All(vec![month(4, b"d")]), vec![(4, b"d".to_vec())]),
            (MonthsWrite::All(vec![]), vec![]),
        ] {
            let pass = delta(&world, tenant, calendar).await;
            let last = PullCommit { months: write, ..commit(&world, PullPage::default(), "c") };
            world.store.finish_pass(&pass, last).await.unwrap();
            assert_eq!(months(world.clone()).await, expect);
        }
    }

    async fn recompiled_months_never_overwrite_a_newer_pass(world) {
        let (tenant, _, calendar) = world.synced_user("a").await;
        store_all(&world, tenant, calendar, vec![]).await;
        let read = world.store.calendar(tenant, calendar).await.unwrap().sync.pass;
        let rolled = |pass| MonthsCommit {
            pass,
            covered: with_roll(covered()),
            months: MonthsWrite::Some(vec![month(1, b"rolled")]),
            effects: Effects::none().change(change("x")),
        };
        world.store.commit_months(tenant, calendar, rolled(read)).await.unwrap();
        let pass = delta(&world, tenant, calendar).await;
        for number in [read, pass.number] {
            let late = world.store.commit_months(tenant, calendar, rolled(number)).await;
            assert!(matches!(late, Err(StoreError::Fenced { .. })));
        }
        world.store.finish_pass(&pass, commit(&world, PullPage::default(), "c")).await.unwrap();
        world.store.commit_months(tenant, calendar, rolled(pass.number)).await.unwrap();
        assert_eq!(world.store.changes(tenant, 0, 9).await.unwrap().last_seq, 2);
    }

    async fn runs_are_listed_newest_first_and_pruned(world) {
        let (tenant, connection, calendar) = world.synced_user("a").await;
        let mut runs = Vec::new();
        for _ in 0..3 {
            runs.push(store_all(&world, tenant, calendar, vec![]).await.id);
            world.advance(SignedDuration::from_secs(1));
        }
        let mut filter = SyncRunFilter { connection, calendar: Some(calendar), before: None, limit: 2 };
        let newest = world.store.sync_runs(tenant, filter).await.unwrap();
        assert_eq!(newest.iter().map(|run| run.id).collect::<Vec<_>>(), [runs[2], runs[1]]);
        filter.before = Some(runs[1]);
        assert_eq!(world.store.sync_runs(tenant, filter).await.unwrap()[0].id, runs[0]);
        assert_eq!(world.store.sync_run(tenant, runs[0]).await.unwrap().id, runs[0]);
        assert_eq!(world.store.prune_sync_runs(newest[0].started_at).await.unwrap(), 2);
    }
}
