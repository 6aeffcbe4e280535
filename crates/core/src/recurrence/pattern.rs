//! A rule together with its series' start: which days each of its periods has.
//!
//! What a rule leaves open comes from the start (RFC 5545 section 3.3.10): the weekday of a weekly rule, the day of
//! the month of a monthly one, the time of day.

mod complete;
mod month;
mod times;

pub(super) use times::{times_of_hour, times_of_minute};

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
        complete::days(&mut rule, start.div_euclid(DAY));
        complete::times(&mut rule, start.rem_euclid(DAY));
        let period = match rule.frequency {
            Frequency::Yearly if rule.week_numbers.is_empty() => Period::Year,
            Frequency::Yearly => Period::WeekYear,
            Frequency::Monthly => Period::Month,
            Frequency::Weekly => Period::Week,
            _ => Period::Day,
        };
        let times = times::times_of_day(&rule);
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

    /// The first day of a week by its number.
    pub(super) fn first_day_of_week(&self, period: i64) -> i64 {
        period * 7 - 3 + i64::from(self.rule.week_start)
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
            if rule.has_month_days() && month::month_day_bits(rule, year, month) & (1 << (of_month - 1)) == 0
            {
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
        let mut set = DaySet::of_bits(self.first_day_of_week(period), 0x7f);
        set.retain(|day| self.allows_day(day));
        set
    }

    /// The days of a month that `BYMONTH`, `BYMONTHDAY` and `BYDAY` name; bit 0 is the first of the month.
    fn days_of_month(&self, year: i64, month: u8) -> u32 {
        let rule = &self.rule;
        if rule.months != 0 && rule.months & (1 << month) == 0 {
            return 0;
        }
        let mut bits = month::month_day_bits(rule, year, month);
        if rule.has_weekdays() {
            bits &= month::weekday_bits(rule, year, month);
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
                month::month_day_bits(rule, year, month)
            } else {
                self.days_of_month(year, month)
            };
            set.insert_bits(days::day_number(year, month, 1), bits);
        }
        if by_year {
            let length = days::day_number(year + 1, 1, 1) - first;
            set.retain(|day| month::is_weekday_of_span(rule, day, first, length));
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
