//! An event of the application: something it owns and wants on people's calendars.
//!
//! [`Event`] is what the application said. [`Content`] is what one person's calendar is to show of it; it has one
//! [canonical](Content::changed) form, so that two contents can be compared field by field and [hashed](ContentHash),
//! and so that what providers do to a text is not taken for an edit.
//!
//! To add a field: here with its bound in [`check`](Event::check), in [`Content`] where calendars show it, and a
//! [`Field`] with its canonical form.

mod adopt;
mod attendee;
mod check;
mod color;
mod compose;
mod content;
mod content_hash;
mod description;
mod exception;
mod field;
mod key;
mod links;
mod occurrences;
mod original_start;
mod plain_text;
mod reminders;
mod split;
mod when;

use std::collections::BTreeMap;

pub use attendee::Attendee;
pub use check::limits;
pub use color::{Color, UnknownColor};
pub use compose::Presentation;
pub use content::Content;
pub use content_hash::{ContentHash, UnreadableHash};
pub use description::Description;
pub use exception::Exception;
pub use field::Field;
pub use key::{EventKey, EventKeyError};
pub use links::{Links, StandingLink, WriteTarget};
pub use original_start::{OriginalStart, UnreadableStart};
pub use reminders::{Reminder, ReminderBy, Reminders};
pub use when::{Days, When};

use crate::{
    external_event::{EventStatus, Transparency, Visibility},
    time::UserId,
};

/// What the application wants to take place. Texts are never logged; an empty text is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What it is called.
    pub title: String,
    /// More about it, as text.
    pub description: String,
    /// Where it is.
    pub location: String,
    /// The event's page at the application, for the description.
    pub url: Option<String>,
    /// Where it comes from, for calendars that show that apart.
    pub source: Option<Source>,
    /// When it takes place; of a series, the first time.
    pub when: When,
    /// `RRULE`, `RDATE` and `EXDATE` lines (RFC 5545 section 3.8.5); none for an event that happens once. Times that do
    /// not take place are `EXDATE`s.
    pub recurrence: Vec<String>,
    /// The times of a series that differ from the others, by the start that its rule gives them.
    pub exceptions: BTreeMap<OriginalStart, Exception>,
    /// Whose calendars it belongs on.
    pub people: Vec<Person>,
    /// Who is asked to come, by address.
    pub attendees: Vec<Attendee>,
    /// Whether the provider tells attendees.
    pub invitations: Invitations,
    /// When calendars remind their owners.
    pub reminders: Reminders,
    /// Who may see its details.
    pub visibility: Visibility,
    /// Whether it takes up time.
    pub transparency: Transparency,
    /// Its color; the calendar's own without one.
    pub color: Option<Color>,
    /// Whether it gets a meeting link.
    pub conference: Conference,
    /// The last line of the description.
    pub footer: Footer,
    /// Whether it goes on calendars at all.
    pub mirroring: Mirroring,
    /// Whether it takes place; a hold is tentative.
    pub status: EventStatus,
    /// What the application wants to find again; calendars never see it.
    pub metadata: BTreeMap<String, String>,
}

impl Event {
    /// Whose event it is.
    pub fn organizer(&self) -> Option<&Person> {
        self.people
            .iter()
            .find(|person| person.role == PersonRole::Organizer)
    }
}

/// A user on whose calendar the event belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The user.
    pub user: UserId,
    /// Their part in it.
    pub role: PersonRole,
    /// A note that only their calendar shows.
    pub note: String,
}

/// A user's part in an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonRole {
    /// It is theirs: attendees are invited from their calendar, and their deleting it cancels it.
    Organizer,
    /// They take part.
    Participant,
}

/// Where an event comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// What the place is called.
    pub title: String,
    /// Its address.
    pub url: String,
}

/// Whether the provider tells attendees of an event and its changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invitations {
    /// It does.
    Sent,
    /// It does not, as far as the provider can be told so.
    NotSent,
}

/// Whether an event gets a meeting link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conference {
    /// It does, where the calendar can make one.
    Wanted,
    /// It does not.
    NotWanted,
}

/// The last line of the description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Footer {
    /// `📅 Added by` and the tenant's name.
    AddedBy,
    /// A line of the application's own.
    Text(String),
    /// None.
    Hidden,
}

/// Whether an event goes on calendars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mirroring {
    /// It does.
    OnCalendars,
    /// It only takes up its people's time here.
    KeptOff,
}
