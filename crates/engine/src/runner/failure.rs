//! Why a task did not succeed, and what follows from it: pure decisions, no clock, no database.
//!
//! To add a class, add a variant of [`Class`], say in [`decide`] what follows, and put it into the table of tests.

use std::error::Error;

use jiff::{SignedDuration, Timestamp};
use kalends_providers::provider::{ErrorClass, ProviderError};
use kalends_store::{FailureCounts, Pass, StoreError};

/// First wait after a failure; it doubles with every further one.
const BASE: SignedDuration = SignedDuration::from_secs(5);
/// Longest wait.
const CAP: SignedDuration = SignedDuration::from_hours(1);
/// Attempts that may fail by trouble that passes: with the waits between them, up to three and a half hours.
const TRANSIENT_ATTEMPTS: u32 = 12;
/// Wait at a limit that says nothing of its end.
const UNSTATED_LIMIT: SignedDuration = SignedDuration::from_secs(60);
/// Attempts that may fail by a refusal, which a repetition rarely changes.
const REJECTED_ATTEMPTS: u32 = 5;

/// What sort of failure it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Trouble that passes: a timeout, a 5xx, a lost connection.
    Transient,
    /// Not now but then: a rate limit or an open circuit breaker. Costs no attempt.
    Postponed {
        /// When it may be tried again.
        until: Timestamp,
    },
    /// Only the person can help, by connecting again; the task ends and is enqueued anew when they have.
    Reauth,
    /// The other side understood and refused.
    Rejected,
    /// We are wrong: a broken row, an answer that we cannot read.
    Bug,
    /// A newer pass or claim has taken over, or the subject is no longer wanted; what is owed is enqueued by whoever
    /// caused that.
    TakenOver,
}

/// A failed task: its class, a stable code for people and rows, and the cause for the log.
#[derive(Debug, thiserror::Error)]
#[error("{code}")]
pub(crate) struct Failure {
    /// What follows is decided from this.
    pub(crate) class: Class,
    /// Stable word, shown as the row's last error.
    pub(crate) code: &'static str,
    /// What happened; never holds secrets or content.
    #[source]
    pub(crate) cause: Box<dyn Error + Send + Sync>,
    /// The pass over a calendar that it ended, whose rows show it.
    pub(crate) pass: Option<Box<Pass>>,
    /// Events that the pass would have deleted, when it was not believed.
    pub(crate) suspected: Option<u64>,
}

impl Failure {
    /// A failure with its cause.
    pub(crate) fn new(
        class: Class,
        code: &'static str,
        cause: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self {
            class,
            code,
            cause: cause.into(),
            pass: None,
            suspected: None,
        }
    }

    /// What a provider did not answer. Only our own token row may send a person to reconnect, so a call that was
    /// refused with a good token passes for trouble.
    pub(crate) fn of_provider(error: ProviderError, now: Timestamp) -> Self {
        let class = match error.class() {
            ErrorClass::RateLimited(until) => Class::Postponed {
                until: until.unwrap_or_else(|| plus(now, UNSTATED_LIMIT)),
            },
            ErrorClass::CircuitOpen(until) => Class::Postponed { until },
            ErrorClass::Reauth | ErrorClass::NeedsConsent => Class::Reauth,
            ErrorClass::Rejected => Class::Rejected,
            ErrorClass::Transient | ErrorClass::Operator => Class::Transient,
        };
        Self::new(class, error.code(), error)
    }

    /// Whether our own database lies at its root, also below a token that could not be renewed: that says nothing of
    /// the account.
    pub(crate) fn is_of_our_database(&self) -> bool {
        let cause: &(dyn Error + 'static) = &*self.cause;
        std::iter::successors(Some(cause), |&error| error.source()).any(<dyn Error>::is::<StoreError>)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Fenced { .. } => Self::new(Class::TakenOver, "taken_over", error),
            _ if error.is_transient() => Self::new(Class::Transient, "database_unavailable", error),
            _ => Self::new(Class::Bug, "internal", error),
        }
    }
}

/// What happens to a failed task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// It runs again.
    Again {
        /// When.
        at: Timestamp,
        /// Which limit the failure counts towards.
        counts: FailureCounts,
    },
    /// It is given up until somebody asks, its subject changes, or a day has passed.
    Dead {
        /// Which limit it has reached.
        counts: FailureCounts,
    },
    /// Nothing is left to do; what is owed comes back with a reconnection.
    Ended,
}

/// How often a task has failed before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Earlier {
    /// By trouble that passes.
    pub(crate) transient: u32,
    /// By a refusal.
    pub(crate) rejected: u32,
}

/// Decides what a failure means. `spread` in 0..=1 stretches the wait by up to a half, so that tasks that failed
/// together do not return together.
pub(crate) fn decide(class: Class, earlier: Earlier, now: Timestamp, spread: f64) -> Decision {
    let spread = spread.clamp(0.0, 1.0);
    let (counts, earlier, limit) = match class {
        Class::Postponed { until } => {
            return Decision::Again {
                at: plus(until.max(now), SignedDuration::from_secs(1).mul_f64(spread)),
                counts: FailureCounts::Nothing,
            };
        }
        Class::Reauth | Class::TakenOver => return Decision::Ended,
        Class::Transient => (FailureCounts::Transient, earlier.transient, TRANSIENT_ATTEMPTS),
        Class::Rejected | Class::Bug => (FailureCounts::Rejected, earlier.rejected, REJECTED_ATTEMPTS),
    };
    if earlier + 1 >= limit {
        return Decision::Dead { counts };
    }
    let at = plus(now, wait(earlier).mul_f64(1.0 + spread / 2.0));
    Decision::Again { at, counts }
}

/// The wait after so many earlier failures, before it is spread.
fn wait(earlier: u32) -> SignedDuration {
    BASE.saturating_mul(1 << earlier.min(20)).min(CAP)
}

fn plus(at: Timestamp, wait: SignedDuration) -> Timestamp {
    at.checked_add(wait).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-20T10:00:00Z".parse().unwrap()
    }

    fn earlier(count: u32) -> Earlier {
        Earlier {
            transient: count,
            rejected: count,
        }
    }

    /// Seconds until the next attempt.
    #[track_caller]
    fn check(class: Class, failed_before: u32, expect: Option<i64>) {
        let waited = match decide(class, earlier(failed_before), now(), 0.0) {
            Decision::Again { at, .. } => Some(at.duration_since(now()).as_secs()),
            Decision::Dead { .. } | Decision::Ended => None,
        };
        assert_eq!(waited, expect, "{class:?} {failed_before}");
    }

    #[test]
    fn waits_double_up_to_an_hour_and_end() {
        check(Class::Transient, 0, Some(5));
        check(Class::Transient, 1, Some(10));
        check(Class::Transient, 9, Some(2560));
        check(Class::Transient, 10, Some(3600));
        check(Class::Transient, 11, None);
        check(Class::Rejected, 3, Some(40));
        check(Class::Rejected, 4, None);
        check(Class::Bug, 4, None);
        check(Class::Reauth, 0, None);
        check(Class::TakenOver, 0, None);
    }

    #[test]
    fn a_postponed_task_returns_when_told_and_keeps_its_attempts() {
        let until = now() + SignedDuration::from_mins(7);
        let expect = Decision::Again {
            at: until,
            counts: FailureCounts::Nothing,
        };
        assert_eq!(
            decide(Class::Postponed { until }, earlier(99), now(), 0.0),
            expect
        );
    }

    #[test]
    fn the_spread_adds_at_most_a_half() {
        let Decision::Again { at, .. } = decide(Class::Transient, earlier(2), now(), 1.0) else {
            panic!("the third failure is not the last");
        };
        assert_eq!(at.duration_since(now()).as_secs(), 30);
    }
}
