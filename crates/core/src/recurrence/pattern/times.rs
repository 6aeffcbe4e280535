//! The times within a day, an hour or a minute that a completed rule names.

use crate::recurrence::rule::{Frequency, Rule};

/// Every time of day that the rule names, in seconds, in order; none for rules of shorter periods.
pub(super) fn times_of_day(rule: &Rule) -> Vec<i64> {
    let mut times = Vec::new();
    if rule.frequency < Frequency::Daily {
        return times;
    }
    for hour in (0..24).filter(|hour| rule.hours & (1 << hour) != 0) {
        times.extend(times_of_hour(rule).into_iter().map(|time| hour * 3600 + time));
    }
    times
}

/// Every time within an hour that the rule names, in seconds, in order.
pub(in crate::recurrence) fn times_of_hour(rule: &Rule) -> Vec<i64> {
    let mut times = Vec::new();
    for minute in (0..60).filter(|minute| rule.minutes & (1 << minute) != 0) {
        times.extend(times_of_minute(rule).map(|second| minute * 60 + second));
    }
    times
}

/// The seconds of a minute that the rule names, in order.
pub(in crate::recurrence) fn times_of_minute(rule: &Rule) -> impl Iterator<Item = i64> {
    (0..60).filter(|second| rule.seconds & (1 << second) != 0)
}
