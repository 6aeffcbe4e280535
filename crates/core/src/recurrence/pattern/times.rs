//! The times within a day, an hour or a minute that a completed rule names.

use crate::recurrence::rule::{Frequency, Rule};

/// Every time of day that the rule names, in seconds, in order; none for rules of shorter periods.
pub(super) fn times_of_day(rule: &Rule) -> Vec<i64> {
    let mut times = Vec::new();
    if rule.frequency < Frequency::Daily {
        return times;
    }
    let of_hour = times_of_hour(rule);
    for hour in places(u64::from(rule.hours)) {
        times.extend(of_hour.iter().map(|time| hour * 3600 + time));
    }
    times
}

/// Every time within an hour that the rule names, in seconds, in order.
pub(in crate::recurrence) fn times_of_hour(rule: &Rule) -> Vec<i64> {
    let mut times = Vec::new();
    for minute in places(rule.minutes) {
        times.extend(times_of_minute(rule).map(|second| minute * 60 + second));
    }
    times
}

/// The seconds of a minute that the rule names, in order.
pub(in crate::recurrence) fn times_of_minute(rule: &Rule) -> impl Iterator<Item = i64> {
    places(rule.seconds)
}

/// The places of the bits that are set, in order.
fn places(mut bits: u64) -> impl Iterator<Item = i64> {
    std::iter::from_fn(move || {
        let place = (bits != 0).then(|| i64::from(bits.trailing_zeros()));
        bits &= bits.wrapping_sub(1);
        place
    })
}
