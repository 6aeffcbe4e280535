//! What is known about a calendar, and how fresh it is.

use jiff::{SignedDuration, Timestamp};

use crate::time::Interval;

/// Where a calendar's index stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// When the provider was last known to agree with the index; `None` before the first sync.
    pub as_of: Option<Timestamp>,
    /// How it was learned.
    pub source: Source,
    /// The window that the index covers; `None` before the first sync.
    pub covered: Option<Interval>,
    /// Whether the latest attempt to ask the provider failed, a live check for this question included.
    pub failing: bool,
}

/// How the latest news of a calendar came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The provider told us that something changed.
    Push,
    /// We asked on schedule.
    Poll,
    /// We asked for this very question.
    Live,
}

/// How fresh a calendar is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// The caller's limit: what is older is checked live.
    Within(SignedDuration),
    /// No limit of the caller's: what missed two syncs in a row is stale, and used all the same.
    Scheduled {
        /// From one sync to the next.
        every: SignedDuration,
    },
}

/// How far a calendar's part of an answer can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// As fresh as wanted.
    Fresh,
    /// Older than wanted; the provider can be asked.
    Stale,
    /// Older than wanted, or never known, and the provider did not answer.
    Unreachable,
    /// Not synced yet.
    Unknown,
}

/// What an answer says about one calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// How far it can be trusted.
    pub status: Status,
    /// When the provider was last known to agree.
    pub as_of: Option<Timestamp>,
    /// How that was learned; `None` before the first sync.
    pub source: Option<Source>,
    /// The end of what is known; nothing is known after it.
    pub covered_until: Option<Timestamp>,
    /// Whether to ask the provider before answering: the caller set a limit that the calendar misses.
    pub wants_live_check: bool,
}

/// Judges where a calendar stands by what is wanted.
pub fn judge(standing: &Standing, demand: Demand, now: Timestamp) -> Evidence {
    let known = standing.as_of.filter(|_| standing.covered.is_some());
    let (limit, wants_limit) = match demand {
        Demand::Within(limit) => (limit, true),
        Demand::Scheduled { every } => (every.saturating_add(every), false),
    };
    // A clock that runs ahead makes an age negative: that is fresh.
    let in_time = known.is_some_and(|as_of| now.duration_since(as_of) <= limit);
    let status = match (in_time, standing.failing, known) {
        (true, _, _) => Status::Fresh,
        (false, true, _) => Status::Unreachable,
        (false, false, Some(_)) => Status::Stale,
        (false, false, None) => Status::Unknown,
    };
    Evidence {
        status,
        as_of: known,
        source: known.map(|_| standing.source),
        covered_until: known.and(standing.covered).map(Interval::end),
        wants_live_check: wants_limit && !in_time,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-20T12:00:00Z";
    const FIVE_MINUTES: Demand = Demand::Within(SignedDuration::from_mins(5));
    const EVERY_QUARTER: Demand = Demand::Scheduled {
        every: SignedDuration::from_mins(15),
    };

    fn standing(as_of: Option<&str>, failing: bool) -> Standing {
        let covered = Interval::new(
            "2026-11-01T00:00:00Z".parse().unwrap(),
            "2027-02-01T00:00:00Z".parse().unwrap(),
        );
        Standing {
            as_of: as_of.map(|at| at.parse().unwrap()),
            source: Source::Poll,
            covered: as_of.and(covered),
            failing,
        }
    }

    #[track_caller]
    fn check(as_of: Option<&str>, failing: bool, demand: Demand, expect: (Status, bool)) {
        let evidence = judge(&standing(as_of, failing), demand, NOW.parse().unwrap());
        assert_eq!((evidence.status, evidence.wants_live_check), expect);
        assert_eq!(evidence.as_of.is_some(), as_of.is_some());
        assert_eq!(evidence.source.is_some(), as_of.is_some());
        assert_eq!(evidence.covered_until.is_some(), as_of.is_some());
    }

    #[test]
    fn the_callers_limit_decides() {
        check(
            Some("2026-11-20T11:55:00Z"),
            false,
            FIVE_MINUTES,
            (Status::Fresh, false),
        );
        check(
            Some("2026-11-20T11:54:59Z"),
            false,
            FIVE_MINUTES,
            (Status::Stale, true),
        );
        check(
            Some("2026-11-20T11:54:59Z"),
            true,
            FIVE_MINUTES,
            (Status::Unreachable, true),
        );
    }

    #[test]
    fn one_failed_attempt_does_not_age_what_is_fresh() {
        check(
            Some("2026-11-20T11:58:00Z"),
            true,
            FIVE_MINUTES,
            (Status::Fresh, false),
        );
    }

    #[test]
    fn without_a_limit_two_missed_syncs_are_stale() {
        check(
            Some("2026-11-20T11:30:00Z"),
            false,
            EVERY_QUARTER,
            (Status::Fresh, false),
        );
        check(
            Some("2026-11-20T11:29:59Z"),
            false,
            EVERY_QUARTER,
            (Status::Stale, false),
        );
        check(
            Some("2026-11-20T11:29:59Z"),
            true,
            EVERY_QUARTER,
            (Status::Unreachable, false),
        );
    }

    #[test]
    fn before_the_first_sync_nothing_is_known() {
        check(None, false, EVERY_QUARTER, (Status::Unknown, false));
        check(None, false, FIVE_MINUTES, (Status::Unknown, true));
        check(None, true, EVERY_QUARTER, (Status::Unreachable, false));
    }

    #[test]
    fn a_clock_that_runs_ahead_is_fresh() {
        check(
            Some("2026-11-20T12:03:00Z"),
            false,
            FIVE_MINUTES,
            (Status::Fresh, false),
        );
    }
}
