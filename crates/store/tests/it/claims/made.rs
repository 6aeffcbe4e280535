//! Events made for tests.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use kalends_core::{
    event::{Conference, Event, Footer, Invitations, Mirroring, Person, PersonRole, Reminders, When},
    external_event::{EventStatus, Transparency, Visibility},
    time::Zone,
};

use crate::harness::user;

/// An hour for nobody.
pub(crate) fn hour(start: &str) -> Event {
    let start: Timestamp = start.parse().unwrap();
    let end = start.checked_add(SignedDuration::from_hours(1)).unwrap();
    Event {
        title: "Lesson".to_owned(),
        description: String::new(),
        location: String::new(),
        url: None,
        source: None,
        when: When::timed(start, end, Zone::UTC).unwrap(),
        recurrence: Vec::new(),
        exceptions: BTreeMap::new(),
        people: Vec::new(),
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

/// The event with these people.
pub(crate) fn with_people(event: Event, people: &[&str]) -> Event {
    let person = |id: &&str| Person {
        user: user(id),
        role: PersonRole::Organizer,
        note: String::new(),
    };
    Event {
        people: people.iter().map(person).collect(),
        ..event
    }
}
