//! Calendars: what a connection lists, what of it counts, and how its synchronisation stands.

mod choose;
mod clear;
mod discover;
mod overdue;
mod read;

use jiff::{SignedDuration, Timestamp};
use kalends_core::time::{CalendarId, ConnectionId, Interval, TenantId, UserId, Zone};

pub(crate) use self::{
    clear::{Which, clear},
    discover::{CalendarOwner, upsert_found},
    read::{COLUMNS, RETURNING, calendar as calendar_of},
};
pub use self::{
    discover::{Discovery, FoundCalendar},
    overdue::Late,
    read::CalendarFilter,
};
use crate::{PassKind, db::words};

/// One calendar of a connection.
#[derive(Clone, Debug, PartialEq)]
pub struct Calendar {
    /// Its id.
    pub id: CalendarId,
    /// Whose user it belongs to.
    pub tenant: TenantId,
    /// Whose it is.
    pub user: UserId,
    /// The connection that lists it.
    pub connection: ConnectionId,
    /// The provider's id.
    pub provider_id: String,
    /// The name that its owner sees. Never logged.
    pub name: String,
    /// The zone of its all-day events.
    pub zone: Zone,
    /// Color as `#rrggbb`.
    pub color: Option<String>,
    /// The provider's word for what the account may do in it.
    pub access_role: String,
    /// Whether it is the account's main calendar.
    pub primary: bool,
    /// What can be done with it.
    pub capabilities: Capabilities,
    /// Whether it counts for availability.
    pub selected: bool,
    /// Whether it gets the user's events.
    pub write_target: bool,
    /// Since when the provider no longer lists it.
    pub lost_at: Option<Timestamp>,
    /// How its synchronisation stands.
    pub sync: CalendarSync,
    /// When it was first listed.
    pub created_at: Timestamp,
}

/// What can be done with a calendar, by the account's role in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Whether only busy times can be read.
    pub free_busy_only: bool,
    /// Whether events can be written.
    pub can_write: bool,
    /// Whether its events can have meeting links.
    pub can_create_meet: bool,
}

/// How a calendar's synchronisation stands.
#[derive(Clone, Debug, PartialEq)]
pub struct CalendarSync {
    /// Whether something is under way or wrong.
    pub status: SyncStatus,
    /// When a pass last succeeded.
    pub last_synced_at: Option<Timestamp>,
    /// The code of the failure since then.
    pub last_error: Option<String>,
    /// Failed passes since the last success.
    pub retry_count: u32,
    /// When it is tried again.
    pub next_retry_at: Option<Timestamp>,
    /// Where the next delta pass starts; `None` asks for a full pass.
    pub cursor: Option<String>,
    /// Counts passes; see [`crate::Pass`].
    pub pass: i64,
    /// The pass under way.
    pub progress: Option<PassProgress>,
    /// The window that the busy months answer for.
    pub covered: Option<Interval>,
    /// The moment whose state at the provider is stored.
    pub as_of: Option<Timestamp>,
    /// How that came to be known.
    pub source: Option<Source>,
    /// The interval at which the provider asks to be polled.
    pub poll_hint: Option<SignedDuration>,
    /// The interval at which it is polled; `None` when it is not.
    pub poll_every: Option<SignedDuration>,
    /// When something last changed in it.
    pub changed_at: Option<Timestamp>,
    /// What the last full pass would have deleted, when that was not believed.
    pub suspected: Option<SuspectedDeletion>,
    /// Since when it is late and watched.
    pub watched_since: Option<Timestamp>,
    /// Since when it is said to be overdue.
    pub overdue_since: Option<Timestamp>,
    /// Items that could not be read, or not wholly.
    pub quarantined: u64,
    /// When it was last held against what the provider lists.
    pub audited_at: Option<Timestamp>,
    /// How much differed then.
    pub drift: Option<u64>,
}

/// A full pass that missed so much of the calendar that another one has to say the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SuspectedDeletion {
    /// [`crate::Pass::generation`] of that pass: what it missed is of an older one.
    pub generation: i64,
    /// How many events it missed.
    pub missing: u64,
}

/// A pass under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PassProgress {
    /// Full or delta.
    pub kind: PassKind,
    /// When it began.
    pub started_at: Timestamp,
    /// Pages stored so far.
    pub pages: u32,
    /// Items in them.
    pub items: u32,
}

/// Whether a calendar's synchronisation is at rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SyncStatus {
    /// At rest.
    Idle,
    /// A pass is under way.
    Syncing,
    /// The last pass failed.
    Error,
}

/// How the state of a calendar came to be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// The provider told of a change.
    Push,
    /// It was asked at its interval.
    Poll,
    /// It was asked because somebody waited.
    Live,
}

words! {
    SyncStatus { Idle = "idle", Syncing = "syncing", Error = "error" }
    Source { Push = "push", Poll = "poll", Live = "live" }
}
