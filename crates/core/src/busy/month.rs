//! Months of UTC, the unit in which the busy index is stored and recompiled.

use jiff::Timestamp;

use super::run::join_all;
use crate::time::{Interval, Zone};

/// A month of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(i32);

/// What a calendar's index says about one month; made by [`split`] or read back from its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusyMonth {
    pub(super) month: Month,
    /// Wholly inside the month.
    pub(super) run: Vec<Interval>,
}

impl Month {
    const FIRST: i32 = -9999 * 12;
    const LAST: i32 = 9999 * 12 + 11;

    /// The month of a stored number; `None` outside the years -9999 to 9999.
    pub fn from_number(number: i32) -> Option<Self> {
        (Self::FIRST..=Self::LAST)
            .contains(&number)
            .then_some(Self(number))
    }

    /// The number to store: twelve times the year, plus 0 for January to 11 for December.
    pub fn number(self) -> i32 {
        self.0
    }

    /// The month that the instant is in.
    pub fn of(at: Timestamp) -> Self {
        let civil = Zone::UTC.civil(at);
        Self(i32::from(civil.year()) * 12 + i32::from(civil.month()) - 1)
    }

    /// All months that the window touches, in order.
    pub fn touched_by(window: Interval) -> impl DoubleEndedIterator<Item = Self> + Clone {
        let last = Timestamp::from_microsecond(window.end_us() - 1).unwrap_or(Timestamp::MAX);
        (Self::of(window.start()).0..=Self::of(last).0).map(Self)
    }

    /// From the first instant of the month to that of the next.
    pub fn interval(self) -> Interval {
        Interval::from_ordered(first_us(self.0), first_us(self.0 + 1))
    }
}

impl BusyMonth {
    /// The month.
    pub fn month(&self) -> Month {
        self.month
    }

    /// The run of its busy time, wholly inside the month.
    pub fn run(&self) -> &[Interval] {
        &self.run
    }
}

/// Cuts a run into the given months, which are in order; what lies outside them is left out.
///
/// A month without busy time gets an empty row, so that replacing rows also clears them.
pub fn split(run: &[Interval], months: impl IntoIterator<Item = Month>) -> Vec<BusyMonth> {
    debug_assert!(run.windows(2).all(|pair| pair[0].end_us() < pair[1].start_us()));
    let mut rest = run;
    months
        .into_iter()
        .map(|month| {
            let window = month.interval();
            let first = rest.partition_point(|span| span.end_us() <= window.start_us());
            rest = &rest[first..];
            let run = rest.iter().map_while(|span| span.clip(window)).collect();
            BusyMonth { month, run }
        })
        .collect()
}

/// The run that months hold together, given in order; what was cut at their borders is whole again.
pub fn join<'a>(months: impl IntoIterator<Item = &'a BusyMonth>) -> Vec<Interval> {
    let mut run: Vec<_> = months.into_iter().flat_map(BusyMonth::run).copied().collect();
    join_all(&mut run);
    run
}

/// First instant of a month by its number, in microseconds since 1970.
///
/// Counts days in years that begin in March, where the leap day is the last day and months follow a fixed pattern.
fn first_us(number: i32) -> i64 {
    const DAYS_FROM_MARCH_OF_YEAR_0_TO_1970: i64 = 719_468;
    let months = i64::from(number) - 2;
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12));
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let days = year * 365 + leap_days + (153 * month + 2) / 5 - DAYS_FROM_MARCH_OF_YEAR_0_TO_1970;
    days * 86_400_000_000
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::busy::normalize;

    #[test]
    fn every_month_begins_on_its_first_day() {
        for number in 1600 * 12..2500 * 12 {
            let month = Month::from_number(number).unwrap();
            let start = month.interval().start();
            let civil = Zone::UTC.civil(start);
            assert_eq!(
                i32::from(civil.year()) * 12 + i32::from(civil.month()) - 1,
                number
            );
            assert_eq!((civil.day(), civil.hour(), civil.subsec_nanosecond()), (1, 0, 0));
            assert_eq!(Month::of(start), month);
            assert_eq!(
                Month::of(Timestamp::from_microsecond(month.interval().end_us() - 1).unwrap()),
                month
            );
        }
    }

    #[test]
    fn numbers_are_readable_and_bounded() {
        assert_eq!(
            Month::of("2026-11-20T12:00:00Z".parse().unwrap()).number(),
            2026 * 12 + 10
        );
        assert_eq!(Month::from_number(10_000 * 12), None);
        assert_eq!(Month::from_number(-10_000 * 12), None);
        assert_eq!(Month::of(Timestamp::MIN).number(), Month::FIRST);
        assert_eq!(Month::of(Timestamp::MAX).number(), Month::LAST);
    }

    #[test]
    fn a_window_touches_the_months_it_shares_an_instant_with() {
        #[track_caller]
        fn check(start: &str, end: &str, expect: &[i32]) {
            let window = Interval::new(start.parse().unwrap(), end.parse().unwrap()).unwrap();
            let seen: Vec<_> = Month::touched_by(window)
                .map(|month| month.number() - 2026 * 12)
                .collect();
            assert_eq!(seen, expect);
        }
        check("2026-01-31T23:59:59Z", "2026-02-01T00:00:00Z", &[0]);
        check("2026-01-31T23:59:59Z", "2026-02-01T00:00:00.000001Z", &[0, 1]);
        check("2025-12-15T00:00:00Z", "2026-03-01T00:00:00Z", &[-1, 0, 1]);
    }

    proptest! {
        #[test]
        fn splitting_and_joining_gives_the_run_back(
            spans in prop::collection::vec((0_i64..400, 1_i64..90), 0..20),
        ) {
            const DAY_US: i64 = 86_400_000_000;
            let base = 20_000 * DAY_US;
            let run = normalize(
                spans
                    .into_iter()
                    .map(|(start, len)| Interval::from_ordered(base + start * DAY_US, base + (start + len) * DAY_US))
                    .collect(),
            );
            let window = Interval::from_ordered(base, base + 500 * DAY_US);
            let months = split(&run, Month::touched_by(window));
            prop_assert!(months.iter().all(|row| row.run.iter().all(|span| row.month.interval().covers(*span))));
            prop_assert_eq!(join(&months), run);
        }
    }
}
