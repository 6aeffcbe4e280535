//! The application's events: what it wants, whose calendars it belongs on, and everything that becomes true together
//! when one changes.

mod calendars;
mod commit;
mod form;
mod list;
mod read;

use jiff::Timestamp;
use kalends_core::{
    event::{Event, EventKey},
    time::{CalendarId, EventId, EventLinkId, TenantId, UserId},
};

pub use self::{calendars::EventCalendar, list::EventQuery, read::EventPlace};
pub(crate) use self::{
    commit::lock,
    form::parts,
    read::{COLUMNS as EVENT_COLUMNS, content, event as event_row, key},
};
use crate::{Claiming, EditWrite, Effects, HoldWrite, LinkSave};

/// An event as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct EventRow {
    /// Its id.
    pub id: EventId,
    /// Whose it is.
    pub tenant: TenantId,
    /// The application's name for it; `None` while it is only a hold.
    pub key: Option<EventKey>,
    /// Counts its changes, from 1.
    pub version: i64,
    /// What the application wants. Never logged.
    pub event: Event,
    /// When the application last changed it.
    pub desired_at: Timestamp,
    /// When it was first put.
    pub created_at: Timestamp,
    /// When its row was last written.
    pub updated_at: Timestamp,
}

/// What becomes true of an event and its links, in one transaction.
#[derive(Debug)]
pub struct EventCommit {
    /// The event.
    pub write: EventWrite,
    /// Links to be made; they are owed from the start.
    pub new_links: Vec<NewLink>,
    /// Links that are to show the event as it is now.
    pub shown: Vec<EventLinkId>,
    /// Links whose event is to go from its calendar.
    pub removed: Vec<EventLinkId>,
    /// A link that learnt something from its calendar, which is what changes the event.
    pub saved: Option<LinkSave>,
    /// What it does about its people's time.
    pub claiming: Claiming,
    /// What a person did that changes the event, or what has become of that.
    pub edit: Option<EditWrite>,
    /// What becomes of the hold that it is.
    pub hold: Option<HoldWrite>,
    /// Tasks that push the links; news.
    pub effects: Effects,
}

/// What is written of an event.
#[derive(Clone, Debug, PartialEq)]
pub enum EventWrite {
    /// It is new. A key that is taken is a [`StoreError::Conflict`](crate::StoreError::Conflict).
    Insert {
        /// Its id.
        id: EventId,
        /// The application's name for it; `None` for a hold.
        key: Option<EventKey>,
        /// What is wanted.
        event: Event,
    },
    /// It changes. One that has changed since is a [`StoreError::Conflict`](crate::StoreError::Conflict).
    Update {
        /// Its id.
        id: EventId,
        /// The version that it had when it was read.
        version: i64,
        /// The application's name for it from now on.
        key: Option<EventKey>,
        /// What is wanted now.
        event: Event,
        /// When the application last changed it: now, unless a person did.
        desired_at: Timestamp,
    },
    /// It stays as it is. One that has changed since is a [`StoreError::Conflict`](crate::StoreError::Conflict).
    Keep {
        /// Its id.
        id: EventId,
        /// The version that it had when it was read.
        version: i64,
    },
}

/// A link to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLink {
    /// Its id.
    pub id: EventLinkId,
    /// For whom.
    pub user: UserId,
    /// On which calendar.
    pub calendar: CalendarId,
    /// What the calendar is at its provider.
    pub place: String,
}

impl EventCommit {
    /// A write of the event that touches no link and keeps its claims on their terms; a new event takes its time without asking.
    pub fn new(write: EventWrite) -> Self {
        Self {
            write,
            new_links: Vec::new(),
            shown: Vec::new(),
            removed: Vec::new(),
            saved: None,
            claiming: Claiming::Kept,
            edit: None,
            hold: None,
            effects: Effects::none(),
        }
    }
}

impl EventWrite {
    /// The event's id.
    pub const fn id(&self) -> EventId {
        match self {
            Self::Insert { id, .. } | Self::Update { id, .. } | Self::Keep { id, .. } => *id,
        }
    }
}
