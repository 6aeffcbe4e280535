//! Events for the tests of this folder.

use crate::{
    external_event::{
        EventEnd, EventKind, EventSpan, EventStatus, ExternalEvent, SeriesRole, Transparency, Visibility,
    },
    time::{EventTime, Zone},
};

/// A confirmed, opaque event between two instants in UTC (`2026-11-20T09:00:00Z`), or two dates (`2026-11-20`), the
/// end exclusive.
pub(crate) fn single(start: &str, end: &str) -> ExternalEvent {
    ExternalEvent {
        provider_id: "event".to_owned(),
        ical_uid: None,
        etag: None,
        role: SeriesRole::Single,
        span: Some(EventSpan {
            start: time(start),
            end: EventEnd::At(time(end)),
        }),
        status: EventStatus::Confirmed,
        kind: EventKind::Default,
        transparency: Transparency::Opaque,
        visibility: Visibility::Default,
        self_response: None,
        title: None,
        location: None,
        organizer: None,
        html_link: None,
        updated: None,
    }
}

/// An instant in UTC or a date.
pub(crate) fn time(text: &str) -> EventTime {
    match text.parse() {
        Ok(instant) => EventTime::at(instant, Zone::UTC),
        Err(_) => EventTime::Date(text.parse().unwrap()),
    }
}
