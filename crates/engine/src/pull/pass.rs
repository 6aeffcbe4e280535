//! A pass under way: what both kinds of passes have in common.

use jiff::SignedDuration;
use kalends_core::{
    busy::BusyRules,
    sync::{coverage, push::Sighting},
    time::{EventLinkId, Interval, Zone},
};
use kalends_providers::provider::Cursor;
use kalends_store::{
    BeginPass, Calendar, ClaimedTask, Effects, MonthsWrite, Pass, PassKind, PullCommit, PullPage, Source,
    StoreError, SyncRun, TaskLane,
};

use super::{
    schedule,
    subject::{Subject, days, in_force, window, with_roll},
};
use crate::{
    Engine, changes, channels,
    connections::Trigger,
    runner::{
        failure::{Class, Failure},
        task,
    },
};

/// A pass that has begun.
pub(super) struct Running<'a> {
    pub(super) engine: &'a Engine,
    pub(super) subject: &'a Subject,
    /// The calendar as it is since the pass began: whoever changes it compiles anew after the pass's end.
    pub(super) calendar: Calendar,
    pub(super) pass: Pass,
    /// What the index covers when the pass ends well.
    pub(super) window: Interval,
}

/// How a pass ends.
pub(super) struct Ending {
    pub(super) page: PullPage,
    pub(super) cursor: Cursor,
    pub(super) refresh_after: Option<SignedDuration>,
    pub(super) covered: Option<Interval>,
    /// The calendar's zone as the provider stated it in the last page.
    pub(super) zone: Option<Zone>,
    pub(super) months: MonthsWrite,
    /// What was come across of our own events.
    pub(super) sightings: Vec<(EventLinkId, Sighting)>,
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
        let begin = BeginPass {
            kind,
            trigger: subject.trigger.stored(),
            lease: Some(task.lease),
        };
        let (tenant, id) = (subject.calendar.tenant, subject.calendar.id);
        let (pass, calendar) = match engine.store().begin_pass_of(tenant, id, begin).await {
            Err(StoreError::Conflict { .. } | StoreError::NotFound { .. }) => return Ok(None),
            result => result?,
        };
        let window = match calendar.sync.covered {
            Some(covered) if kind == PassKind::Delta => covered,
            covered => {
                let settings = in_force(engine, &calendar).await?;
                window(&settings, subject.loaded_at, covered)?
            }
        };
        let running = Self {
            engine,
            subject,
            calendar,
            pass,
            window,
        };
        if kind == PassKind::Delta && running.pass.cursor != subject.calendar.sync.cursor {
            let cause = "the cursor has moved on since it was read";
            return Err(running.failed(Failure::new(Class::Transient, "overtaken", cause)));
        }
        Ok(Some(running))
    }

    /// The rules as they are since the pass began, or later: whoever changes them compiles anew after its end.
    pub(super) async fn rules(&self) -> Result<BusyRules, Failure> {
        Ok(in_force(self.engine, &self.calendar).await?.read.busy)
    }

    /// Writes the end of the pass: its last page, months, cursor, news and the next poll, in one transaction.
    pub(super) async fn finish(&self, ending: Ending) -> Result<(), Failure> {
        let Self {
            engine,
            subject,
            calendar,
            pass,
            ..
        } = self;
        let mut effects = Effects::none();
        let changed_at = (ending.news == News::Synced).then_some(subject.loaded_at);
        if ending.news == News::Synced {
            let now = engine.ambient().now();
            effects = effects.task(task::conflicts(calendar.tenant, &calendar.user, now));
        }
        let poll_every = schedule::every(subject, changed_at, ending.refresh_after);
        if let Some(every) = poll_every {
            let at = schedule::next(engine, &subject.account.connection, every);
            effects = effects.task(task::pull(calendar.connection, calendar.id, Trigger::Poll, at));
        }
        // Whoever was told of trouble is told of its end.
        let was_in_trouble = calendar.sync.last_error.is_some() || calendar.sync.overdue_since.is_some();
        if ending.news == News::Synced || was_in_trouble {
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
        // Whole days lie elsewhere now; listing the calendars anew moves them.
        if ending.zone.is_some_and(|zone| zone != calendar.zone) {
            effects = effects.task(task::discover(calendar.connection, engine.ambient().now()));
        }
        let now = engine.ambient().now();
        let looks = ending.sightings.iter();
        let looks = looks.map(|(link, _)| task::push_link(calendar.connection, *link, TaskLane::Push, now));
        effects.tasks.extend(looks);
        let commit = PullCommit {
            page: ending.page,
            cursor: Some(ending.cursor.0),
            covered: ending.covered.map(|window| with_roll(&subject.settings, window)),
            months: ending.months,
            // Before the first question: what changes from then on is not promised.
            as_of: subject.loaded_at,
            source: source(subject.trigger),
            poll_hint: ending.refresh_after,
            poll_every,
            changed_at,
            sightings: ending.sightings,
            effects,
        };
        let run = engine.store().finish_pass(pass, commit).await?;
        let told_by_poll = subject.trigger == Trigger::Poll && run.kind == PassKind::Delta;
        if ending.news == News::Synced && told_by_poll {
            channels::missed(engine, calendar).await?;
        }
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

fn source(trigger: Trigger) -> Source {
    match trigger {
        Trigger::Poll | Trigger::Selected => Source::Poll,
        Trigger::Request | Trigger::Live => Source::Live,
        Trigger::Push => Source::Push,
    }
}
