//! Dates and times as iCalendar writes them (RFC 5545 sections 3.3.4, 3.3.5 and 3.3.6).

use jiff::{
    SignedDuration,
    civil::{Date, DateTime, Time},
};

/// A date or a date with a time, in the form that it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Date(Date),
    Local(DateTime),
    Utc(DateTime),
}

/// Reads `20261231`, `20261231T090000` or `20261231T090000Z`; also with the separators of ISO 8601 and without
/// seconds, as some producers write. Second 60 is read as 59 (RFC 5545 section 3.3.12).
pub(crate) fn read(text: &str) -> Option<Value> {
    let text = text.trim();
    let (text, utc) = match text.strip_suffix(['Z', 'z']) {
        Some(text) => (text, true),
        None => (text, false),
    };
    let (date, time) = match text.split_once(['T', 't']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let (date, 8) = digits(date, b'-')? else {
        return None;
    };
    let year = i16::from(two(date, 0)) * 100 + i16::from(two(date, 2));
    let date = Date::new(year, two(date, 4), two(date, 6)).ok()?;
    let Some(time) = time.filter(|time| !time.is_empty()) else {
        return Some(Value::Date(date));
    };
    // Seconds that are missing are zero: digits that were not there are read as such.
    let (time, 4 | 6) = digits(time, b':')? else {
        return None;
    };
    let time = Time::new(two(time, 0), two(time, 2), two(time, 4).min(59), 0).ok()?;
    let civil = date.to_datetime(time);
    Some(if utc {
        Value::Utc(civil)
    } else {
        Value::Local(civil)
    })
}

/// A `DURATION`: nominal days (weeks are seven of them) and the exact rest.
pub(crate) fn read_duration(text: &str) -> Option<(i32, SignedDuration)> {
    let text = text.trim().to_ascii_uppercase();
    let (negative, rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, &text[..]),
    };
    let rest = rest.strip_prefix('P')?;
    let (mut days, mut seconds, mut pending, mut parts) = (0_i64, 0_i64, String::new(), 0);
    let mut in_time = false;
    for letter in rest.chars() {
        if letter == 'T' && pending.is_empty() {
            in_time = true;
            continue;
        }
        if letter.is_ascii_digit() {
            pending.push(letter);
            continue;
        }
        let amount: i64 = pending.parse::<i32>().ok()?.into();
        match (letter, in_time) {
            ('W', false) => days += 7 * amount,
            ('D', false) => days += amount,
            ('H', true) => seconds += 3600 * amount,
            ('M', true) => seconds += 60 * amount,
            ('S', true) => seconds += amount,
            _ => return None,
        }
        pending.clear();
        parts += 1;
    }
    if !pending.is_empty() || parts == 0 {
        return None;
    }
    let sign = if negative { -1 } else { 1 };
    Some((
        i32::try_from(sign * days).ok()?,
        SignedDuration::from_secs(sign * seconds),
    ))
}

/// The digits of a text that has nothing else but separators, and how many there are, at most eight.
fn digits(text: &str, separator: u8) -> Option<([i8; 8], usize)> {
    let (mut digits, mut count) = ([0; 8], 0);
    for byte in text.bytes().filter(|&byte| byte != separator) {
        *digits.get_mut(count)? = byte.is_ascii_digit().then(|| (byte - b'0') as i8)?;
        count += 1;
    }
    Some((digits, count))
}

/// The number that two digits make.
const fn two(digits: [i8; 8], at: usize) -> i8 {
    digits[at] * 10 + digits[at + 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Option<&str>) {
        assert_eq!(
            read(text).map(|value| format!("{value:?}")).as_deref(),
            expect,
            "{text}"
        );
    }

    #[test]
    fn dates_and_times_are_read_in_every_form() {
        check("20261231", Some("Date(2026-12-31)"));
        check("20261231T090000", Some("Local(2026-12-31T09:00:00)"));
        check("20261231T090000Z", Some("Utc(2026-12-31T09:00:00)"));
        check("2026-12-31T09:00:00Z", Some("Utc(2026-12-31T09:00:00)"));
        check("20261231T0900", Some("Local(2026-12-31T09:00:00)"));
        check("20261231T235960Z", Some("Utc(2026-12-31T23:59:59)"));
        for wrong in [
            "",
            "2026123",
            "20261331",
            "20260230T000000",
            "20261231T25",
            "tomorrow",
            "20261231T090000+0100",
        ] {
            check(wrong, None);
        }
    }

    #[test]
    fn durations_keep_days_apart_from_hours() {
        let read = |text| read_duration(text).map(|(days, exact)| (days, exact.as_secs()));
        assert_eq!(read("P1DT2H30M"), Some((1, 9000)));
        assert_eq!(read("P2W"), Some((14, 0)));
        assert_eq!(read("PT24H"), Some((0, 86400)));
        assert_eq!(read("-PT15M"), Some((0, -900)));
        assert_eq!(read("+P1D"), Some((1, 0)));
        for wrong in ["", "P", "PT", "1D", "P1H", "PT1D", "PD", "P1", "P99999999999D"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
