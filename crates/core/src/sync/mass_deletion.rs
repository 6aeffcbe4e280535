//! Whether a complete reading that misses most of a calendar is believed.
//!
//! A provider that has lost a calendar's content, for a moment or for good, answers as one whose owner deleted it all. The
//! first reading that shrinks a calendar of more than [`SMALL`] events to less than half is therefore not believed; the
//! next one is, when it misses the same events. Items that are replaced by as many others shrink nothing. Deltas name each
//! deleted item, and so do tombstones in a complete reading: these are believed.

/// A calendar of so many events may be emptied without a second look.
pub const SMALL: u64 = 20;

/// What a complete reading found, counted over the events that it had to name: those that end after its window begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Events that were stored before it.
    pub before: u64,
    /// Events that will be stored after it.
    pub after: u64,
}

/// The reading before, which was not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suspicion {
    /// Events that it did not name.
    pub missing: u64,
    /// Those of them that are missing again.
    pub missing_again: u64,
}

/// Whether the reading is believed; if not, another one has to say the same.
pub fn is_believed(reading: Reading, earlier: Option<Suspicion>) -> bool {
    let Reading { before, after } = reading;
    if !is_shrunk(before, after) {
        return true;
    }
    let Some(earlier) = earlier else { return false };
    let came_back = earlier.missing.saturating_sub(earlier.missing_again);
    let rest = before.saturating_sub(earlier.missing);
    // What is missing beyond that must be no mass deletion of the rest.
    came_back == 0 && !is_shrunk(rest, rest.min(after))
}

fn is_shrunk(before: u64, after: u64) -> bool {
    before > SMALL && after.saturating_mul(2) < before
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check((before, after): (u64, u64), earlier: Option<(u64, u64)>, expect: bool) {
        let earlier = earlier.map(|(missing, missing_again)| Suspicion {
            missing,
            missing_again,
        });
        assert_eq!(is_believed(Reading { before, after }, earlier), expect);
    }

    #[test]
    fn more_than_half_of_more_than_twenty_needs_a_second_look() {
        check((20, 0), None, true);
        check((21, 0), None, false);
        check((21, 10), None, false);
        check((21, 11), None, true);
        check((100, 50), None, true);
        check((100, 49), None, false);
        check((0, 0), None, true);
    }

    #[test]
    fn as_many_others_are_no_loss() {
        check((100, 100), None, true);
    }

    #[test]
    fn the_second_reading_is_believed_when_it_misses_the_same() {
        check((100, 0), Some((100, 100)), true);
        check((100, 40), Some((60, 60)), true);
        check((100, 39), Some((60, 60)), true);
    }

    #[test]
    fn a_second_reading_that_says_otherwise_is_a_first_one() {
        check((100, 40), Some((60, 59)), false);
        check((100, 0), Some((60, 60)), false);
        check((100, 80), Some((60, 20)), true);
    }
}
