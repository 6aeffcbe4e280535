//! Events as a provider would state them, and as the application does.

use std::collections::BTreeMap;

use kalends_core::{
    event::{Conference, Event, Footer, Invitations, Mirroring, Person, PersonRole, Reminders, When},
    external_event::{
        EventEnd, EventKind, EventSpan, EventStatus, ExternalEvent, OverrideRange, SeriesRole, Transparency,
        Visibility,
    },
    time::{EventTime, UserId, Zone},
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

/// The application's event of one person, over a `start/end` in UTC.
pub(crate) fn lesson_at(user: &UserId, span: &str) -> Event {
    let (start, end) = span.split_once('/').unwrap();
    Event {
        title: "Lesson".to_owned(),
        description: String::new(),
        location: String::new(),
        url: None,
        source: None,
        when: When::timed(start.parse().unwrap(), end.parse().unwrap(), Zone::UTC).unwrap(),
        recurrence: Vec::new(),
        exceptions: BTreeMap::new(),
        people: vec![Person {
            user: user.clone(),
            role: PersonRole::Organizer,
            note: String::new(),
        }],
        attendees: Vec::new(),
        invitations: Invitations::NotSent,
        reminders: Reminders::AsCalendar,
        visibility: Visibility::Default,
        transparency: Transparency::Opaque,
        color: None,
        conference: Conference::NotWanted,
        footer: Footer::AddedBy,
        mirroring: Mirroring::OnCalendars,
        status: EventStatus::Confirmed,
        metadata: BTreeMap::new(),
    }
}
