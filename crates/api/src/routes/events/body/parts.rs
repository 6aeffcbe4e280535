//! The parts of an event.

use kalends_core::event::{self, Footer, ReminderBy, Reminders};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{fields, problem::Problem, words::words};

/// A user on whose calendar the event belongs.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = EventPerson)]
pub(crate) struct Person {
    /// The application's own id of the person, who must be a user.
    #[schema(examples("ada"))]
    user_id: String,
    /// Their part in it; left out, the only person is the organizer, and one of several a participant.
    role: Option<Role>,
    /// A note that only their calendar shows.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schema(examples("Bring the Bach."), max_length = 1000)]
    note: String,
}

/// Somebody who is asked to come.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = EventAttendee)]
pub(crate) struct Attendee {
    /// Their e-mail address.
    #[schema(examples("eve@example.com"))]
    email: String,
    /// What to call them; calendars may show another name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("Eve"), max_length = 200)]
    name: Option<String>,
    /// Whether it can do without them.
    #[serde(default)]
    #[schema(default = false)]
    optional: bool,
}

/// A reminder of an event.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = EventReminder)]
pub(crate) struct Reminder {
    /// Minutes before the start.
    #[schema(examples(60), maximum = 40320)]
    minutes_before: u32,
    /// How it comes.
    #[serde(default = "popup")]
    by: By,
}

/// Where an event comes from.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = EventSource)]
pub(crate) struct Source {
    /// What the place is called.
    #[schema(examples("Lyceum"), max_length = 200)]
    title: String,
    /// Its address.
    #[schema(examples("https://lyceum.example"), max_length = 1500)]
    url: String,
}

/// The last line of the description: `true`, `false` or a line.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(untagged, expecting = "must be true, false or a line of text")]
pub(crate) enum AddedBy {
    /// Whether there is the usual line.
    Usual(bool),
    /// Another line.
    Line(String),
}

words! {
    /// A person's part in an event: it is theirs, or they take part.
    #[schema(as = EventRole)]
    Role of event::PersonRole { Organizer, Participant }

    /// How a reminder comes.
    #[schema(as = ReminderBy)]
    By of ReminderBy { Popup, Email }

    /// A color, by the names that Google Calendar shows.
    #[schema(as = EventColor)]
    ColorWord of event::Color {
        Lavender, Sage, Grape, Flamingo, Banana, Tangerine, Peacock, Graphite, Blueberry, Basil, Tomato,
    }
}

impl Person {
    /// `only`: whether there is nobody else.
    pub(super) fn into_core(self, index: usize, only: bool) -> Result<event::Person, Problem> {
        let by_default = if only { Role::Organizer } else { Role::Participant };
        Ok(event::Person {
            user: fields::user_id(format!("people[{index}].userId"), self.user_id)?,
            role: self.role.unwrap_or(by_default).into(),
            note: self.note,
        })
    }
}

impl From<event::Person> for Person {
    fn from(person: event::Person) -> Self {
        Self {
            user_id: person.user.to_string(),
            role: Some(person.role.into()),
            note: person.note,
        }
    }
}

impl From<Attendee> for event::Attendee {
    fn from(attendee: Attendee) -> Self {
        Self {
            email: attendee.email,
            name: attendee.name,
            optional: attendee.optional,
        }
    }
}

impl From<event::Attendee> for Attendee {
    fn from(attendee: event::Attendee) -> Self {
        Self {
            email: attendee.email,
            name: attendee.name,
            optional: attendee.optional,
        }
    }
}

impl From<Source> for event::Source {
    fn from(source: Source) -> Self {
        Self {
            title: source.title,
            url: source.url,
        }
    }
}

impl From<event::Source> for Source {
    fn from(source: event::Source) -> Self {
        Self {
            title: source.title,
            url: source.url,
        }
    }
}

/// `None` is the calendar's own.
pub(super) fn reminders(reminders: Option<Vec<Reminder>>) -> Reminders {
    let Some(stated) = reminders else {
        return Reminders::AsCalendar;
    };
    let stated = stated.into_iter().map(|reminder| event::Reminder {
        minutes_before: reminder.minutes_before,
        by: reminder.by.into(),
    });
    Reminders::Stated(stated.collect())
}

/// The other way round.
pub(super) fn reminders_of(reminders: Reminders) -> Option<Vec<Reminder>> {
    let Reminders::Stated(stated) = reminders else {
        return None;
    };
    let stated = stated.into_iter().map(|reminder| Reminder {
        minutes_before: reminder.minutes_before,
        by: reminder.by.into(),
    });
    Some(stated.collect())
}

impl Default for AddedBy {
    fn default() -> Self {
        Self::Usual(true)
    }
}

impl From<AddedBy> for Footer {
    fn from(added_by: AddedBy) -> Self {
        match added_by {
            AddedBy::Usual(true) => Self::AddedBy,
            AddedBy::Usual(false) => Self::Hidden,
            AddedBy::Line(text) => Self::Text(text),
        }
    }
}

impl From<Footer> for AddedBy {
    fn from(footer: Footer) -> Self {
        match footer {
            Footer::AddedBy => Self::Usual(true),
            Footer::Hidden => Self::Usual(false),
            Footer::Text(text) => Self::Line(text),
        }
    }
}

const fn popup() -> By {
    By::Popup
}
