//! A rule together with its series' start: which days each of its periods has.
//!
//! What a rule leaves open comes from the start (RFC 5545 section 3.3.10): the weekday of a weekly rule, the day of
//! the month of a monthly one, the time of day.

use super::{
    day_set::DaySet,
    days::{self, DAY},
    rule::{Frequency, Rule},
};

/// A completed rule that counts its periods from the series' start.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    /// The rule with everything filled in from the start.
    pub(super) rule: Rule,
    /// Civil second of the series' start.
    pub(super) start: i64,
    /// Seconds of the day, for rules whose period is a day or longer.
    pub(super) times: Vec<i64>,
    /// The number of the period from which `INTERVAL` counts.
    pub(super) origin: i64,
    period: Period,
}

/// What the day sets of a rule cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Period {
    Day,
    Week,
    Month,
    Year,
    /// The numbered weeks of a year, which begin in the last days of December or the first of January.
    WeekYear,
}

impl Pattern {
    /// Completes a rule; an all-day start ignores the parts that name a time of day.
    pub(super) fn new(rule: &Rule, start: i64, all_day: bool) -> Self {
        let mut rule = rule.clone();
        if all_day {
            (rule.hours, rule.minutes, rule.seconds) = (0, 0, 0);
        }
        complete_days(&mut rule, start.div_euclid(DAY));
        complete_times(&mut rule, start.rem_euclid(DAY));
        let period = match rule.frequency {
            Frequency::Yearly if rule.week_numbers.is_empty() => Period::Year,
            Frequency::Yearly => Period::WeekYear,
            Frequency::Monthly => Period::Month,
            Frequency::Weekly => Period::Week,
            _ => Period::Day,
        };
        let times = times_of_day(&rule);
        let mut pattern = Self {
            rule,
            start,
            times,
            origin: 0,
            period,
        };
        pattern.origin = pattern.find_origin(start.div_euclid(DAY));
        pattern
    }

    /// A start in the days around New Year belongs to the numbered weeks of one year and to the calendar of another.
    /// It counts as the year whose weeks it continues, and as the calendar's where those weeks have nothing left.
    fn find_origin(&self, start_day: i64) -> i64 {
        let period = self.period_of(start_day);
        let (year, _, _) = days::civil_day(start_day);
        let undecided = self.period == Period::WeekYear && period != year;
        if undecided && self.days_of(period).days().all(|day| day < start_day) {
            year
        } else {
            period
        }
    }

    /// The number of the period that holds the day; consecutive periods have consecutive numbers.
    pub(super) fn period_of(&self, day: i64) -> i64 {
        match self.period {
            Period::Day => day,
            Period::Week => (day + 3 - i64::from(self.rule.week_start)).div_euclid(7),
            Period::Month => {
                let (year, month, _) = days::civil_day(day);
                year * 12 + i64::from(month) - 1
            }
            Period::Year => days::civil_day(day).0,
            Period::WeekYear => days::week_year(day, self.rule.week_start),
        }
    }

    /// The days of a period that the rule names, whatever the start.
    pub(super) fn days_of(&self, period: i64) -> DaySet {
        match self.period {
            Period::Day => DaySet::of_bits(period, u64::from(self.allows_day(period))),
            Period::Week => self.days_of_week(period),
            Period::Month => {
                let (year, month) = (period.div_euclid(12), period.rem_euclid(12) as u8 + 1);
                let first = days::day_number(year, month, 1);
                let mut set = DaySet::of_bits(first, u64::from(self.days_of_month(year, month)));
                self.retain_numbered(&mut set);
                set
            }
            Period::Year => self.days_of_year(period),
            Period::WeekYear => self.days_of_week_year(period),
        }
    }

    /// Whether every period after the first has as many days as any other.
    pub(super) fn is_even(&self) -> bool {
        match self.period {
            Period::Day => !self.limits_days(),
            Period::Week => {
                let rule = &self.rule;
                rule.months == 0
                    && !rule.has_month_days()
                    && rule.year_days.is_empty()
                    && rule.week_numbers.is_empty()
            }
            Period::Month | Period::Year | Period::WeekYear => false,
        }
    }

    /// Whether any part leaves days out.
    pub(super) fn limits_days(&self) -> bool {
        let rule = &self.rule;
        rule.weekdays != 0
            || rule.months != 0
            || rule.has_month_days()
            || !rule.year_days.is_empty()
            || !rule.week_numbers.is_empty()
    }

    /// Whether the day passes every part that limits days (the "Limit" column of RFC 5545 section 3.3.10).
    pub(super) fn allows_day(&self, day: i64) -> bool {
        let rule = &self.rule;
        if rule.weekdays != 0 && rule.weekdays & (1 << days::weekday(day)) == 0 {
            return false;
        }
        if rule.months != 0 || rule.has_month_days() {
            let (year, month, of_month) = days::civil_day(day);
            if rule.months != 0 && rule.months & (1 << month) == 0 {
                return false;
            }
            if rule.has_month_days() && month_day_bits(rule, year, month) & (1 << (of_month - 1)) == 0 {
                return false;
            }
        }
        self.allows_number(day)
    }

    /// Whether the day passes `BYYEARDAY` and `BYWEEKNO`.
    fn allows_number(&self, day: i64) -> bool {
        let rule = &self.rule;
        if !rule.year_days.is_empty() {
            let (year, _, _) = days::civil_day(day);
            let (first, next) = (days::day_number(year, 1, 1), days::day_number(year + 1, 1, 1));
            let (from_start, from_end) = (day - first + 1, day - next);
            if !rule.year_days.contains(&from_start) && !rule.year_days.contains(&from_end) {
                return false;
            }
        }
        if !rule.week_numbers.is_empty() {
            let year = days::week_year(day, rule.week_start);
            let first = days::first_week(year, rule.week_start);
            let next = days::first_week(year + 1, rule.week_start);
            let (from_start, from_end) = ((day - first) / 7 + 1, (day - next).div_euclid(7));
            return rule.week_numbers.contains(&from_start) || rule.week_numbers.contains(&from_end);
        }
        true
    }

    fn retain_numbered(&self, set: &mut DaySet) {
        if !self.rule.year_days.is_empty() || !self.rule.week_numbers.is_empty() {
            set.retain(|day| self.allows_number(day));
        }
    }

    fn days_of_week(&self, period: i64) -> DaySet {
        let week_start = self.rule.week_start;
        let first = period * 7 - 3 + i64::from(week_start);
        let weekdays = if self.rule.weekdays == 0 {
            0x7f
        } else {
            u64::from(self.rule.weekdays)
        };
        // Turned so that bit 0 is the first day of the week.
        let turned = (weekdays >> week_start | weekdays << (7 - week_start)) & 0x7f;
        let mut set = DaySet::of_bits(first, turned);
        if !self.is_even() {
            set.retain(|day| self.allows_day(day));
        }
        set
    }

    /// The days of a month that `BYMONTH`, `BYMONTHDAY` and `BYDAY` name; bit 0 is the first of the month.
    fn days_of_month(&self, year: i64, month: u8) -> u32 {
        let rule = &self.rule;
        if rule.months != 0 && rule.months & (1 << month) == 0 {
            return 0;
        }
        let mut bits = month_day_bits(rule, year, month);
        if rule.has_weekdays() {
            bits &= weekday_bits(rule, year, month);
        }
        bits
    }

    fn days_of_year(&self, year: i64) -> DaySet {
        let rule = &self.rule;
        let first = days::day_number(year, 1, 1);
        let mut set = DaySet::from(first);
        // Ordinals count within the month when the rule names months, else within the year.
        let by_year = rule.months == 0 && !rule.nth_weekdays.is_empty();
        for month in 1..=12 {
            let bits = if by_year {
                month_day_bits(rule, year, month)
            } else {
                self.days_of_month(year, month)
            };
            set.insert_bits(days::day_number(year, month, 1), bits);
        }
        if by_year {
            let length = days::day_number(year + 1, 1, 1) - first;
            set.retain(|day| is_weekday_of_span(rule, day, first, length));
        }
        self.retain_numbered(&mut set);
        set
    }

    fn days_of_week_year(&self, year: i64) -> DaySet {
        let rule = &self.rule;
        let first = days::first_week(year, rule.week_start);
        let weeks = (days::first_week(year + 1, rule.week_start) - first) / 7;
        let mut set = DaySet::from(first);
        for &number in &rule.week_numbers {
            let week = if number > 0 { number - 1 } else { weeks + number };
            if (0..weeks).contains(&week) {
                set.insert_bits(first + week * 7, 0x7f);
            }
        }
        set.retain(|day| self.allows_day(day));
        set
    }
}

/// Fills in which days are meant when the rule does not say.
fn complete_days(rule: &mut Rule, start_day: i64) {
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
fn complete_times(rule: &mut Rule, time: i64) {
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

/// Every time of day that the rule names, in seconds, in order; none for rules of shorter periods.
fn times_of_day(rule: &Rule) -> Vec<i64> {
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
pub(super) fn times_of_hour(rule: &Rule) -> Vec<i64> {
    let mut times = Vec::new();
    for minute in (0..60).filter(|minute| rule.minutes & (1 << minute) != 0) {
        times.extend(times_of_minute(rule).map(|second| minute * 60 + second));
    }
    times
}

/// The seconds of a minute that the rule names, in order.
pub(super) fn times_of_minute(rule: &Rule) -> impl Iterator<Item = i64> {
    (0..60).filter(|second| rule.seconds & (1 << second) != 0)
}

/// The days of a month that `BYMONTHDAY` names, all without it; bit 0 is the first of the month.
fn month_day_bits(rule: &Rule, year: i64, month: u8) -> u32 {
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
fn weekday_bits(rule: &Rule, year: i64, month: u8) -> u32 {
    const EVERY_SEVENTH: u64 = 1 | 1 << 7 | 1 << 14 | 1 << 21 | 1 << 28 | 1 << 35;
    let length = days::month_length(year, month);
    let first = days::weekday(days::day_number(year, month, 1));
    let mut bits = 0_u64;
    for weekday in (0..7).filter(|weekday| rule.weekdays & (1 << weekday) != 0) {
        bits |= EVERY_SEVENTH << ((weekday + 7 - first) % 7);
    }
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
fn is_weekday_of_span(rule: &Rule, day: i64, first: i64, length: i64) -> bool {
    let weekday = days::weekday(day);
    let (from_start, from_end) = ((day - first) / 7 + 1, -((first + length - 1 - day) / 7 + 1));
    rule.weekdays & (1 << weekday) != 0
        || rule.nth_weekdays.contains(&(from_start, weekday))
        || rule.nth_weekdays.contains(&(from_end, weekday))
}
