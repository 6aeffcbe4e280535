//! When an event takes place: its points in time, its end, and their zones.

use jiff::{SignedDuration, civil::Time};

use crate::{
    external_event::{EventEnd, EventSpan},
    ical::{
        FaultReason,
        component::Component,
        lines::Line,
        zones::{Certainty, Zones},
    },
    recurrence::value::{self, Value},
    time::{EventTime, Zone},
};

pub(super) fn read_span<'t>(
    component: &Component<'t>,
    zones: &mut Zones<'_, 't>,
    faults: &mut Vec<FaultReason>,
) -> Result<EventSpan, FaultReason> {
    let line = component.line("DTSTART").ok_or(FaultReason::NoStart)?;
    let start = read_time(line, zones, faults).ok_or_else(|| invalid_date("DTSTART", line.value))?;
    let end = read_end(component, &start, zones, faults);
    Ok(EventSpan { start, end })
}

/// The end as stated. A day without an end lasts one day, a time without one has no length (RFC 5545 section 3.6.1);
/// an end that cannot be read or lies before the start is told and counts as none.
fn read_end<'t>(
    component: &Component<'t>,
    start: &EventTime,
    zones: &mut Zones<'_, 't>,
    faults: &mut Vec<FaultReason>,
) -> EventEnd {
    let lasting = |days| EventEnd::After {
        days,
        exact: SignedDuration::ZERO,
    };
    let by_default = lasting(i32::from(start.is_date()));
    let mut invalid = |property, line: &Line<'_>| {
        faults.push(FaultReason::InvalidEnd {
            property,
            value: line.value.chars().take(60).collect(),
        });
        by_default.clone()
    };
    if let Some(line) = component.line("DTEND") {
        let Some(end) = read_time(line, zones, &mut Vec::new()) else {
            return invalid("DTEND", line);
        };
        let zone = match start {
            EventTime::Zoned { zone, .. } => zone.clone(),
            EventTime::Floating(_) | EventTime::Date(_) => Zone::UTC,
        };
        let (begin, finish) = (start.instant(&zone), end.instant(&zone));
        if finish < begin {
            return invalid("DTEND", line);
        }
        return EventEnd::At(end);
    }
    let Some(line) = component.line("DURATION") else {
        return by_default;
    };
    match value::read_duration(line.value) {
        Some((days, exact)) if days >= 0 && exact >= SignedDuration::ZERO => EventEnd::After { days, exact },
        _ => invalid("DURATION", line),
    }
}

pub(super) fn read_time<'t>(
    line: &Line<'t>,
    zones: &mut Zones<'_, 't>,
    faults: &mut Vec<FaultReason>,
) -> Option<EventTime> {
    let is_date = line
        .param("VALUE")
        .is_some_and(|kind| kind.eq_ignore_ascii_case("DATE"));
    // `VALUE=DATE` beside a time is seen; only beside midnight does it say what was meant.
    Some(match value::read(line.value)? {
        Value::Date(date) => EventTime::Date(date),
        Value::Local(civil) if is_date && civil.time() == Time::midnight() => EventTime::Date(civil.date()),
        Value::Utc(civil) => EventTime::Zoned {
            civil,
            zone: Zone::UTC,
        },
        Value::Local(civil) => match line.param("TZID").filter(|name| !name.is_empty()) {
            Some(name) => EventTime::Zoned {
                civil,
                zone: find_zone(name, zones, faults),
            },
            None => EventTime::Floating(civil),
        },
    })
}

pub(super) fn find_zone<'t>(name: &'t str, zones: &mut Zones<'_, 't>, faults: &mut Vec<FaultReason>) -> Zone {
    let (zone, certainty) = zones.find(name);
    let guessed = FaultReason::ZoneGuessed {
        name: name.to_owned(),
    };
    if certainty == Certainty::Guessed && !faults.contains(&guessed) {
        faults.push(guessed);
    }
    zone
}

pub(super) fn invalid_date(property: &'static str, value: &str) -> FaultReason {
    FaultReason::InvalidDate {
        property,
        value: value.chars().take(60).collect(),
    }
}
