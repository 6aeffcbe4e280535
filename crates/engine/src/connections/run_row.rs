//! Sync runs between rows and words.

use kalends_store::{PassKind, SyncOutcome};

use super::{Outcome, RunCounts, RunKind, SyncRun, Trigger};

impl From<kalends_store::SyncRun> for SyncRun {
    fn from(row: kalends_store::SyncRun) -> Self {
        Self {
            id: row.id,
            calendar: row.calendar,
            kind: match row.kind {
                PassKind::Full => RunKind::Full,
                PassKind::Delta => RunKind::Delta,
            },
            trigger: row.trigger.into(),
            outcome: match row.outcome {
                SyncOutcome::Running => Outcome::Running,
                SyncOutcome::Succeeded => Outcome::Completed,
                SyncOutcome::Failed => Outcome::Failed {
                    error: row.error.unwrap_or_default(),
                },
                SyncOutcome::Interrupted => Outcome::Interrupted,
            },
            started_at: row.started_at,
            finished_at: row.finished_at,
            counts: RunCounts {
                created: row.counts.created,
                updated: row.counts.updated,
                deleted: row.counts.deleted,
                quarantined: row.counts.quarantined,
                pages: row.pages.into(),
                requests: row.requests.into(),
            },
        }
    }
}

impl From<kalends_store::Trigger> for Trigger {
    fn from(row: kalends_store::Trigger) -> Self {
        match row {
            kalends_store::Trigger::Selection => Self::Selected,
            kalends_store::Trigger::Poll => Self::Poll,
            kalends_store::Trigger::Push => Self::Push,
            kalends_store::Trigger::Request => Self::Request,
            kalends_store::Trigger::Live => Self::Live,
        }
    }
}

impl Trigger {
    const ALL: [Self; 5] = [Self::Poll, Self::Request, Self::Live, Self::Selected, Self::Push];

    /// The word in a task.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Poll => "poll",
            Self::Request => "request",
            Self::Live => "live",
            Self::Selected => "selected",
            Self::Push => "push",
        }
    }

    /// The trigger of a word in a task; what an older version wrote passes for a poll.
    pub(crate) fn parse(word: Option<&str>) -> Self {
        Self::ALL
            .into_iter()
            .find(|trigger| Some(trigger.as_str()) == word)
            .unwrap_or(Self::Poll)
    }

    pub(crate) const fn stored(self) -> kalends_store::Trigger {
        match self {
            Self::Poll => kalends_store::Trigger::Poll,
            Self::Request => kalends_store::Trigger::Request,
            Self::Live => kalends_store::Trigger::Live,
            Self::Selected => kalends_store::Trigger::Selection,
            Self::Push => kalends_store::Trigger::Push,
        }
    }
}
