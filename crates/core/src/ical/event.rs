//! A `VEVENT` as an external event.

mod recurrence_lines;
mod span;
mod words;

use super::{FaultReason, component::Component, property::Property, zones::Zones};
use crate::{
    external_event::{EventKind, EventSpan, EventStatus, ExternalEvent, OverrideRange, SeriesRole},
    recurrence::value::{self, Value},
    time::{EventTime, Zone},
};

/// An event as read, with what decides between duplicates.
#[derive(Clone, Debug)]
pub(super) struct Read {
    pub(super) event: ExternalEvent,
    /// What was wrong with it but could be borne.
    pub(super) faults: Vec<FaultReason>,
    /// What its `STATUS` says.
    pub(super) stated_status: Option<EventStatus>,
    /// The number of the line of the file in which it begins.
    pub(super) line: u32,
    /// Whether the text gives it a `UID`.
    pub(super) has_uid: bool,
    /// Which of the text's calendars it stands in.
    pub(super) calendar: usize,
    /// `SEQUENCE`, 0 without one.
    pub(super) sequence: i64,
    /// `DTSTAMP` in microseconds, the earliest instant without one.
    pub(super) stamped: i64,
}

/// The `UID` exactly as it is stated, since it is compared and not read. What stands in broken lines after it is not
/// part of it.
pub(super) fn read_uid(component: &Component<'_>) -> Option<String> {
    let uid = component.property("UID").map(|uid| uid.line_of_text());
    uid.filter(|uid| !uid.trim().is_empty())
}

/// Reads a `VEVENT`; an error means that there is no event.
pub(super) fn read(component: &Component<'_>, zones: &mut Zones<'_, '_>) -> Result<Read, FaultReason> {
    let mut faults = Vec::new();
    let span = span::read_span(component, zones, &mut faults)?;
    let uid = read_uid(component);
    let title = component
        .property("SUMMARY")
        .map(|title| title.text().trim().to_owned());
    let identity = uid.clone().unwrap_or_else(|| made_up_id(&span, title.as_deref()));
    let role = read_role(component, &identity, &span.start, zones, &mut faults)?;
    let provider_id = match &role {
        SeriesRole::Override { original_start, .. } => format!("{identity};{}", id_of_start(original_start)),
        SeriesRole::Single | SeriesRole::Master { .. } => identity,
    };
    let has_uid = uid.is_some();
    let stated_status = words::read_status(component);
    let mut event = ExternalEvent {
        provider_id,
        ical_uid: uid,
        etag: None,
        role,
        span: Some(span),
        status: stated_status.unwrap_or(EventStatus::Confirmed),
        kind: EventKind::Default,
        transparency: words::read_transparency(component),
        visibility: words::read_visibility(component),
        self_response: None,
        title,
        location: component.text(&["LOCATION"]),
        organizer: component
            .property("ORGANIZER")
            .map(|address| without_mailto(address.value()).to_owned()),
        html_link: component
            .property("URL")
            .map(|url| url.value().to_owned())
            .filter(|url| url.starts_with("https://") || url.starts_with("http://")),
        updated: component
            .property("LAST-MODIFIED")
            .and_then(|at| utc_instant(&at)),
    };
    words::apply_busy_status(component, &mut event);
    Ok(Read {
        event,
        faults,
        stated_status,
        line: component.number,
        has_uid,
        calendar: zones.calendar,
        sequence: component
            .property("SEQUENCE")
            .and_then(|number| number.value().parse().ok())
            .unwrap_or(0),
        stamped: component
            .property("DTSTAMP")
            .and_then(|at| utc_instant(&at))
            .map_or(i64::MIN, jiff::Timestamp::as_microsecond),
    })
}

fn read_role(
    component: &Component<'_>,
    identity: &str,
    start: &EventTime,
    zones: &mut Zones<'_, '_>,
    faults: &mut Vec<FaultReason>,
) -> Result<SeriesRole, FaultReason> {
    if let Some(id) = component.property("RECURRENCE-ID") {
        let original = span::read_time(&id, zones, faults);
        let range = match id.param("RANGE") {
            Some(range) if range.eq_ignore_ascii_case("THISANDFUTURE") => OverrideRange::ThisAndFuture,
            _ => OverrideRange::ThisOnly,
        };
        return Ok(SeriesRole::Override {
            master: identity.to_owned(),
            original_start: original.ok_or_else(|| span::invalid_date("RECURRENCE-ID", id.value()))?,
            range,
        });
    }
    let recurrence = recurrence_lines::read(component, start, zones, faults);
    Ok(if recurrence.is_empty() {
        SeriesRole::Single
    } else {
        SeriesRole::Master { recurrence }
    })
}

fn utc_instant(property: &Property<'_>) -> Option<jiff::Timestamp> {
    match value::read(property.value())? {
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
