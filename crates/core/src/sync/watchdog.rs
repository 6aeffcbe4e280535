//! When a calendar that should be in step is said not to be.
//!
//! A calendar is late when nothing has succeeded for [`INTERVALS`] of its intervals, and for an hour at least. It is not said
//! at once: the server itself may have been away, or the person may just have connected again. The first look that finds
//! it late begins to watch it, and only what is still late after a grace is overdue.

use jiff::{SignedDuration, Timestamp};

/// How many intervals may pass without a success.
pub const INTERVALS: i32 = 4;
/// A calendar is never late sooner.
pub const AT_LEAST: SignedDuration = SignedDuration::from_hours(1);
/// How long a late calendar has to catch up: two looks of the watchdog.
const GRACE: SignedDuration = SignedDuration::from_mins(10);

/// What is known of a calendar that should be in step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// When a pass last succeeded; `None` before the first.
    pub last_success: Option<Timestamp>,
    /// Since when it is watched.
    pub watched_since: Option<Timestamp>,
    /// From one poll to the next.
    pub every: SignedDuration,
}

/// What follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All is well.
    InTime,
    /// It is late, and watched from now on.
    Watch,
    /// It is late and watched, and has time yet.
    Wait,
    /// It is overdue.
    Overdue,
}

/// Judges at a time.
pub fn judge(standing: Standing, now: Timestamp) -> Verdict {
    let limit = standing.every.saturating_mul(INTERVALS).max(AT_LEAST);
    let grace = match standing.last_success {
        Some(at) if now.duration_since(at) <= limit => return Verdict::InTime,
        Some(_) => GRACE,
        None => limit,
    };
    match standing.watched_since {
        None => Verdict::Watch,
        Some(since) if now.duration_since(since) < grace => Verdict::Wait,
        Some(_) => Verdict::Overdue,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Minutes since the last success and since it is watched.
    #[track_caller]
    fn check(every: i64, success: Option<i64>, watched: Option<i64>, expect: Verdict) {
        let now: Timestamp = "2026-11-20T10:00:00Z".parse().unwrap();
        let ago = |minutes: Option<i64>| minutes.map(|minutes| now - SignedDuration::from_mins(minutes));
        let standing = Standing {
            last_success: ago(success),
            watched_since: ago(watched),
            every: SignedDuration::from_mins(every),
        };
        assert_eq!(judge(standing, now), expect);
    }

    #[test]
    fn four_intervals_and_an_hour_at_least() {
        check(15, Some(60), None, Verdict::InTime);
        check(15, Some(61), None, Verdict::Watch);
        check(1, Some(59), None, Verdict::InTime);
        check(60, Some(240), None, Verdict::InTime);
        check(60, Some(241), None, Verdict::Watch);
    }

    #[test]
    fn a_late_calendar_has_a_grace() {
        check(15, Some(1_000), Some(9), Verdict::Wait);
        check(15, Some(1_000), Some(10), Verdict::Overdue);
    }

    #[test]
    fn the_first_pass_has_as_long_as_every_other() {
        check(15, None, None, Verdict::Watch);
        check(15, None, Some(59), Verdict::Wait);
        check(15, None, Some(60), Verdict::Overdue);
    }
}
