//! Event links: an event on one calendar, what is known of it there, and whether the calendar is owed anything.

mod count;
pub(crate) mod form;
mod owed;
mod read;
mod sight;
mod times;
mod write;

use jiff::Timestamp;
use kalends_core::{
    event::OriginalStart,
    sync::push::{LinkState, Made},
    time::{CalendarId, ConnectionId, EventId, EventLinkId, TenantId, UserId},
};

pub use self::{
    count::LinkCount,
    owed::{OwedLink, OwedLinks},
    sight::KnownLink,
    times::{NewTime, TimesWrite},
};
pub(crate) use self::{
    sight::sight,
    write::{insert, owe, save},
};
use crate::{Effects, db::words};

/// An event on one calendar, as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkRow {
    /// Its id.
    pub id: EventLinkId,
    /// Whose it is.
    pub tenant: TenantId,
    /// The event.
    pub event: EventId,
    /// For whom.
    pub user: UserId,
    /// On which calendar.
    pub calendar: CalendarId,
    /// What the calendar is at its provider.
    pub place: String,
    /// The connection that the calendar belongs to.
    pub connection: ConnectionId,
    /// How it stands.
    pub standing: LinkStanding,
    /// What pulls came across.
    pub sightings: Sightings,
    /// Counts its writes; those of pulls not.
    pub revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last written.
    pub updated_at: Timestamp,
}

/// How a link stands: all of it that changes.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkStanding {
    /// What is known of the event at the provider.
    pub state: LinkState,
    /// What the provider made of it by itself.
    pub made: Made,
    /// What it is for.
    pub aim: LinkAim,
    /// How many sightings have been looked at.
    pub looked: i64,
    /// Whether the calendar may differ from what is wanted.
    pub owed: bool,
    /// What people are told.
    pub status: LinkStatus,
    /// Why it is blocked: a refusal's code.
    pub reason: Option<String>,
    /// The code of the last failure since it was synced.
    pub last_error: Option<String>,
    /// When calendar and event were last one.
    pub synced_at: Option<Timestamp>,
}

/// What pulls came across of a link's event. Written by pulls, without regard to who else writes the link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sightings {
    /// How many there were.
    pub count: i64,
    /// The version that the last one saw; `None` when it saw that the event is gone.
    pub etag: Option<String>,
    /// The provider's id of an event of an earlier generation that came late and is to be deleted.
    pub stray: Option<String>,
    /// Of a series: times that were changed or taken away and that have no link yet.
    pub times: Vec<OriginalStart>,
}

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinkAim {
    /// The calendar shows the event.
    Shown,
    /// The event is off the calendar: cancelled, or its person no longer takes part.
    Removed,
    /// The event was taken off this calendar by hand, and stays off whatever becomes of it.
    Off,
}

/// What people are told of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinkStatus {
    /// Something is to be sent.
    Pending,
    /// The calendar shows what is wanted.
    Synced,
    /// Sending was given up for now; it is tried again daily, on request, and when the event changes.
    Failed,
    /// The event is off the calendar.
    Removed,
    /// The provider does not take it until something changes.
    Blocked,
}

/// What a link becomes. Written only while its row is of the revision that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkSave {
    /// The link.
    pub id: EventLinkId,
    /// The revision that was read.
    pub revision: i64,
    /// How it stands from now on. A sighting that came meanwhile keeps it owed.
    pub standing: LinkStanding,
    /// The stray that is gone.
    pub deleted_stray: Option<String>,
    /// The sighted times that are taken care of; others may have come since.
    pub seen_times: Vec<OriginalStart>,
}

/// A saved link with what follows.
#[derive(Debug)]
pub struct LinkCommit {
    /// The link.
    pub save: LinkSave,
    /// The event's version that the link was planned against: where the event has changed since, the link stays owed.
    /// `None` where it does not matter.
    pub planned_for: Option<i64>,
    /// What becomes of the links of its times, if it is that of a series.
    pub times: TimesWrite,
    /// Tasks and news.
    pub effects: Effects,
}

impl LinkRow {
    /// Which time of a series it is for; `None` for the event as a whole.
    pub const fn time(&self) -> Option<OriginalStart> {
        self.standing.state.key.occurrence
    }

    /// Whether a pull came across something that nobody has looked at yet.
    pub const fn is_sighted(&self) -> bool {
        self.sightings.count > self.standing.looked
    }

    /// A save that changes nothing yet.
    pub fn to_save(&self) -> LinkSave {
        LinkSave {
            id: self.id,
            revision: self.revision,
            standing: self.standing.clone(),
            deleted_stray: None,
            seen_times: Vec::new(),
        }
    }
}

words! {
    LinkStatus {
        Pending = "pending", Synced = "synced", Failed = "failed", Removed = "removed", Blocked = "blocked",
    }
}
