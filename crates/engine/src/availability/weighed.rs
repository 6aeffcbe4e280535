//! One calendar's part of an answer.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use kalends_core::{
    availability::{Demand, Evidence, OnUnreachable, Source, Standing, judge, weigh},
    busy::{self, BusyMonth, Month},
    settings::Sync,
    time::{CalendarId, Interval},
};
use kalends_store::{CalendarIndex, ConnectionState, SyncStatus};

use super::{AvailabilityError, CalendarEvidence, Freshness};
use crate::prefetch;

/// What is asked of every calendar.
pub(super) struct Question {
    pub(super) window: Interval,
    pub(super) freshness: Freshness,
    pub(super) now: Timestamp,
    /// Calendars whose provider did not answer a live check.
    pub(super) silent: HashSet<CalendarId>,
}

/// What is known of a calendar.
#[derive(Clone)]
pub(super) struct CalendarRun {
    /// Whether its busy time counts.
    pub(super) counts_busy: bool,
    /// The run of its busy time in the window.
    pub(super) busy: Vec<Interval>,
    /// The run of the window of which nothing is known.
    pub(super) unknown: Vec<Interval>,
    pub(super) evidence: CalendarEvidence,
}

impl Question {
    /// How far the calendar can be trusted.
    pub(super) fn judge(&self, index: &CalendarIndex, rhythm: Sync) -> Evidence {
        let standing = Standing {
            as_of: index.as_of,
            source: match index.source {
                Some(kalends_store::Source::Push) => Source::Push,
                Some(kalends_store::Source::Live) => Source::Live,
                Some(kalends_store::Source::Poll) | None => Source::Poll,
            },
            covered: index.covered,
            failing: index.status == SyncStatus::Error
                || index.connection_state == ConnectionState::ReauthRequired
                || self.silent.contains(&index.calendar),
        };
        judge(&standing, self.demand(index, rhythm), self.now)
    }

    /// How fresh answers to this question want the calendar, where it is kept fresh by itself.
    pub(super) fn interest(&self, index: &CalendarIndex, rhythm: Sync) -> Option<prefetch::Question> {
        index.poll_every?;
        let wanted = SignedDuration::from_secs(rhythm.interval_seconds().into());
        Some(prefetch::Question {
            calendar: index.calendar,
            as_of: index.as_of?,
            within: self.freshness.max_staleness.unwrap_or(wanted),
        })
    }

    /// The caller's limit, else the interval at which the calendar is kept (`kalends_core::sync::polling`).
    fn demand(&self, index: &CalendarIndex, rhythm: Sync) -> Demand {
        if let Some(limit) = self.freshness.max_staleness {
            return Demand::Within(limit);
        }
        let wanted = SignedDuration::from_secs(rhythm.interval_seconds().into());
        Demand::Scheduled {
            every: index.poll_every.unwrap_or(wanted),
        }
    }
}

impl CalendarRun {
    /// Judges, weighs, and decodes what counts.
    pub(super) fn weigh(
        index: &CalendarIndex,
        rhythm: Sync,
        question: &Question,
    ) -> Result<Self, AvailabilityError> {
        let evidence = question.judge(index, rhythm);
        let policy: OnUnreachable = question.freshness.on_unreachable;
        let weight = weigh(&evidence, index.covered, question.window, policy, question.now);
        let busy = if weight.counts_busy {
            busy(index, question.window)?
        } else {
            Vec::new()
        };
        Ok(Self {
            counts_busy: weight.counts_busy,
            busy,
            unknown: weight.unknown,
            evidence: CalendarEvidence {
                calendar: index.calendar,
                provider: index.provider,
                evidence,
                error: index.last_error.clone(),
            },
        })
    }
}

fn busy(index: &CalendarIndex, window: Interval) -> Result<Vec<Interval>, AvailabilityError> {
    let unreadable = || AvailabilityError::UnreadableIndex {
        calendar: index.calendar,
    };
    // An interval takes two bytes or more.
    let most = index.months.iter().map(|stored| stored.runs.len() / 2).sum();
    let mut run = Vec::with_capacity(most);
    for stored in &index.months {
        let month = Month::from_number(stored.month).ok_or_else(unreadable)?;
        BusyMonth::decode_into(month, &stored.runs, &mut run).map_err(|_| unreadable())?;
    }
    Ok(busy::clip(&run, window))
}
