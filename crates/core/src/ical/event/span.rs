//! When an event takes place: its points in time, its end, and their zones.

use jiff::{SignedDuration, civil::Time};

use crate::{
    external_event::{EventEnd, EventSpan},
    ical::{
        FaultReason,
        component::Component,
        property::Property,
        zones::{Certainty, Zones},
    },
    recurrence::value::{self, Value},
    time::{EventTime, Zone},
};

pub(super) fn read_span(
    component: &Component<'_>,
    zones: &mut Zones<'_, '_>,
    faults: &mut Vec<FaultReason>,
) -> Result<EventSpan, FaultReason> {
    let stated = component.property("DTSTART").ok_or(FaultReason::NoStart)?;
    let start = read_time(&stated, zones, faults).ok_or_else(|| invalid_date("DTSTART", stated.value()))?;
    let end = read_end(component, &start, zones, faults);
    Ok(EventSpan { start, end })
}

/// The end as stated. A day without an end lasts one day, a time without one has no length (RFC 5545 section 3.6.1);
/// an end that cannot be read or lies before the start is told and counts as none.
fn read_end(
    component: &Component<'_>,
    start: &EventTime,
    zones: &mut Zones<'_, '_>,
    faults: &mut Vec<FaultReason>,
) -> EventEnd {
    let by_default = EventEnd::After {
        days: i32::from(start.is_date()),
        exact: SignedDuration::ZERO,
    };
    if let Some(stated) = component.property("DTEND") {
        let Some(end) = read_time(&stated, zones, faults).filter(|end| !is_before(end, start)) else {
            faults.push(invalid_end("DTEND", &stated));
            return by_default;
        };
        if end.is_date() != start.is_date() {
            faults.push(FaultReason::MixedTypes);
        }
        return EventEnd::At(end);
    }
    let Some(stated) = component.property("DURATION") else {
        return by_default;
    };
    match value::read_duration(stated.value()) {
        Some((days, exact)) if days >= 0 && exact >= SignedDuration::ZERO => EventEnd::After { days, exact },
        _ => {
            faults.push(invalid_end("DURATION", &stated));
            by_default
        }
    }
}

/// Times without a zone are read in the zone of the start.
fn is_before(end: &EventTime, start: &EventTime) -> bool {
    let zone = match start {
        EventTime::Zoned { zone, .. } => zone.clone(),
        EventTime::Floating(_) | EventTime::Date(_) => Zone::UTC,
    };
    end.instant(&zone) < start.instant(&zone)
}

fn invalid_end(property: &'static str, stated: &Property<'_>) -> FaultReason {
    FaultReason::InvalidEnd {
        property,
        value: stated.value().chars().take(60).collect(),
    }
}

pub(super) fn read_time(
    property: &Property<'_>,
    zones: &mut Zones<'_, '_>,
    faults: &mut Vec<FaultReason>,
) -> Option<EventTime> {
    let is_date = property
        .param("VALUE")
        .is_some_and(|kind| kind.eq_ignore_ascii_case("DATE"));
    // `VALUE=DATE` beside a time is seen; only beside midnight does it say what was meant.
    Some(match value::read(property.value())? {
        Value::Date(date) => EventTime::Date(date),
        Value::Local(civil) if is_date && civil.time() == Time::midnight() => EventTime::Date(civil.date()),
        Value::Utc(civil) => EventTime::Zoned {
            civil,
            zone: Zone::UTC,
        },
        Value::Local(civil) => match property.param("TZID").filter(|name| !name.is_empty()) {
            Some(name) => EventTime::Zoned {
                civil,
                zone: find_zone(name, zones, faults),
            },
            None => EventTime::Floating(civil),
        },
    })
}

/// The zone of a `TZID`; what is not known for sure is told once.
pub(super) fn find_zone(name: &str, zones: &mut Zones<'_, '_>, faults: &mut Vec<FaultReason>) -> Zone {
    let (zone, certainty) = zones.find(name);
    let name = name.to_owned();
    let told = match certainty {
        Certainty::Known => return zone,
        Certainty::Guessed => FaultReason::ZoneGuessed { name },
        Certainty::Unknown => FaultReason::ZoneUnknown { name },
    };
    if !faults.contains(&told) {
        faults.push(told);
    }
    zone
}

pub(super) fn invalid_date(property: &'static str, value: &str) -> FaultReason {
    FaultReason::InvalidDate {
        property,
        value: value.chars().take(60).collect(),
    }
}
