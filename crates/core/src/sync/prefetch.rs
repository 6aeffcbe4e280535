//! When a calendar that answers rest on is pulled ahead of the time at which it would be too old for them.

use jiff::{SignedDuration, Timestamp};

/// However fresh answers were wanted, no calendar is pulled ahead more often than this: whoever wants fresher has it
/// checked live.
pub const SHORTEST: SignedDuration = SignedDuration::from_mins(1);
/// For how long after a question its calendars are kept fresh.
pub const LATELY: SignedDuration = SignedDuration::from_mins(15);
/// Nothing is pulled ahead that would take a budget's plan above this part: prefetching is the first to give way.
pub const MOST_LOAD: f64 = 0.5;

/// When a calendar is due, so that it is never older than `within`: at two thirds of it, which leaves time for its turn
/// and the pull.
pub fn due(as_of: Timestamp, within: SignedDuration) -> Timestamp {
    as_of
        .saturating_add(within.max(SHORTEST) / 3 * 2)
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(within_s: i64, expect_s: i64) {
        let at = due(Timestamp::UNIX_EPOCH, SignedDuration::from_secs(within_s));
        assert_eq!(at.as_second(), expect_s);
    }

    #[test]
    fn a_calendar_is_due_at_two_thirds_of_what_was_asked_and_at_most_every_40_seconds() {
        check(900, 600);
        check(90, 60);
        check(60, 40);
        check(5, 40);
        check(0, 40);
        assert_eq!(due(Timestamp::MAX, SignedDuration::MAX), Timestamp::MAX);
    }
}
