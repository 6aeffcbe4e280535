//! Events made for tests.

use std::collections::BTreeMap;

use kalends_core::{
    event::{
        Attendee, Conference, Content, Event, Footer, Invitations, Mirroring, Person, PersonRole,
        Presentation, Reminders, When,
    },
    external_event::{EventStatus, Transparency, Visibility},
    time::{UserId, Zone},
};

/// `2026-12-01T15:00:00Z` to another instant, in a zone.
pub(crate) fn when(start: &str, end: &str, zone: &str) -> When {
    When::timed(
        start.parse().unwrap(),
        end.parse().unwrap(),
        Zone::iana(zone).unwrap(),
    )
    .unwrap()
}

/// A lesson of one hour with one organizer.
pub(crate) fn lesson() -> Event {
    Event {
        title: "Lesson".to_owned(),
        description: "Unit 7".to_owned(),
        location: "Room 4".to_owned(),
        url: None,
        source: None,
        when: when("2026-12-01T15:00:00Z", "2026-12-01T16:00:00Z", "Europe/Zurich"),
        recurrence: Vec::new(),
        exceptions: BTreeMap::new(),
        people: vec![person("tutor", PersonRole::Organizer)],
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

pub(crate) fn person(user: &str, role: PersonRole) -> Person {
    Person {
        user: UserId::new(user).unwrap(),
        role,
        note: String::new(),
    }
}

pub(crate) fn attendee(email: &str) -> Attendee {
    Attendee {
        email: email.to_owned(),
        name: None,
        optional: false,
    }
}

/// What the calendar of the event's first person is to show.
pub(crate) fn content(event: &Event) -> Content {
    let presentation = Presentation {
        tenant_name: "Tutors",
        conference: Conference::NotWanted,
        linked_addresses: &[],
    };
    event.content_for(&event.people[0], presentation)
}
