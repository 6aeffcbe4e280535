//! Events in connected calendars that Kalends did not create, as they were stored.

mod list;

use kalends_core::{
    event::EventKey,
    external_event::ExternalEvent,
    time::{CalendarId, ExternalEventId, Interval, UserId},
};
use kalends_store::StoreError;

use crate::page::BadCursor;

pub use list::list;

/// A stored item of a calendar: an event, the master of a series, or an override.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredEvent {
    /// Its id.
    pub id: ExternalEventId,
    /// Its calendar.
    pub calendar: CalendarId,
    /// What the provider says.
    pub event: ExternalEvent,
    /// The application's events that are in an open conflict with it; of a series the master has them.
    pub conflicts_with: Vec<EventKey>,
}

/// Which events are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// Those of this user.
    pub user: UserId,
    /// Only those of this calendar.
    pub calendar: Option<CalendarId>,
    /// Only those that can touch this window; a series does when any of its occurrences can.
    pub window: Option<Interval>,
}

/// Why events were not listed.
#[derive(Debug, thiserror::Error)]
pub enum ExternalEventError {
    /// The tenant has no such user.
    #[error("no such user")]
    UnknownUser,
    /// The tenant has no such calendar.
    #[error("no such calendar")]
    UnknownCalendar,
    /// The cursor is none of this list.
    #[error(transparent)]
    BadCursor(#[from] BadCursor),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
