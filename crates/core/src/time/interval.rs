//! Half-open spans of UTC time.

use jiff::Timestamp;

/// A non-empty half-open span `[start, end)` of UTC time, held as microseconds since 1970.
///
/// Ordered by start, then end, so that a sorted run of intervals can be merged in one pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval {
    start_us: i64,
    end_us: i64,
}

impl Interval {
    /// The span from `start` to `end`, or `None` when it would be empty or reversed.
    pub fn new(start: Timestamp, end: Timestamp) -> Option<Self> {
        Self::from_micros(start.as_microsecond(), end.as_microsecond())
    }

    /// The span between two instants in microseconds since 1970, or `None` when it would be empty or reversed.
    pub const fn from_micros(start_us: i64, end_us: i64) -> Option<Self> {
        if start_us < end_us {
            Some(Self { start_us, end_us })
        } else {
            None
        }
    }

    /// The span between two instants that are known to be in order, for arithmetic that cannot break the order.
    pub(crate) const fn from_ordered(start_us: i64, end_us: i64) -> Self {
        debug_assert!(start_us < end_us);
        Self { start_us, end_us }
    }

    /// First instant inside.
    pub fn start(self) -> Timestamp {
        saturated(self.start_us)
    }

    /// First instant after the span.
    pub fn end(self) -> Timestamp {
        saturated(self.end_us)
    }

    /// First instant inside, in microseconds since 1970.
    pub const fn start_us(self) -> i64 {
        self.start_us
    }

    /// First instant after the span, in microseconds since 1970.
    pub const fn end_us(self) -> i64 {
        self.end_us
    }

    /// Length in microseconds, always positive.
    pub const fn len_us(self) -> i64 {
        self.end_us - self.start_us
    }

    /// Whether the two spans share an instant; spans that only touch do not.
    pub const fn overlaps(self, other: Self) -> bool {
        self.start_us < other.end_us && other.start_us < self.end_us
    }

    /// Whether `other` lies wholly inside this span.
    pub const fn covers(self, other: Self) -> bool {
        self.start_us <= other.start_us && other.end_us <= self.end_us
    }

    /// Whether the instant lies inside.
    pub fn contains(self, at: Timestamp) -> bool {
        let at = at.as_microsecond();
        self.start_us <= at && at < self.end_us
    }

    /// The part of this span that lies inside `window`.
    pub fn clip(self, window: Self) -> Option<Self> {
        Self::from_micros(self.start_us.max(window.start_us), self.end_us.min(window.end_us))
    }
}

/// The instant for a count of microseconds; counts beyond the calendar (years -9999 to 9999) stop at its edge.
fn saturated(us: i64) -> Timestamp {
    Timestamp::from_microsecond(us).unwrap_or(if us < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: i64, end: i64) -> Interval {
        Interval::from_micros(start, end).unwrap()
    }

    #[test]
    fn empty_and_reversed_spans_do_not_exist() {
        assert_eq!(Interval::from_micros(5, 5), None);
        assert_eq!(Interval::from_micros(6, 5), None);
    }

    #[test]
    fn touching_spans_do_not_overlap() {
        assert!(!span(0, 5).overlaps(span(5, 9)));
        assert!(span(0, 6).overlaps(span(5, 9)));
        assert_eq!(span(0, 6).clip(span(5, 9)), Some(span(5, 6)));
        assert_eq!(span(0, 5).clip(span(5, 9)), None);
    }
}
