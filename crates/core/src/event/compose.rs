//! What one person's calendar is to show of an event.

use std::collections::BTreeSet;

use super::{
    Attendee, Conference, Content, Description, Event, Footer, Mirroring, Person, PersonRole,
    attendee::canonical_address,
};
use crate::external_event::EventStatus;

/// What else decides how an event is shown.
#[derive(Clone, Copy, Debug)]
pub struct Presentation<'a> {
    /// The tenant's name, for the footer.
    pub tenant_name: &'a str,
    /// What the person set up: a meeting link for every event (`meet.auto`), or where it is asked for.
    pub conference: Conference,
    /// Addresses of the accounts whose calendars show the event by a link of their own. Who has such a calendar is not
    /// invited from another: they would have the event twice.
    pub linked_addresses: &'a [String],
}

impl Event {
    /// Whether anything is to stand on calendars.
    pub fn is_shown(&self) -> bool {
        self.status != EventStatus::Cancelled && self.mirroring == Mirroring::OnCalendars
    }

    /// What the calendar of one of the event's people is to show.
    ///
    /// Attendees stand only on the organizer's: each copy of an event with attendees would invite them again.
    pub fn content_for(&self, person: &Person, presentation: Presentation<'_>) -> Content {
        let conference = match (self.conference, presentation.conference) {
            (Conference::NotWanted, Conference::NotWanted) => Conference::NotWanted,
            _ => Conference::Wanted,
        };
        let is_organizer = person.role == PersonRole::Organizer;
        Content {
            title: self.title.clone(),
            description: Description {
                text: self.description.clone(),
                tail: self.tail(person, presentation.tenant_name),
            },
            location: self.location.clone(),
            when: self.when.clone(),
            recurrence: self.recurrence.clone(),
            attendees: if is_organizer {
                self.invited(presentation.linked_addresses)
            } else {
                Vec::new()
            },
            reminders: self.reminders.clone(),
            visibility: self.visibility,
            transparency: self.transparency,
            color: self.color,
            source: self.source.clone(),
            // One meeting has one link, and the organizer's calendar makes it.
            conference: if is_organizer {
                conference
            } else {
                Conference::NotWanted
            },
            status: self.status,
        }
    }

    fn invited(&self, linked_addresses: &[String]) -> Vec<Attendee> {
        let linked: BTreeSet<String> = linked_addresses
            .iter()
            .map(|one| canonical_address(one))
            .collect();
        let invited = self
            .attendees
            .iter()
            .filter(|one| !linked.contains(&one.address()));
        invited.cloned().collect()
    }

    /// What stands below the description.
    fn tail(&self, person: &Person, tenant_name: &str) -> Vec<String> {
        let footer = match &self.footer {
            Footer::AddedBy => format!("📅 Added by {tenant_name}"),
            Footer::Text(text) => text.clone(),
            Footer::Hidden => String::new(),
        };
        let url = self.url.clone().unwrap_or_default();
        let parts = [person.note.clone(), url, footer];
        parts.into_iter().filter(|part| !part.trim().is_empty()).collect()
    }
}
