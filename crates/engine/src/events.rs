//! The application's own events: putting them, and what has become of them on people's calendars.
//!
//! A verb writes rows and enqueues work, and never waits for a provider: an event is stored whatever its calendars
//! say. What is sent to them is the business of the links' tasks.

mod alter;
mod answer;
mod bulk;
mod condition;
mod delete;
mod flag;
mod get;
mod list;
mod news;
mod occurrences;
mod pace;
mod plan;
mod put;
mod rewrite;
mod split;
pub(crate) mod stand;
mod take_off;
mod undo;
mod view;

use jiff::Timestamp;
use kalends_core::{
    event::{self, EventKey},
    invalid_field::InvalidField,
    provider::ProviderKind,
    sync::push::{Meeting, Refusal},
    time::{CalendarId, ConnectionId, EventId, EventLinkId, UserId},
    two_way::Answers,
};
use kalends_store::StoreError;

use crate::{availability::AvailabilityError, claims::NotFree, page::BadCursor, settings::SettingsError};

pub(crate) use alter::alter;
pub(crate) use answer::answer;
pub(crate) use bulk::bulk;
pub use condition::Condition;
pub use delete::delete;
pub use get::get;
pub use kalends_store::LinkStatus;
pub use list::{Filter, list};
pub use occurrences::{PutOccurrence, cancel_occurrence, put_occurrence};
pub use pace::Bulks;
pub(crate) use put::{Also, TRIES, Wanted, change_with};
pub use put::{Put, PutEvent, put, put_where_free};
pub use split::{SplitEvent, split};
pub(crate) use stand::Standing;
pub use take_off::{put_back, take_off};
pub(crate) use undo::undo_edit;
pub use undo::{Undone, undo};
pub(crate) use view::links;

/// An event of the application with what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// The application's name for it.
    pub key: EventKey,
    /// Counts its changes, from 1.
    pub version: i64,
    /// What the application wants. Never logged.
    pub wanted: event::Event,
    /// How it stands on calendars; `None` when it belongs on none.
    pub sync_status: Option<LinkStatus>,
    /// When one of its calendars last showed what is wanted.
    pub synced_at: Option<Timestamp>,
    /// The code of the failure of one of its links.
    pub last_error: Option<String>,
    /// Whether somebody must look at a conflict.
    pub has_conflict: bool,
    /// The event on calendars, in the order in which they were chosen.
    pub links: Vec<Link>,
    /// When it was first put.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// An event on one calendar.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Its id.
    pub id: EventLinkId,
    /// Whose calendar.
    pub user: UserId,
    /// The calendar.
    pub calendar: CalendarId,
    /// The connection that lists it.
    pub connection: ConnectionId,
    /// Who holds it.
    pub provider: ProviderKind,
    /// How it stands.
    pub status: LinkStatus,
    /// Why it is blocked; a code that this version knows.
    pub refusal: Option<Refusal>,
    /// Whether it was taken off by hand, and stays off.
    pub is_off: bool,
    /// Whether its person must look at a conflict.
    pub has_conflict: bool,
    /// The provider's page of the event.
    pub page: Option<String>,
    /// Its meeting link.
    pub meeting: Meeting,
    /// Its attendees' answers.
    pub answers: Answers,
    /// When the calendar last showed what is wanted.
    pub synced_at: Option<Timestamp>,
    /// The code of the last failure since.
    pub last_error: Option<String>,
}

impl Link {
    /// What to tell its person, when they can do something about it or wonder.
    pub const fn advice(&self) -> Option<&'static str> {
        match (self.status, self.refusal) {
            (LinkStatus::Blocked, Some(refusal)) => Some(refusal.advice()),
            (LinkStatus::Blocked, None) => Some("Your calendar does not take this event now."),
            (LinkStatus::Failed, _) => {
                Some("Your calendar could not be changed. We will try again by ourselves.")
            }
            (LinkStatus::Pending | LinkStatus::Synced | LinkStatus::Removed, _) => None,
        }
    }
}

/// Why an event was not found or not changed.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// The tenant has no such event.
    #[error("no such event")]
    NotFound,
    /// The event has no such link.
    #[error("no such link")]
    LinkNotFound,
    /// The series has no such time.
    #[error("the event has no time that begins then by its rule")]
    NoSuchTime,
    /// The series cannot be split there.
    #[error(
        "the series cannot be split there: nothing lies before, or it would not go on at the same times; put another event \
         instead"
    )]
    NotSplittable,
    /// The key is that of another event.
    #[error("there is an event of that key already")]
    KeyTaken,
    /// One of the people is no user of the tenant.
    #[error("no such user")]
    UnknownUser {
        /// Their place among the people.
        index: usize,
    },
    /// A field cannot be used.
    #[error(transparent)]
    Field(#[from] InvalidField),
    /// The event is not of the version that the change was for.
    #[error("the event is not of the version that the change is for")]
    VersionMismatch {
        /// Its version; `None` when there is no such event.
        current: Option<i64>,
    },
    /// No entry of the feed with that number tells what a person did to the event.
    #[error("no entry of the feed with the number {seq} tells what a person did to this event")]
    ChangeNotFound {
        /// The number.
        seq: i64,
    },
    /// The decision was taken back before.
    #[error("this has been undone already")]
    AlreadyUndone,
    /// A person is still asked what becomes of the edit.
    #[error("somebody has to say first what becomes of this edit; resolve the conflict that asks")]
    NotDecided,
    /// Nobody is asked what becomes of the edit any more.
    #[error("what becomes of this edit has been said already")]
    NothingAsked,
    /// All that was decided has been changed since.
    #[error("somebody has changed since all that could be undone")]
    NothingToUndo {
        /// The fields.
        fields: Vec<event::Field>,
    },
    /// The cursor is none of this list.
    #[error(transparent)]
    BadCursor(#[from] BadCursor),
    /// Time that was demanded is not free.
    #[error("the time is not free")]
    NotFree(NotFree),
    /// Whether the time is free cannot be said.
    #[error(transparent)]
    Availability(#[from] AvailabilityError),
    /// A user's settings cannot be read.
    #[error(transparent)]
    Settings(SettingsError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<SettingsError> for EventError {
    fn from(error: SettingsError) -> Self {
        match error {
            SettingsError::Store(error) => Self::Store(error),
            error => Self::Settings(error),
        }
    }
}
