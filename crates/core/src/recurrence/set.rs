//! The recurrence lines of a master, read: rules, extra dates and what is taken out.

use super::{
    RecurrenceError,
    rule::Rule,
    value::{self, Value},
};
use crate::{
    external_event::EventEnd,
    time::{EventTime, Zone},
};

/// The content of a master's `RRULE`, `RDATE`, `EXRULE` and `EXDATE` lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecurrenceSet {
    pub(super) rules: Vec<Rule>,
    pub(super) excluded_rules: Vec<Rule>,
    pub(super) dates: Vec<ExtraDate>,
    pub(super) excluded: Vec<EventTime>,
}

/// An `RDATE`; a period brings its own end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ExtraDate {
    pub(super) start: EventTime,
    pub(super) end: Option<EventEnd>,
}

/// Reads recurrence lines strictly; `start` is the master's start, in whose zone dates without one are read.
pub fn parse(lines: &[String], start: &EventTime) -> Result<RecurrenceSet, RecurrenceError> {
    let (set, faults) = RecurrenceSet::read(lines, start);
    faults.into_iter().next().map_or(Ok(set), Err)
}

impl RecurrenceSet {
    /// Reads recurrence lines, leaving out those that are faulty.
    pub(crate) fn read(lines: &[String], start: &EventTime) -> (Self, Vec<RecurrenceError>) {
        let mut set = Self::default();
        let faults = lines
            .iter()
            .filter_map(|line| set.read_line(line, start).err())
            .collect();
        (set, faults)
    }

    fn read_line(&mut self, line: &str, start: &EventTime) -> Result<(), RecurrenceError> {
        let unknown = || RecurrenceError::UnknownLine {
            line: line.chars().take(60).collect(),
        };
        let colon = outside_quotes(line, ':').ok_or_else(unknown)?;
        let (head, text) = (&line[..colon], &line[colon + 1..]);
        let mut params = head.split(';').map(str::trim);
        let name = params.next().unwrap_or_default();
        let known = ["RRULE", "EXRULE", "RDATE", "EXDATE"];
        match known
            .into_iter()
            .find(|known| known.eq_ignore_ascii_case(name))
            .unwrap_or_default()
        {
            "RRULE" => self.rules.push(Rule::parse(text)?),
            "EXRULE" => self.excluded_rules.push(Rule::parse(text)?),
            "RDATE" => {
                let zone = stated_zone(head, start)?;
                for item in items(text) {
                    let date =
                        read_extra(item, start, zone.as_ref()).ok_or_else(|| invalid("RDATE", item))?;
                    self.dates.push(date);
                }
            }
            "EXDATE" => {
                let zone = stated_zone(head, start)?;
                for item in items(text) {
                    let time =
                        read_time(item, start, zone.as_ref()).ok_or_else(|| invalid("EXDATE", item))?;
                    self.excluded.push(time);
                }
            }
            _ => return Err(unknown()),
        }
        Ok(())
    }
}

fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}

fn invalid(property: &'static str, value: &str) -> RecurrenceError {
    RecurrenceError::InvalidDate {
        property,
        value: value.chars().take(60).collect(),
    }
}

fn outside_quotes(text: &str, wanted: char) -> Option<usize> {
    let mut quoted = false;
    text.char_indices()
        .find(|&(_, letter)| {
            quoted ^= letter == '"';
            letter == wanted && !quoted
        })
        .map(|(at, _)| at)
}

/// The zone of a `TZID` parameter.
fn stated_zone(head: &str, start: &EventTime) -> Result<Option<Zone>, RecurrenceError> {
    const PARAMETER: &[u8] = b";TZID=";
    let is_it = |part: &[u8]| part.eq_ignore_ascii_case(PARAMETER);
    let Some(at) = head.as_bytes().windows(PARAMETER.len()).position(is_it) else {
        return Ok(None);
    };
    let rest = &head[at + PARAMETER.len()..];
    let name = match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next().unwrap_or_default(),
        None => rest.split(';').next().unwrap_or_default(),
    };
    // Nearly always the zone of the start, which need not be looked up again.
    if let EventTime::Zoned { zone, .. } = start
        && zone.name() == name
    {
        return Ok(Some(zone.clone()));
    }
    Zone::named(name)
        .map(Some)
        .map_err(|fault| RecurrenceError::UnknownZone { name: fault.name })
}

/// A date or time; a local time is read in the stated zone, else as the start is (RFC 5545 section 3.3.5).
fn read_time(text: &str, start: &EventTime, zone: Option<&Zone>) -> Option<EventTime> {
    Some(match value::read(text)? {
        Value::Date(date) => EventTime::Date(date),
        Value::Utc(civil) => EventTime::Zoned {
            civil,
            zone: Zone::UTC,
        },
        Value::Local(civil) => match (zone, start) {
            (Some(zone), _) | (None, EventTime::Zoned { zone, .. }) => EventTime::Zoned {
                civil,
                zone: zone.clone(),
            },
            _ => EventTime::Floating(civil),
        },
    })
}

fn read_extra(text: &str, start: &EventTime, zone: Option<&Zone>) -> Option<ExtraDate> {
    let Some((first, end)) = text.split_once('/') else {
        return Some(ExtraDate {
            start: read_time(text, start, zone)?,
            end: None,
        });
    };
    let end = match value::read_duration(end) {
        Some((days, exact)) => EventEnd::After { days, exact },
        None => EventEnd::At(read_time(end, start, zone)?),
    };
    Some(ExtraDate {
        start: read_time(first, start, zone)?,
        end: Some(end),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expect: &str) {
        let start = EventTime::Floating("2026-01-01T09:00".parse().unwrap());
        assert_eq!(parse(&[line.to_owned()], &start).unwrap_err().to_string(), expect);
    }

    #[test]
    fn faulty_lines_say_what_is_wrong() {
        check(
            "ATTENDEE:mailto:a",
            "\"ATTENDEE:mailto:a\" is not a recurrence line (RRULE, RDATE, EXDATE or EXRULE)",
        );
        check(
            "RRULE",
            "\"RRULE\" is not a recurrence line (RRULE, RDATE, EXDATE or EXRULE)",
        );
        check(
            "EXDATE;TZID=Mars/Olympus:20260101T090000",
            "the TZID \"Mars/Olympus\" names no known time zone",
        );
        let form = "expected a form such as 20261231 or 20261231T090000Z";
        check(
            "RDATE:20260101T090000,soon",
            &format!("RDATE has an invalid value \"soon\": {form}"),
        );
    }

    #[test]
    fn dates_keep_their_zone_and_periods_their_end() {
        let start = EventTime::Date("2026-01-01".parse().unwrap());
        let lines = [
            "RDATE;VALUE=PERIOD:20260101T090000Z/PT1H,20260102T090000Z/20260102T110000Z".to_owned(),
            "EXDATE;TZID=\"W. Europe Standard Time\";VALUE=DATE-TIME:20260103T090000".to_owned(),
        ];
        let set = parse(&lines, &start).unwrap();
        assert_eq!(set.dates.len(), 2);
        assert!(set.dates.iter().all(|date| date.end.is_some()));
        assert_eq!(
            set.excluded[0].instant(&Zone::UTC).to_string(),
            "2026-01-03T08:00:00Z"
        );
    }
}
