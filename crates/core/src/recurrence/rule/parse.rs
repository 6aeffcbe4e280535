//! Reading a rule. A part that is out of range is an error that names it; nothing is guessed.

use std::{borrow::Cow, ops::RangeInclusive};

use super::{Frequency, Rule, Until};
use crate::recurrence::{RecurrenceError, value};

const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

impl Rule {
    /// Reads the value of an `RRULE` or `EXRULE`. Names may have any case; a trailing `;` is accepted because Google
    /// Calendar has sent it, and so is anything else without a `=`.
    pub(in crate::recurrence) fn parse(text: &str) -> Result<Self, RecurrenceError> {
        let mut rule = Self::empty();
        let mut frequency = None;
        let text = if text.bytes().any(|byte| byte.is_ascii_lowercase()) {
            Cow::Owned(text.to_ascii_uppercase())
        } else {
            Cow::Borrowed(text)
        };
        let mut seen = Vec::with_capacity(8);
        for part in text.split(';') {
            // A part without a value says nothing; broken exports contain such.
            let Some((name, value)) = part.split_once('=') else {
                continue;
            };
            let (name, value) = (name.trim(), value.trim());
            if seen.contains(&name) {
                return Err(RecurrenceError::UnknownPart {
                    part: name.to_owned(),
                });
            }
            if name == "FREQ" {
                frequency = Some(read_frequency(value)?);
            } else {
                rule.read_part(name, value)?;
            }
            seen.push(name);
        }
        rule.frequency = frequency.ok_or(RecurrenceError::NoFrequency)?;
        Ok(rule)
    }

    fn empty() -> Self {
        Self {
            frequency: Frequency::Daily,
            interval: 1,
            count: None,
            until: None,
            seconds: 0,
            minutes: 0,
            hours: 0,
            weekdays: 0,
            nth_weekdays: Vec::new(),
            month_days: 0,
            month_days_from_end: 0,
            year_days: Vec::new(),
            week_numbers: Vec::new(),
            months: 0,
            positions: Vec::new(),
            week_start: 0,
        }
    }

    fn read_part(&mut self, name: &str, value: &str) -> Result<(), RecurrenceError> {
        match name {
            "INTERVAL" => self.interval = read_positive("INTERVAL", value)?,
            "COUNT" => self.count = Some(read_positive("COUNT", value)?.unsigned_abs()),
            "UNTIL" => self.until = Some(read_until(value)?),
            "WKST" => {
                let known = WEEKDAYS.iter().position(|&day| day == value);
                self.week_start = known.ok_or_else(|| invalid("WKST", value, "one of MO to SU"))? as u8;
            }
            "BYSECOND" => {
                // Second 60 is a leap second, read as second 59 (RFC 5545 section 3.3.12).
                let seconds = Numbers::up("BYSECOND", 0..=60, "seconds from 0 to 60").read(value)?;
                self.seconds = bits(seconds.into_iter().map(|second| second.min(59)));
            }
            "BYMINUTE" => {
                self.minutes = bits(Numbers::up("BYMINUTE", 0..=59, "minutes from 0 to 59").read(value)?);
            }
            "BYHOUR" => {
                self.hours = bits(Numbers::up("BYHOUR", 0..=23, "hours from 0 to 23").read(value)?) as u32;
            }
            "BYDAY" => self.read_weekdays(value)?,
            "BYMONTHDAY" => {
                let days =
                    Numbers::both_ways("BYMONTHDAY", 31, "days from 1 to 31 or -31 to -1").read(value)?;
                self.month_days = bits(days.iter().copied().filter(|&day| day > 0)) as u32;
                self.month_days_from_end = bits(days.iter().filter(|&&day| day < 0).map(|day| -day)) as u32;
            }
            "BYYEARDAY" => {
                let days = Numbers::both_ways("BYYEARDAY", 366, "days from 1 to 366 or -366 to -1");
                self.year_days = days.read(value)?;
            }
            "BYWEEKNO" => {
                let weeks = Numbers::both_ways("BYWEEKNO", 53, "weeks from 1 to 53 or -53 to -1");
                self.week_numbers = weeks.read(value)?;
            }
            "BYMONTH" => {
                self.months = bits(Numbers::up("BYMONTH", 1..=12, "months from 1 to 12").read(value)?) as u16;
            }
            "BYSETPOS" => {
                let positions = Numbers::both_ways("BYSETPOS", 366, "positions from 1 to 366 or -366 to -1");
                self.positions = positions.read(value)?;
            }
            // RFC 7529: only the Gregorian calendar that leaves out invalid dates, which is what RFC 5545 means.
            "RSCALE" if value == "GREGORIAN" => {}
            "RSCALE" => return Err(invalid("RSCALE", value, "GREGORIAN")),
            "SKIP" if value == "OMIT" => {}
            "SKIP" => return Err(invalid("SKIP", value, "OMIT")),
            _ if name.starts_with("X-") => {}
            _ => {
                return Err(RecurrenceError::UnknownPart {
                    part: name.to_owned(),
                });
            }
        }
        Ok(())
    }

    fn read_weekdays(&mut self, value: &str) -> Result<(), RecurrenceError> {
        let expected = "weekdays such as MO, 1FR or -1SU, with ordinals from -53 to 53";
        for item in value.split(',').map(str::trim) {
            let fault = || invalid("BYDAY", item, expected);
            let at = item
                .len()
                .checked_sub(2)
                .filter(|&at| item.is_char_boundary(at))
                .ok_or_else(fault)?;
            let (ordinal, day) = item.split_at(at);
            let day = WEEKDAYS
                .iter()
                .position(|&known| known == day)
                .ok_or_else(fault)? as u8;
            if ordinal.is_empty() {
                self.weekdays |= 1 << day;
                continue;
            }
            let ordinal: i64 = ordinal.parse().map_err(|_| fault())?;
            if !(1..=53).contains(&ordinal.abs()) {
                return Err(fault());
            }
            self.nth_weekdays.push((ordinal, day));
        }
        self.nth_weekdays.sort_unstable();
        self.nth_weekdays.dedup();
        Ok(())
    }
}

/// A list of numbers that a part may have.
struct Numbers {
    part: &'static str,
    sizes: RangeInclusive<i64>,
    /// Whether negative numbers count from the end.
    signed: bool,
    expected: &'static str,
}

impl Numbers {
    const fn up(part: &'static str, sizes: RangeInclusive<i64>, expected: &'static str) -> Self {
        Self {
            part,
            sizes,
            signed: false,
            expected,
        }
    }

    const fn both_ways(part: &'static str, most: i64, expected: &'static str) -> Self {
        Self {
            part,
            sizes: 1..=most,
            signed: true,
            expected,
        }
    }

    /// The numbers in order, each once.
    fn read(&self, value: &str) -> Result<Vec<i64>, RecurrenceError> {
        let read = |item: &str| {
            let number = item.trim().parse::<i64>().ok()?;
            let size = if self.signed {
                number.checked_abs()?
            } else {
                number
            };
            self.sizes.contains(&size).then_some(number)
        };
        let items = value.split(',');
        let mut numbers: Vec<i64> = items
            .map(|item| read(item).ok_or_else(|| invalid(self.part, item, self.expected)))
            .collect::<Result<_, _>>()?;
        numbers.sort_unstable();
        numbers.dedup();
        Ok(numbers)
    }
}

fn read_frequency(value: &str) -> Result<Frequency, RecurrenceError> {
    Ok(match value {
        "SECONDLY" => Frequency::Secondly,
        "MINUTELY" => Frequency::Minutely,
        "HOURLY" => Frequency::Hourly,
        "DAILY" => Frequency::Daily,
        "WEEKLY" => Frequency::Weekly,
        "MONTHLY" => Frequency::Monthly,
        "YEARLY" => Frequency::Yearly,
        _ => {
            return Err(invalid(
                "FREQ",
                value,
                "one of SECONDLY, MINUTELY, HOURLY, DAILY, WEEKLY, MONTHLY, YEARLY",
            ));
        }
    })
}

fn read_positive(part: &'static str, value: &str) -> Result<i64, RecurrenceError> {
    let number = value.parse::<u32>().ok().filter(|&number| number > 0);
    number
        .map(i64::from)
        .ok_or_else(|| invalid(part, value, "a whole number from 1"))
}

fn read_until(value: &str) -> Result<Until, RecurrenceError> {
    match value::read(value) {
        Some(value::Value::Date(date)) => Ok(Until::Date(date)),
        Some(value::Value::Local(civil)) => Ok(Until::Local(civil)),
        Some(value::Value::Utc(civil)) => Ok(Until::Utc(civil)),
        None => Err(invalid(
            "UNTIL",
            value,
            "a form such as 20261231 or 20261231T090000Z",
        )),
    }
}

fn bits(numbers: impl IntoIterator<Item = i64>) -> u64 {
    numbers.into_iter().fold(0, |all, number| all | 1 << number)
}

fn invalid(part: &'static str, value: &str, expected: &'static str) -> RecurrenceError {
    let value = value.chars().take(60).collect();
    RecurrenceError::InvalidPart {
        part,
        value,
        expected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        assert_eq!(Rule::parse(text).unwrap_err().to_string(), expect);
    }

    #[test]
    fn faults_name_their_part() {
        check("COUNT=3", "the rule has no FREQ");
        check(
            "FREQ=DAILY;COUNT=0",
            "COUNT=0 is not valid: a whole number from 1",
        );
        check(
            "FREQ=DAILY;INTERVAL=-1",
            "INTERVAL=-1 is not valid: a whole number from 1",
        );
        check(
            "FREQ=DAILY;BYHOUR=9,24",
            "BYHOUR=24 is not valid: hours from 0 to 23",
        );
        check(
            "FREQ=MONTHLY;BYMONTHDAY=0",
            "BYMONTHDAY=0 is not valid: days from 1 to 31 or -31 to -1",
        );
        check(
            "FREQ=DAILY;BYEASTER=1",
            "BYEASTER is not a rule part, or is given twice",
        );
        check(
            "FREQ=DAILY;COUNT=1;COUNT=2",
            "COUNT is not a rule part, or is given twice",
        );
        check(
            "FREQ=DAILY;UNTIL=2026",
            "UNTIL=2026 is not valid: a form such as 20261231 or 20261231T090000Z",
        );
        let expected = "weekdays such as MO, 1FR or -1SU, with ordinals from -53 to 53";
        check(
            "FREQ=WEEKLY;BYDAY=MON",
            &format!("BYDAY=MON is not valid: {expected}"),
        );
        check(
            "FREQ=WEEKLY;BYDAY=é",
            &format!("BYDAY=É is not valid: {expected}").replace('É', "é"),
        );
    }

    #[test]
    fn parts_may_come_in_any_order_and_case() {
        let rule = Rule::parse("byday=mo,-1fr;bymonthday=1,-1;freq=Monthly;").unwrap();
        assert_eq!((rule.weekdays, &rule.nth_weekdays[..]), (1, &[(-1, 4)][..]));
        assert_eq!((rule.month_days, rule.month_days_from_end), (2, 2));
    }
}
