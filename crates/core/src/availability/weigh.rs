//! What of a calendar counts in an answer.

use jiff::{SignedDuration, Timestamp};

use super::{Evidence, Status};
use crate::{busy::complement, time::Interval};

/// What to make of a calendar that is older than wanted and cannot be asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnUnreachable {
    /// Nothing of it is known, so nothing is offered.
    #[default]
    Closed,
    /// It is left out, as if it were empty.
    Open,
    /// What was last known counts.
    LastKnown {
        /// Unless it is older than this; then nothing is known.
        max_age: SignedDuration,
    },
}

/// What of a calendar counts over a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weight {
    /// Whether the busy time in its index counts.
    pub counts_busy: bool,
    /// The run of the window that is unknown, which is never free.
    pub unknown: Vec<Interval>,
}

/// Weighs a calendar by its evidence. Time outside the covered window is unknown whatever the policy, unless the
/// policy leaves out the calendar as a whole.
pub fn weigh(
    evidence: &Evidence,
    covered: Option<Interval>,
    window: Interval,
    policy: OnUnreachable,
    now: Timestamp,
) -> Weight {
    let nothing_known = Weight {
        counts_busy: false,
        unknown: vec![window],
    };
    let last_known = || match covered {
        Some(covered) => Weight {
            counts_busy: true,
            unknown: complement(&[covered], window),
        },
        None => nothing_known.clone(),
    };
    let unreachable = match evidence.status {
        Status::Fresh => false,
        Status::Stale => evidence.wants_live_check,
        Status::Unreachable => true,
        Status::Unknown => return nothing_known,
    };
    match policy {
        _ if !unreachable => last_known(),
        OnUnreachable::Closed => nothing_known,
        OnUnreachable::Open => Weight {
            counts_busy: false,
            unknown: Vec::new(),
        },
        OnUnreachable::LastKnown { max_age } => match evidence.as_of {
            Some(as_of) if now.duration_since(as_of) <= max_age => last_known(),
            _ => nothing_known,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::availability::Source;

    const ALL: &[(i64, i64)] = &[(0, 100)];
    const BEYOND: &[(i64, i64)] = &[(0, 10), (80, 100)];

    fn span((start, end): (i64, i64)) -> Interval {
        Interval::from_micros(start * 1_000_000, end * 1_000_000).unwrap()
    }

    /// A calendar that covers seconds 10 to 80, was known an hour ago, weighed over seconds 0 to 100.
    #[track_caller]
    fn check(status: Status, wants_live_check: bool, policy: OnUnreachable, expect: (bool, &[(i64, i64)])) {
        let synced = status != Status::Unknown;
        let now = Timestamp::from_second(3_600).unwrap();
        let covered = synced.then(|| span((10, 80)));
        let evidence = Evidence {
            status,
            as_of: synced.then_some(Timestamp::UNIX_EPOCH),
            source: synced.then_some(Source::Poll),
            covered_until: covered.map(Interval::end),
            wants_live_check,
        };
        let weight = weigh(&evidence, covered, span((0, 100)), policy, now);
        let unknown = expect.1.iter().copied().map(span).collect();
        assert_eq!(
            weight,
            Weight {
                counts_busy: expect.0,
                unknown
            }
        );
    }

    const TWO_HOURS: OnUnreachable = OnUnreachable::LastKnown {
        max_age: SignedDuration::from_hours(2),
    };
    const HALF_AN_HOUR: OnUnreachable = OnUnreachable::LastKnown {
        max_age: SignedDuration::from_mins(30),
    };

    #[test]
    fn what_is_known_counts_and_what_is_not_covered_is_unknown() {
        for policy in [OnUnreachable::Closed, OnUnreachable::Open, HALF_AN_HOUR] {
            check(Status::Fresh, false, policy, (true, BEYOND));
            check(Status::Stale, false, policy, (true, BEYOND));
        }
    }

    #[test]
    fn the_policy_decides_about_what_cannot_be_asked() {
        for (status, wants) in [
            (Status::Unreachable, false),
            (Status::Unreachable, true),
            (Status::Stale, true),
        ] {
            check(status, wants, OnUnreachable::Closed, (false, ALL));
            check(status, wants, OnUnreachable::Open, (false, &[]));
            check(status, wants, TWO_HOURS, (true, BEYOND));
            check(status, wants, HALF_AN_HOUR, (false, ALL));
        }
    }

    #[test]
    fn before_the_first_sync_all_is_unknown_by_every_policy() {
        for policy in [OnUnreachable::Closed, OnUnreachable::Open, TWO_HOURS] {
            check(Status::Unknown, true, policy, (false, ALL));
        }
    }

    #[test]
    fn a_calendar_that_never_answered_follows_the_policy() {
        let evidence = Evidence {
            status: Status::Unreachable,
            as_of: None,
            source: None,
            covered_until: None,
            wants_live_check: false,
        };
        let weigh = |policy| weigh(&evidence, None, span((0, 100)), policy, Timestamp::UNIX_EPOCH);
        assert_eq!(weigh(TWO_HOURS).unknown, [span((0, 100))]);
        assert_eq!(weigh(OnUnreachable::Open).unknown, []);
    }
}
