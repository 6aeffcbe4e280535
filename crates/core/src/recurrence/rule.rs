//! A recurrence rule as written (RFC 5545 section 3.3.10), read and checked part by part.

mod parse;

use jiff::civil::{Date, DateTime};

/// A rule: how often, and which of the days and times of each period.
///
/// Sets of small numbers are bit sets: bit 1 of `months` is January, bit 0 of `hours` is midnight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) frequency: Frequency,
    /// Periods from one to the next, at least 1.
    pub(super) interval: i64,
    /// How many occurrences the rule makes.
    pub(super) count: Option<u64>,
    pub(super) until: Option<Until>,
    pub(super) seconds: u64,
    pub(super) minutes: u64,
    pub(super) hours: u32,
    /// Weekdays without an ordinal; bit 0 is Monday.
    pub(super) weekdays: u8,
    /// Weekdays with an ordinal such as `-1FR`; never 0.
    pub(super) nth_weekdays: Vec<(i64, u8)>,
    /// Days of the month from its start; bit 1 is the first.
    pub(super) month_days: u32,
    /// Days of the month from its end; bit 1 is the last.
    pub(super) month_days_from_end: u32,
    pub(super) year_days: Vec<i64>,
    pub(super) week_numbers: Vec<i64>,
    pub(super) months: u16,
    pub(super) positions: Vec<i64>,
    /// First day of the week, 0 is Monday.
    pub(super) week_start: u8,
}

/// The period of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Frequency {
    Secondly,
    Minutely,
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// The last moment of a rule, in the form that it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Until {
    Date(Date),
    Local(DateTime),
    Utc(DateTime),
}

impl Rule {
    /// Whether the rule says anything about days of the month.
    pub(super) const fn has_month_days(&self) -> bool {
        self.month_days != 0 || self.month_days_from_end != 0
    }

    /// Whether the rule has a `BYDAY`.
    pub(super) const fn has_weekdays(&self) -> bool {
        self.weekdays != 0 || !self.nth_weekdays.is_empty()
    }

    /// All weekdays of `BYDAY` whatever their ordinals, for the periods in which ordinals mean nothing.
    pub(super) fn any_weekdays(&self) -> u8 {
        self.nth_weekdays
            .iter()
            .fold(self.weekdays, |all, &(_, day)| all | 1 << day)
    }
}
