//! How a month's run is stored: compact bytes that decode in one pass.
//!
//! | part | form |
//! |---|---|
//! | version | one byte, 1 |
//! | unit | one byte: 0 = microsecond, 1 = second, 2 = minute, 3 = five minutes |
//! | count | varint: how many intervals follow |
//! | per interval | varint: gap since the end before it (the first: since the month began); varint: length |
//!
//! Gaps and lengths are whole units of the coarsest unit that loses nothing, so an ordinary interval takes two to
//! three bytes. A varint is little-endian base 128, the high bit set on all bytes but the last.

use super::{BusyMonth, Month};
use crate::time::Interval;

/// Why stored bytes are not the run of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes end before the run does.
    #[error("the row ends before its intervals do")]
    Truncated,
    /// Bytes follow the run.
    #[error("the row goes on after its intervals")]
    Trailing,
    /// Written by a later release, or not a row at all.
    #[error("the row has the unknown version {0}")]
    Version(u8),
    /// The unit is none of the table.
    #[error("the row has the unknown unit {0}")]
    Unit(u8),
    /// A number has more bits than any month needs.
    #[error("the row has a number that is too large")]
    Overflow,
    /// An interval is empty, touches the one before it, or leaves the month.
    #[error("the row has an interval that breaks the order or leaves the month")]
    Order,
}

const VERSION: u8 = 1;
/// Microseconds of each unit, by its code.
const UNITS_US: [i64; 4] = [1, 1_000_000, 60_000_000, 300_000_000];

impl BusyMonth {
    /// The bytes to store.
    pub fn encode(&self) -> Vec<u8> {
        let base_us = self.month.interval().start_us();
        let fits = |unit_us: i64| {
            let whole = |us: i64| (us - base_us) % unit_us == 0;
            self.run
                .iter()
                .all(|span| whole(span.start_us()) && whole(span.end_us()))
        };
        let unit = (1..UNITS_US.len())
            .rev()
            .find(|unit| fits(UNITS_US[*unit]))
            .unwrap_or(0);
        let unit_us = UNITS_US[unit];

        let mut bytes = Vec::with_capacity(4 + self.run.len() * 3);
        bytes.extend([VERSION, unit as u8]);
        push_varint(&mut bytes, self.run.len() as u64);
        let mut last_us = base_us;
        for span in &self.run {
            push_varint(&mut bytes, ((span.start_us() - last_us) / unit_us) as u64);
            push_varint(&mut bytes, (span.len_us() / unit_us) as u64);
            last_us = span.end_us();
        }
        bytes
    }

    /// Reads what [`BusyMonth::encode`] wrote for that month.
    pub fn decode(month: Month, bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut run = Vec::new();
        Self::decode_into(month, bytes, &mut run)?;
        Ok(Self { month, run })
    }

    /// [`BusyMonth::decode`], appending to a run that ends before the month or at its start; an interval that was cut
    /// at the border is whole again. On an error the run holds what could be read.
    pub fn decode_into(month: Month, bytes: &[u8], run: &mut Vec<Interval>) -> Result<(), DecodeError> {
        let window = month.interval();
        let [version, unit, rest @ ..] = bytes else {
            return Err(DecodeError::Truncated);
        };
        if *version != VERSION {
            return Err(DecodeError::Version(*version));
        }
        let unit_us = *UNITS_US.get(usize::from(*unit)).ok_or(DecodeError::Unit(*unit))?;

        let mut rest = rest;
        let count = take_varint(&mut rest)?;
        run.reserve((count as usize).min(rest.len() / 2));
        let mut last_us = window.start_us();
        for index in 0..count {
            let gap = take_varint(&mut rest)?;
            let len = take_varint(&mut rest)?;
            if len == 0 || (gap == 0 && index > 0) {
                return Err(DecodeError::Order);
            }
            let start_us = last_us + micros(gap, unit_us)?;
            let end_us = start_us + micros(len, unit_us)?;
            if end_us > window.end_us() {
                return Err(DecodeError::Order);
            }
            match run.last_mut() {
                // Only what was cut at the border begins without a gap.
                Some(last) if gap == 0 && last.end_us() == start_us => {
                    *last = Interval::from_ordered(last.start_us(), end_us);
                }
                _ => run.push(Interval::from_ordered(start_us, end_us)),
            }
            last_us = end_us;
        }
        if rest.is_empty() {
            Ok(())
        } else {
            Err(DecodeError::Trailing)
        }
    }
}

/// A gap or length in microseconds; at most 2^42, which is 50 days, so that sums cannot overflow.
fn micros(units: u64, unit_us: i64) -> Result<i64, DecodeError> {
    let us = i64::try_from(units)
        .ok()
        .and_then(|units| units.checked_mul(unit_us));
    us.filter(|us| *us < 1 << 42).ok_or(DecodeError::Overflow)
}

fn push_varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

#[inline]
fn take_varint(bytes: &mut &[u8]) -> Result<u64, DecodeError> {
    // Nearly all gaps and lengths are this short.
    match **bytes {
        [byte, ref rest @ ..] if byte < 0x80 => {
            *bytes = rest;
            Ok(u64::from(byte))
        }
        [low, high, ref rest @ ..] if high < 0x80 => {
            *bytes = rest;
            Ok(u64::from(low & 0x7f) | u64::from(high) << 7)
        }
        _ => take_long_varint(bytes),
    }
}

fn take_long_varint(bytes: &mut &[u8]) -> Result<u64, DecodeError> {
    let mut value = 0;
    for shift in (0..63).step_by(7) {
        let (byte, rest) = bytes.split_first().ok_or(DecodeError::Truncated)?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(DecodeError::Overflow)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::busy::{merge, normalize, split};

    const NOVEMBER: i32 = 2026 * 12 + 10;

    fn november() -> Month {
        Month::from_number(NOVEMBER).unwrap()
    }

    /// The row of spans given in microseconds since the month began.
    fn row(spans: &[(i64, i64)]) -> BusyMonth {
        let base = november().interval().start_us();
        let span = |(start, end): &(i64, i64)| Interval::from_ordered(base + start, base + end);
        BusyMonth {
            month: november(),
            run: spans.iter().map(span).collect(),
        }
    }

    #[track_caller]
    fn check(spans: &[(i64, i64)], expect: &[u8]) {
        let row = row(spans);
        assert_eq!(row.encode(), expect);
        assert_eq!(BusyMonth::decode(november(), expect), Ok(row));
    }

    #[test]
    fn the_coarsest_unit_that_loses_nothing_is_taken() {
        const MINUTE: i64 = 60_000_000;
        check(&[], &[1, 3, 0]);
        check(&[(0, 5 * MINUTE)], &[1, 3, 1, 0, 1]);
        check(
            &[(10 * MINUTE, 70 * MINUTE), (75 * MINUTE, 80 * MINUTE)],
            &[1, 3, 2, 2, 12, 1, 1],
        );
        check(&[(MINUTE, 5 * MINUTE)], &[1, 2, 1, 1, 4]);
        check(&[(1_000_000, 2_000_000)], &[1, 1, 1, 1, 1]);
        check(&[(300, 301)], &[1, 0, 1, 0xac, 0x02, 1]);
    }

    #[test]
    fn bytes_that_are_no_row_are_said() {
        #[track_caller]
        fn check(bytes: &[u8], expect: DecodeError) {
            assert_eq!(BusyMonth::decode(november(), bytes), Err(expect));
        }
        check(&[], DecodeError::Truncated);
        check(&[1, 3], DecodeError::Truncated);
        check(&[1, 3, 1, 5], DecodeError::Truncated);
        check(&[1, 3, 1, 5, 0x80], DecodeError::Truncated);
        check(&[2, 3, 0], DecodeError::Version(2));
        check(&[1, 9, 0], DecodeError::Unit(9));
        check(&[1, 3, 0, 0], DecodeError::Trailing);
        check(&[1, 3, 1, 5, 0], DecodeError::Order);
        check(&[1, 3, 2, 5, 1, 0, 1], DecodeError::Order);
        check(&[1, 3, 1, 0, 0xff, 0x7f], DecodeError::Overflow);
        check(
            &[1, 0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
            DecodeError::Overflow,
        );
        check(&[1, 3, 1, 0xff, 0x40, 0xff, 0x20], DecodeError::Order);
    }

    #[test]
    fn intervals_cut_at_the_border_are_whole_again() {
        let border = november().interval().end_us();
        let run = vec![Interval::from_ordered(border - 7, border + 9)];
        let rows = split(&run, Month::touched_by(run[0]));
        let mut read = Vec::new();
        for row in &rows {
            BusyMonth::decode_into(row.month, &row.encode(), &mut read).unwrap();
        }
        assert_eq!((rows.len(), read), (2, run));
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded(
            spans in prop::collection::vec((0_i64..40_000, 1_i64..3_000), 0..60),
            unit_us in prop::sample::select(vec![1, 17, 1_000_000, 60_000_000, 300_000_000]),
        ) {
            let base = november().interval().start_us();
            let spans = spans.into_iter().map(|(start, len)| {
                Interval::from_ordered(base + start * unit_us, base + (start + len) * unit_us)
            });
            let row = split(&normalize(spans.collect()), [november()]).remove(0);
            let bytes = row.encode();
            prop_assert_eq!(BusyMonth::decode(november(), &bytes), Ok(row.clone()));
            prop_assert_eq!(merge(&[&row.run]), row.run);
        }

        #[test]
        fn whatever_decodes_is_a_run_of_the_month(bytes in prop::collection::vec(any::<u8>(), 0..40), kind in 0_u8..5) {
            let bytes = [vec![1, kind], bytes].concat();
            if let Ok(row) = BusyMonth::decode(november(), &bytes) {
                prop_assert!(row.run.iter().all(|span| november().interval().covers(*span)));
                prop_assert_eq!(normalize(row.run.clone()), row.run);
            }
        }
    }
}
