//! A `VEVENT` as an external event.

mod span;
mod words;

use super::{FaultReason, component::Component, lines::Line, zones::Zones};
use crate::{
    external_event::{EventKind, EventSpan, ExternalEvent, OverrideRange, SeriesRole},
    recurrence::{
        RecurrenceSet,
        value::{self, Value},
    },
    time::{EventTime, Zone},
};

/// An event as read, with what decides between duplicates.
#[derive(Clone, Debug)]
pub(super) struct Read {
    pub(super) event: ExternalEvent,
    /// Whether the text gives it a `UID`.
    pub(super) has_uid: bool,
    /// Which of the text's calendars it stands in.
    pub(super) calendar: usize,
    /// `SEQUENCE`, 0 without one.
    pub(super) sequence: i64,
    /// `DTSTAMP` in microseconds, the earliest instant without one.
    pub(super) stamped: i64,
}

/// Reads a `VEVENT`. What is wrong but can be borne is added to `faults`; an error means that there is no event.
pub(super) fn read<'t>(
    component: &Component<'t>,
    zones: &mut Zones<'_, 't>,
    faults: &mut Vec<FaultReason>,
) -> Result<Read, FaultReason> {
    let span = span::read_span(component, zones, faults)?;
    let uid = component
        .line("UID")
        .map(Line::text)
        .filter(|uid| !uid.is_empty());
    let title = component.line("SUMMARY").map(Line::text);
    let identity = uid.clone().unwrap_or_else(|| made_up_id(&span, title.as_deref()));
    let role = read_role(component, &identity, &span.start, zones, faults)?;
    let provider_id = match &role {
        SeriesRole::Override { original_start, .. } => format!("{identity};{}", id_of_start(original_start)),
        SeriesRole::Single | SeriesRole::Master { .. } => identity,
    };
    let has_uid = uid.is_some();
    let mut event = ExternalEvent {
        provider_id,
        ical_uid: uid,
        etag: None,
        role,
        span: Some(span),
        status: words::read_status(component),
        kind: EventKind::Default,
        transparency: words::read_transparency(component),
        visibility: words::read_visibility(component),
        self_response: None,
        title,
        location: component
            .line("LOCATION")
            .map(Line::text)
            .filter(|location| !location.is_empty()),
        organizer: component
            .value("ORGANIZER")
            .map(|address| without_mailto(address).to_owned()),
        html_link: component
            .value("URL")
            .filter(|url| url.starts_with("https://") || url.starts_with("http://"))
            .map(str::to_owned),
        updated: component.value("LAST-MODIFIED").and_then(utc_instant),
    };
    words::apply_busy_status(component, &mut event);
    Ok(Read {
        event,
        has_uid,
        calendar: zones.calendar,
        sequence: component
            .value("SEQUENCE")
            .and_then(|number| number.parse().ok())
            .unwrap_or(0),
        stamped: component
            .value("DTSTAMP")
            .and_then(utc_instant)
            .map_or(i64::MIN, jiff::Timestamp::as_microsecond),
    })
}

/// The lines from which a series is made.
const RECURRENCE: [&str; 4] = ["RRULE", "RDATE", "EXDATE", "EXRULE"];

fn read_role<'t>(
    component: &Component<'t>,
    identity: &str,
    start: &EventTime,
    zones: &mut Zones<'_, 't>,
    faults: &mut Vec<FaultReason>,
) -> Result<SeriesRole, FaultReason> {
    if let Some(line) = component.line("RECURRENCE-ID") {
        let original = span::read_time(line, zones, faults);
        let range = match line.param("RANGE") {
            Some(range) if range.eq_ignore_ascii_case("THISANDFUTURE") => OverrideRange::ThisAndFuture,
            _ => OverrideRange::ThisOnly,
        };
        return Ok(SeriesRole::Override {
            master: identity.to_owned(),
            original_start: original.ok_or_else(|| span::invalid_date("RECURRENCE-ID", line.value))?,
            range,
        });
    }
    let stated = component
        .lines
        .iter()
        .filter(|line| RECURRENCE.iter().any(|name| line.is(name)));
    let mut recurrence = Vec::new();
    for line in stated {
        let written = vec![written(line, zones, faults)];
        let (_, wrong) = RecurrenceSet::read(&written, start);
        if wrong.is_empty() {
            recurrence.extend(written);
        }
        faults.extend(wrong.into_iter().map(FaultReason::Recurrence));
    }
    Ok(if recurrence.is_empty() {
        SeriesRole::Single
    } else {
        SeriesRole::Master { recurrence }
    })
}

/// A recurrence line that can be read without the calendar: its zone by a name that everyone knows.
fn written<'t>(line: &Line<'t>, zones: &mut Zones<'_, 't>, faults: &mut Vec<FaultReason>) -> String {
    let mut head = line.name.to_ascii_uppercase();
    if let Some(kind) = line.param("VALUE") {
        head.push_str(";VALUE=");
        head.push_str(kind);
    }
    if let Some(name) = line.param("TZID") {
        let zone = span::find_zone(name, zones, faults);
        head.push_str(";TZID=\"");
        head.push_str(zone.name());
        head.push('"');
    }
    format!("{head}:{}", line.value)
}

fn utc_instant(text: &str) -> Option<jiff::Timestamp> {
    match value::read(text)? {
        Value::Utc(civil) | Value::Local(civil) => Some(Zone::UTC.instant(civil)),
        Value::Date(_) => None,
    }
}

fn without_mailto(address: &str) -> &str {
    match address.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => &address[7..],
        _ => address,
    }
}

/// A start in the form that tells one override of a series from another: the instant, the local time or the day.
fn id_of_start(start: &EventTime) -> String {
    match start {
        EventTime::Zoned { civil, zone } => Zone::UTC
            .civil(zone.instant(*civil))
            .strftime("%Y%m%dT%H%M%SZ")
            .to_string(),
        EventTime::Floating(civil) => civil.strftime("%Y%m%dT%H%M%S").to_string(),
        EventTime::Date(date) => date.strftime("%Y%m%d").to_string(),
    }
}

/// An identity for an event without `UID` that is the same whenever the event is: FNV-1a over its time and title.
pub(super) fn made_up_id(span: &EventSpan, title: Option<&str>) -> String {
    let stated = format!("{span:?}\n{}", title.unwrap_or_default());
    let hash = stated
        .bytes()
        .fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128, |hash, byte| {
            (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
        });
    format!("{hash:032x}")
}
