//! The days of a month, or of a longer span, that `BYMONTHDAY` and `BYDAY` name.

use crate::recurrence::{days, rule::Rule};

/// The days of a month that `BYMONTHDAY` names, all without it; bit 0 is the first of the month.
pub(super) fn month_day_bits(rule: &Rule, year: i64, month: u8) -> u32 {
    let length = days::month_length(year, month);
    let all = u32::MAX >> (32 - length);
    if !rule.has_month_days() {
        return all;
    }
    // Mirrored, bit 1 from the end stands at bit 30; the month's last day is bit `length - 1`.
    let from_end = rule.month_days_from_end.reverse_bits() >> (31 - length);
    (rule.month_days >> 1 | from_end) & all
}

/// The days of a month that `BYDAY` names, ordinals counted within the month; bit 0 is the first of the month.
pub(super) fn weekday_bits(rule: &Rule, year: i64, month: u8) -> u32 {
    const EVERY_SEVENTH: u64 = 1 | 1 << 7 | 1 << 14 | 1 << 21 | 1 << 28;
    let length = days::month_length(year, month);
    let first = days::weekday(days::day_number(year, month, 1));
    // Turned so that bit 0 is the weekday of the first, and then for every week of the month.
    let weekdays = u64::from(rule.weekdays);
    let turned = (weekdays >> first | weekdays << (7 - first)) & 0x7f;
    let mut bits = turned * EVERY_SEVENTH;
    for &(ordinal, weekday) in &rule.nth_weekdays {
        let earliest = i64::from((weekday + 7 - first) % 7);
        let total = (i64::from(length) - earliest + 6) / 7;
        let place = if ordinal > 0 { ordinal - 1 } else { total + ordinal };
        if (0..total).contains(&place) {
            bits |= 1 << (earliest + place * 7);
        }
    }
    bits as u32 & (u32::MAX >> (32 - length))
}

/// Whether `BYDAY` names the day, ordinals counted within the span of days.
pub(super) fn is_weekday_of_span(rule: &Rule, day: i64, first: i64, length: i64) -> bool {
    let weekday = days::weekday(day);
    let (from_start, from_end) = ((day - first) / 7 + 1, -((first + length - 1 - day) / 7 + 1));
    rule.weekdays & (1 << weekday) != 0
        || rule.nth_weekdays.contains(&(from_start, weekday))
        || rule.nth_weekdays.contains(&(from_end, weekday))
}
