//! Days of the proleptic Gregorian calendar as integers: days since 1970-01-01.

use jiff::civil::{Date, DateTime, Time};

/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;

/// Civil seconds that no rule goes beyond: the end of the year 9999, where RFC 5545's dates end.
pub(super) const CIVIL_END: i64 = day_number(10_000, 1, 1) * DAY;

/// The day number of a date. `month` is 1 to 12.
pub(super) const fn day_number(year: i64, month: u8, day: i64) -> i64 {
    // Years are counted from March, so that the leap day is a year's last day.
    let year = year - (month <= 2) as i64;
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month as i64 + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Year, month (1 to 12) and day of the month of a day number.
pub(super) const fn civil_day(day_number: i64) -> (i64, u8, i64) {
    let shifted = day_number + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = era * 400 + year_of_era + (month <= 2) as i64;
    (year, month as u8, day)
}

/// Day of the week: 0 is Monday, 6 is Sunday.
pub(super) const fn weekday(day_number: i64) -> u8 {
    (day_number + 3).rem_euclid(7) as u8
}

/// Whether the year has a 29th of February.
pub(super) const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// How many days the month (1 to 12) has.
pub(super) const fn month_length(year: i64, month: u8) -> u32 {
    match month {
        2 => 28 + is_leap(year) as u32,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The first day of the year's first week: the first week with at least four days in the year (RFC 5545 section
/// 3.3.10, `BYWEEKNO`). `week_start` is 0 for Monday.
pub(super) const fn first_week(year: i64, week_start: u8) -> i64 {
    week_of(day_number(year, 1, 4), week_start)
}

/// The first day of the week that the day falls into. `week_start` is 0 for Monday.
pub(super) const fn week_of(day_number: i64, week_start: u8) -> i64 {
    day_number - (weekday(day_number) as i64 - week_start as i64).rem_euclid(7)
}

/// The year whose numbered weeks hold the day.
pub(super) const fn week_year(day_number: i64, week_start: u8) -> i64 {
    let (year, _, _) = civil_day(day_number);
    if day_number < first_week(year, week_start) {
        year - 1
    } else if day_number >= first_week(year + 1, week_start) {
        year + 1
    } else {
        year
    }
}

/// The day number of a date.
pub(super) fn from_date(date: Date) -> i64 {
    day_number(i64::from(date.year()), date.month() as u8, i64::from(date.day()))
}

/// Civil seconds (seconds since 1970 on a clock that knows no zone) of a civil time; fractions are cut off.
pub(super) fn from_civil(civil: DateTime) -> i64 {
    let time = i64::from(civil.hour()) * 3600 + i64::from(civil.minute()) * 60 + i64::from(civil.second());
    from_date(civil.date()) * DAY + time
}

/// The civil time of civil seconds; beyond the years -9999 to 9999 it stops at the edge.
pub(super) fn to_civil(seconds: i64) -> DateTime {
    let (year, month, day) = civil_day(seconds.div_euclid(DAY));
    let edge = if seconds < 0 { DateTime::MIN } else { DateTime::MAX };
    let of_day = seconds.rem_euclid(DAY);
    let date = i16::try_from(year)
        .ok()
        .and_then(|year| Date::new(year, month as i8, day as i8).ok());
    let time = Time::new(
        (of_day / 3600) as i8,
        (of_day / 60 % 60) as i8,
        (of_day % 60) as i8,
        0,
    );
    match (date, time) {
        (Some(date), Ok(time)) => date.to_datetime(time),
        _ => edge,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_agree_with_the_calendar_from_1600_to_2400() {
        let mut date = jiff::civil::date(1600, 1, 1);
        let mut number = from_date(date);
        assert_eq!(from_date(jiff::civil::date(1970, 1, 1)), 0);
        while date.year() < 2400 {
            let parts = (i64::from(date.year()), date.month() as u8, i64::from(date.day()));
            assert_eq!(civil_day(number), parts);
            assert_eq!(day_number(parts.0, parts.1, parts.2), number);
            assert_eq!(weekday(number), date.weekday().to_monday_zero_offset() as u8);
            let week = date.iso_week_date();
            assert_eq!(week_year(number, 0), i64::from(week.year()));
            assert_eq!(
                (number - first_week(week_year(number, 0), 0)) / 7 + 1,
                i64::from(week.week())
            );
            date = date.tomorrow().unwrap();
            number += 1;
        }
    }

    #[test]
    fn civil_seconds_come_back() {
        for text in [
            "2026-03-29T02:30:07",
            "1969-12-31T23:59:59",
            "0001-01-01T00:00:00",
            "9999-12-31T23:59:59",
        ] {
            let civil: DateTime = text.parse().unwrap();
            assert_eq!(to_civil(from_civil(civil)), civil);
        }
    }
}
