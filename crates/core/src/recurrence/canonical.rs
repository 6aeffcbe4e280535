//! One way to write recurrence lines, for telling whether two sets of them mean the same.
//!
//! Providers write rules anew: parts in another order, `UNTIL` in UTC, one `EXDATE` line for each date, defaults left
//! out. The content hash of events stands on this form.

use std::collections::BTreeSet;

use jiff::{Timestamp, civil::Time};

use super::{
    RecurrenceSet,
    set::ExtraDate,
    value::{self, Value},
};
use crate::{
    external_event::EventEnd,
    time::{EventTime, Zone},
};

/// The lines in canonical form, sorted, each once; what cannot be read stays as it is. `start` is the master's start.
pub fn canonical(lines: &[String], start: &EventTime) -> Vec<String> {
    let canonical: BTreeSet<String> = lines
        .iter()
        .flat_map(|line| canonical_line(line, start))
        .collect();
    canonical.into_iter().collect()
}

fn canonical_line(line: &str, start: &EventTime) -> Vec<String> {
    let as_it_is = || vec![line.trim().to_owned()];
    let (set, faults) = RecurrenceSet::read(&[line.to_owned()], start);
    let Some((name, text)) = line.trim().split_once(':') else {
        return as_it_is();
    };
    let name = name
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_uppercase();
    match name.as_str() {
        _ if !faults.is_empty() => as_it_is(),
        "RRULE" | "EXRULE" => vec![format!("{name}:{}", rule(text, start))],
        "EXDATE" => set
            .excluded
            .iter()
            .map(|at| format!("{name}:{}", point(at, start)))
            .collect(),
        "RDATE" => set
            .dates
            .iter()
            .map(|date| format!("{name}:{}", extra(date, start)))
            .collect(),
        _ => as_it_is(),
    }
}

fn rule(text: &str, start: &EventTime) -> String {
    let mut parts: Vec<String> = Vec::new();
    for part in text.to_ascii_uppercase().split(';') {
        let Some((name, value)) = part.split_once('=') else {
            continue;
        };
        let (name, value) = (name.trim(), value.trim());
        let value = match name {
            "UNTIL" => until(value, start),
            _ if name.starts_with("BY") => list(value),
            _ => value.to_owned(),
        };
        // The defaults of RFC 5545 section 3.3.10.
        let is_default = matches!((name, value.as_str()), ("INTERVAL", "1") | ("WKST", "MO"));
        if !is_default {
            parts.push(format!("{name}={value}"));
        }
    }
    parts.sort();
    parts.join(";")
}

/// The values of a list, each once: `+1MO` is `1MO`.
fn list(value: &str) -> String {
    let values: BTreeSet<&str> = value
        .split(',')
        .map(|one| one.trim().trim_start_matches('+'))
        .collect();
    values.into_iter().collect::<Vec<_>>().join(",")
}

/// The last moment of a rule: a date for whole days, else the instant, where a date takes in the whole day.
fn until(value: &str, start: &EventTime) -> String {
    let zone = zone_of(start);
    match (value::read(value), start.is_date()) {
        (None, _) => value.to_owned(),
        (Some(Value::Date(date)), true) => date.to_string(),
        (Some(Value::Local(civil) | Value::Utc(civil)), true) => civil.date().to_string(),
        (Some(Value::Date(date)), false) => {
            let last = Time::new(23, 59, 59, 0).unwrap_or_default();
            zone.instant(date.to_datetime(last)).to_string()
        }
        (Some(Value::Local(civil)), false) => zone.instant(civil).to_string(),
        (Some(Value::Utc(civil)), false) => Zone::UTC.instant(civil).to_string(),
    }
}

fn extra(date: &ExtraDate, start: &EventTime) -> String {
    match &date.end {
        None => point(&date.start, start),
        Some(EventEnd::At(end)) => format!("{}/{}", point(&date.start, start), point(end, start)),
        Some(EventEnd::After { days, exact }) => {
            format!("{}/{days}d{}s", point(&date.start, start), exact.as_secs())
        }
    }
}

fn point(at: &EventTime, start: &EventTime) -> String {
    match at {
        EventTime::Date(date) => date.to_string(),
        _ if start.is_date() => at.civil().date().to_string(),
        _ => instant(at, start).to_string(),
    }
}

fn instant(at: &EventTime, start: &EventTime) -> Timestamp {
    at.instant(&zone_of(start))
}

fn zone_of(start: &EventTime) -> Zone {
    match start {
        EventTime::Zoned { zone, .. } => zone.clone(),
        EventTime::Floating(_) | EventTime::Date(_) => Zone::UTC,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zurich() -> EventTime {
        EventTime::Zoned {
            civil: "2026-12-01T16:00".parse().unwrap(),
            zone: Zone::iana("Europe/Zurich").unwrap(),
        }
    }

    #[track_caller]
    fn check(start: &EventTime, lines: &[&str], expect: &[&str]) {
        let lines: Vec<String> = lines.iter().map(|&line| line.to_owned()).collect();
        assert_eq!(canonical(&lines, start), expect);
    }

    #[test]
    fn rules_that_providers_wrote_anew_are_the_same() {
        let expect = &["RRULE:BYDAY=TH,TU;FREQ=WEEKLY;UNTIL=2026-12-31T22:59:59Z"];
        check(
            &zurich(),
            &["RRULE:FREQ=WEEKLY;BYDAY=TU,TH;UNTIL=20261231"],
            expect,
        );
        let by_google = "RRULE:FREQ=WEEKLY;WKST=MO;UNTIL=20261231T225959Z;INTERVAL=1;BYDAY=TH,TU";
        check(&zurich(), &[by_google], expect);
        check(
            &zurich(),
            &["rrule:freq=weekly;until=20261231T235959;byday=th,tu,tu"],
            expect,
        );
        check(
            &EventTime::Date("2026-12-01".parse().unwrap()),
            &["RRULE:FREQ=MONTHLY;BYDAY=+1MO;UNTIL=20261231T000000Z"],
            &["RRULE:BYDAY=1MO;FREQ=MONTHLY;UNTIL=2026-12-31"],
        );
    }

    #[test]
    fn dates_are_one_by_one_and_in_utc() {
        let expect = &["EXDATE:2026-12-08T15:00:00Z", "EXDATE:2026-12-15T15:00:00Z"];
        check(
            &zurich(),
            &["EXDATE;TZID=Europe/Zurich:20261215T160000,20261208T160000"],
            expect,
        );
        let utc = &["EXDATE:20261208T150000Z", "EXDATE:20261215T150000Z"];
        check(&zurich(), utc, expect);
    }

    #[test]
    fn week_starts_and_intervals_that_matter_stay() {
        check(
            &zurich(),
            &["RRULE:FREQ=WEEKLY;INTERVAL=2;WKST=SU"],
            &["RRULE:FREQ=WEEKLY;INTERVAL=2;WKST=SU"],
        );
        check(&zurich(), &[" RRULE:FREQ=SOMETIMES"], &["RRULE:FREQ=SOMETIMES"]);
    }
}
