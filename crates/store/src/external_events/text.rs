//! Civil times as the table keeps them: `2026-03-29T09:00:00[Europe/Zurich]`, `2026-03-29T09:00:00` when floating,
//! `2026-03-29` for a day; ends also as `P1DT5400.5S`, days on the calendar and seconds on the clock.

use jiff::{
    SignedDuration,
    civil::{Date, DateTime},
};
use kalends_core::{
    external_event::EventEnd,
    time::{EventTime, Zone},
};

pub(super) fn time_text(time: &EventTime) -> String {
    match time {
        EventTime::Zoned { civil, zone } => format!("{civil}[{}]", zone.name()),
        EventTime::Floating(civil) => civil.to_string(),
        EventTime::Date(date) => date.to_string(),
    }
}

pub(super) fn parse_time(text: &str) -> Option<EventTime> {
    if let Some((civil, zone)) = text.strip_suffix(']').and_then(|text| text.split_once('[')) {
        return Some(EventTime::Zoned {
            civil: civil.parse().ok()?,
            zone: Zone::named(zone).ok()?,
        });
    }
    if text.contains('T') {
        return text.parse::<DateTime>().ok().map(EventTime::Floating);
    }
    text.parse::<Date>().ok().map(EventTime::Date)
}

pub(super) fn end_text(end: &EventEnd) -> String {
    match end {
        EventEnd::At(time) => time_text(time),
        EventEnd::After { days, exact } => {
            let sign = if exact.is_negative() { "-" } else { "" };
            let (seconds, nanos) = (
                exact.as_secs().unsigned_abs(),
                exact.subsec_nanos().unsigned_abs(),
            );
            format!("P{days}DT{sign}{seconds}.{nanos:09}S")
        }
    }
}

pub(super) fn parse_end(text: &str) -> Option<EventEnd> {
    let Some(duration) = text.strip_prefix('P') else {
        return parse_time(text).map(EventEnd::At);
    };
    let (days, exact) = duration.strip_suffix('S')?.split_once("DT")?;
    let (negative, exact) = exact
        .strip_prefix('-')
        .map_or((false, exact), |exact| (true, exact));
    let (seconds, nanos) = exact.split_once('.')?;
    let exact = SignedDuration::new(seconds.parse().ok()?, nanos.parse().ok()?);
    Some(EventEnd::After {
        days: days.parse().ok()?,
        exact: if negative { -exact } else { exact },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str) {
        let time = parse_time(text).unwrap();
        assert_eq!(time_text(&time), text);
    }

    #[track_caller]
    fn check_duration(days: i32, exact: SignedDuration) {
        let end = EventEnd::After { days, exact };
        assert_eq!(parse_end(&end_text(&end)), Some(end));
    }

    #[test]
    fn times_round_trip() {
        check("2026-03-29T09:00:00[Europe/Zurich]");
        check("2026-03-29T09:00:00.5[UTC]");
        check("2026-03-29T09:00:00[<+0100>-1<+0200>,M3.5.0/2:00:00,M10.5.0/3:00:00]");
        check("2026-03-29T09:00:00");
        check("2026-03-29");
        check_duration(0, SignedDuration::ZERO);
        check_duration(1, SignedDuration::new(5400, 500_000_000));
        check_duration(-2, SignedDuration::new(-3, -250_000_000));
        check_duration(7, SignedDuration::new(0, -1));
    }

    #[test]
    fn nonsense_is_no_time() {
        for text in [
            "",
            "tomorrow",
            "2026-13-01",
            "2026-03-29T09:00[Mars/Olympus]",
            "2026-03-29T09:00[",
        ] {
            assert_eq!(parse_time(text), None, "{text}");
        }
        assert_eq!(parse_end("P1D"), None);
    }
}
