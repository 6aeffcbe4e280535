//! Events as a provider would state them.

use kalends_core::{
    external_event::{
        EventEnd, EventKind, EventSpan, EventStatus, ExternalEvent, OverrideRange, SeriesRole, Transparency,
        Visibility,
    },
    time::{EventTime, Zone},
};

fn time(text: &str) -> EventTime {
    EventTime::at(text.parse().unwrap(), Zone::UTC)
}

/// An hour, or whatever lies between the two instants.
pub(crate) fn single(id: &str, start: &str, end: &str) -> ExternalEvent {
    ExternalEvent {
        provider_id: id.to_owned(),
        ical_uid: Some(format!("{id}@example.com")),
        etag: Some("\"1\"".to_owned()),
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
        title: Some("Lesson".to_owned()),
        location: None,
        organizer: None,
        html_link: None,
        updated: None,
    }
}

/// A series with one rule.
pub(crate) fn series(id: &str, start: &str, end: &str, rule: &str) -> ExternalEvent {
    let recurrence = vec![rule.to_owned()];
    ExternalEvent {
        role: SeriesRole::Master { recurrence },
        ..single(id, start, end)
    }
}

/// One occurrence of a series, at another time.
pub(crate) fn moved(master: &str, original: &str, start: &str, end: &str) -> ExternalEvent {
    let role = SeriesRole::Override {
        master: master.to_owned(),
        original_start: time(original),
        range: OverrideRange::ThisOnly,
    };
    ExternalEvent {
        role,
        ..single(&format!("{master}_{original}"), start, end)
    }
}

/// One occurrence of a series, removed.
pub(crate) fn cancelled(master: &str, original: &str) -> ExternalEvent {
    ExternalEvent {
        span: None,
        status: EventStatus::Cancelled,
        ..moved(master, original, original, original)
    }
}
