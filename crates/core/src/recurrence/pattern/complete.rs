//! What a rule leaves open, taken from the series' start (RFC 5545 section 3.3.10).

use crate::recurrence::{
    days,
    rule::{Frequency, Rule},
};

/// Fills in which days are meant when the rule does not say.
pub(super) fn days(rule: &mut Rule, start_day: i64) {
    let (_, month, day) = days::civil_day(start_day);
    let names_days = rule.has_weekdays() || rule.has_month_days() || !rule.year_days.is_empty();
    match rule.frequency {
        Frequency::Yearly if !names_days && rule.week_numbers.is_empty() => {
            rule.month_days = 1 << day;
            if rule.months == 0 {
                rule.months = 1 << month;
            }
        }
        Frequency::Monthly if !names_days && rule.week_numbers.is_empty() => rule.month_days = 1 << day,
        Frequency::Yearly | Frequency::Weekly if !names_days => rule.weekdays = 1 << days::weekday(start_day),
        _ => {}
    }
    // Ordinals mean something in months and years only, and not beside week numbers.
    if rule.frequency < Frequency::Monthly || !rule.week_numbers.is_empty() {
        rule.weekdays = rule.any_weekdays();
        rule.nth_weekdays.clear();
    }
}

/// Fills in the time of day, down from the rule's period.
pub(super) fn times(rule: &mut Rule, time: i64) {
    if rule.hours == 0 && rule.frequency >= Frequency::Daily {
        rule.hours = 1 << (time / 3600);
    }
    if rule.minutes == 0 && rule.frequency >= Frequency::Hourly {
        rule.minutes = 1 << (time / 60 % 60);
    }
    if rule.seconds == 0 && rule.frequency >= Frequency::Minutely {
        rule.seconds = 1 << (time % 60);
    }
}
