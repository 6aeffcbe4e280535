//! Rules of months and years whose periods all have as many days as any other, so that `COUNT` is counted by
//! multiplication.

use super::{
    pattern::Pattern,
    rule::{Frequency, Rule},
};

/// Every month has its first 28 days, and so its first four and last four of each weekday.
const SURE_DAYS: u32 = 28;
const SURE_WEEKS: i64 = 4;

impl Pattern {
    /// How many days every period of a monthly or yearly rule has; `None` where that depends on the period.
    pub(super) fn even_day_count(&self) -> Option<i64> {
        let rule = &self.rule;
        if !rule.year_days.is_empty() || !rule.week_numbers.is_empty() {
            return None;
        }
        let months = match rule.frequency {
            Frequency::Monthly if rule.months == 0 => 1,
            Frequency::Yearly if rule.months != 0 => i64::from(rule.months.count_ones()),
            Frequency::Yearly if !rule.has_weekdays() => 12,
            _ => return None,
        };
        Some(months * days_of_any_month(rule)?)
    }
}

/// How many days the rule names in every month.
fn days_of_any_month(rule: &Rule) -> Option<i64> {
    let sure = |days: u32| days >> (SURE_DAYS + 1) == 0;
    match (rule.month_days, rule.month_days_from_end, rule.has_weekdays()) {
        (days, 0, false) | (0, days, false) if sure(days) => Some(i64::from(days.count_ones())),
        (0, 0, true) if rule.weekdays == 0 => {
            let ordinals = &rule.nth_weekdays;
            let from_start = ordinals
                .iter()
                .all(|(ordinal, _)| (1..=SURE_WEEKS).contains(ordinal));
            let from_end = ordinals
                .iter()
                .all(|(ordinal, _)| (-SURE_WEEKS..=-1).contains(ordinal));
            (from_start || from_end).then_some(ordinals.len() as i64)
        }
        _ => None,
    }
}
