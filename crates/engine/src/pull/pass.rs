//! A pass under way: what both kinds of passes have in common.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use kalends_core::{sync::coverage, time::Interval};
use kalends_providers::provider::{ChangePage, Cursor, ProviderError, PullFrom, Quarantined};
use kalends_store::{
    BeginPass, ClaimedTask, Effects, MonthsWrite, Pass, PassKind, PullCommit, PullPage, QuarantinedItem,
    Source, StoreError, SyncRun,
};

use super::{
    schedule,
    subject::{Subject, days},
};
use crate::{
    Engine, changes,
    connections::Trigger,
    runner::{
        failure::{Class, Failure},
        task,
    },
};

/// How long the provider may take for one page.
const ANSWER: Duration = Duration::from_mins(1);

/// A pass that has begun.
pub(super) struct Running<'a> {
    pub(super) engine: &'a Engine,
    pub(super) subject: &'a Subject,
    pub(super) pass: Pass,
    /// What the index covers when the pass ends well.
    pub(super) window: Interval,
    began_at: Timestamp,
}

/// How a pass ends.
pub(super) struct Ending {
    pub(super) page: PullPage,
    pub(super) cursor: Cursor,
    pub(super) refresh_after: Option<SignedDuration>,
    pub(super) covered: Option<Interval>,
    pub(super) months: MonthsWrite,
    pub(super) news: News,
}

/// Whether a pass is worth an entry in the feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum News {
    /// Something may differ.
    Synced,
    /// All is as it was.
    None,
}

impl<'a> Running<'a> {
    /// Begins a pass; `None` when the calendar is no longer to be pulled.
    pub(super) async fn begin(
        engine: &'a Engine,
        task: &ClaimedTask,
        subject: &'a Subject,
        kind: PassKind,
    ) -> Result<Option<Self>, Failure> {
        let began_at = engine.ambient().now();
        let begin = BeginPass {
            kind,
            trigger: subject.trigger.stored(),
            lease: Some(task.lease),
        };
        let calendar = &subject.calendar;
        let pass = match engine
            .store()
            .begin_pass(calendar.tenant, calendar.id, begin)
            .await
        {
            Err(StoreError::Conflict { .. } | StoreError::NotFound { .. }) => return Ok(None),
            result => result?,
        };
        let fresh = coverage::window(began_at, days(&subject.settings));
        let window = match kind {
            PassKind::Delta => calendar.sync.covered.or(fresh),
            PassKind::Full => fresh,
        };
        let window =
            window.ok_or_else(|| Failure::new(Class::Bug, "internal", "the clock is beyond the calendar"))?;
        Ok(Some(Self {
            engine,
            subject,
            pass,
            window,
            began_at,
        }))
    }

    /// Asks for a page.
    pub(super) async fn page(&self, from: PullFrom) -> Result<ChangePage, ProviderError> {
        let account = &self.subject.account;
        account
            .provider
            .changes(&account.ask(ANSWER), &self.subject.remote(), from)
            .await
    }

    /// Writes the end of the pass: its last page, months, cursor, news and the next poll, in one transaction.
    pub(super) async fn finish(&self, ending: Ending) -> Result<(), Failure> {
        let Self {
            engine,
            subject,
            pass,
            ..
        } = self;
        let calendar = &subject.calendar;
        let mut effects = Effects::none();
        if let Some(at) = schedule::next_poll(engine, subject.settings.sync, ending.refresh_after) {
            effects = effects.task(task::pull(calendar.connection, calendar.id, Trigger::Poll, at));
        }
        if ending.news == News::Synced {
            effects = effects.change(changes::calendar_synced(
                &calendar.user,
                calendar.connection,
                calendar.id,
            ));
        }
        let covered = ending.covered.or(calendar.sync.covered);
        if covered.is_some_and(|covered| self.must_roll(covered)) {
            let now = engine.ambient().now();
            effects = effects.task(task::recompile(calendar.connection, calendar.id, None, now));
        }
        let commit = PullCommit {
            page: ending.page,
            cursor: Some(ending.cursor.0),
            covered: ending.covered,
            months: ending.months,
            as_of: self.began_at,
            source: source(subject.trigger),
            poll_hint: ending.refresh_after,
            effects,
        };
        let run = engine.store().finish_pass(pass, commit).await?;
        if ending.news == News::Synced || run.counts.quarantined > 0 {
            log(subject, &run);
        }
        Ok(())
    }

    /// The failure, with the pass that shows it.
    pub(super) fn failed(&self, failure: Failure) -> Failure {
        Failure {
            pass: Some(Box::new(self.pass.clone())),
            ..failure
        }
    }

    fn must_roll(&self, covered: Interval) -> bool {
        coverage::rolled(
            covered,
            self.engine.ambient().now(),
            days(&self.subject.settings),
            None,
        )
        .is_some()
    }
}

fn log(subject: &Subject, run: &SyncRun) {
    tracing::info!(
        calendar = %run.calendar,
        provider = %subject.account.connection.provider,
        kind = ?run.kind,
        created = run.counts.created,
        updated = run.counts.updated,
        deleted = run.counts.deleted,
        quarantined = run.counts.quarantined,
        pages = run.pages,
        "calendar synced"
    );
}

/// Unreadable items as they are stored; one without an id is only counted by its place.
pub(super) fn quarantined(items: Vec<Quarantined>) -> Vec<QuarantinedItem> {
    items
        .into_iter()
        .enumerate()
        .map(|(index, item)| QuarantinedItem {
            provider_id: item.provider_id.unwrap_or_else(|| format!("?{index}")),
            reason: item.reason,
        })
        .collect()
}

fn source(trigger: Trigger) -> Source {
    match trigger {
        Trigger::Poll | Trigger::Selected => Source::Poll,
        Trigger::Request | Trigger::Live => Source::Live,
        Trigger::Push => Source::Push,
    }
}
