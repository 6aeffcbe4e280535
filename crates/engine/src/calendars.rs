//! The calendars of connected accounts: finding them, and what counts of them.

mod discover;
mod get;
mod list;
mod update;

use jiff::Timestamp;
use kalends_core::{
    provider::ProviderKind,
    time::{CalendarId, ConnectionId, Interval, UserId, Zone},
};
use kalends_store::StoreError;

use crate::{channels::PushStatus, page::BadCursor};

pub(crate) use discover::{Choice, discover, found, next_discovery};
pub use get::get;
pub use list::list;
pub use update::{UpdateCalendar, update};

/// One calendar of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about a calendar")]
pub struct Calendar {
    /// Its id.
    pub id: CalendarId,
    /// The connection that it came with.
    pub connection: ConnectionId,
    /// Whose it is.
    pub user: UserId,
    /// Where it is.
    pub provider: ProviderKind,
    /// What its owner calls it. Never logged.
    pub name: String,
    /// The zone of its all-day events.
    pub time_zone: Zone,
    /// Its color as `#rrggbb`.
    pub color: Option<String>,
    /// What the account may do in it: `free_busy`, `read`, `write` or `own`.
    pub access_role: String,
    /// Whether it is the account's main calendar.
    pub primary: bool,
    /// Whether only busy time can be read.
    pub free_busy_only: bool,
    /// Whether events can be written.
    pub can_write: bool,
    /// Whether a meeting link can be made for its events.
    pub can_create_meet: bool,
    /// Whether it counts for availability.
    pub selected: bool,
    /// Whether it gets the user's events.
    pub write_target: bool,
    /// Since when the provider no longer lists it or no longer lets us read it.
    pub lost_at: Option<Timestamp>,
    /// Whether its provider tells of changes.
    pub push: PushStatus,
    /// How its sync stands.
    pub sync: SyncState,
}

/// How a calendar's sync stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncState {
    /// What it is doing.
    pub status: SyncStatus,
    /// When it last agreed with the provider.
    pub last_synced_at: Option<Timestamp>,
    /// Stable code of the latest failure; `None` after a success.
    pub last_error: Option<String>,
    /// Failures in a row.
    pub retry_count: u32,
    /// When it is tried again after a failure.
    pub next_retry_at: Option<Timestamp>,
    /// The window that answers about free time can rely on.
    pub covered: Option<Interval>,
    /// How far the pass under way has come.
    pub progress: Option<Progress>,
    /// Since when it has not been in step for too long.
    pub overdue_since: Option<Timestamp>,
    /// Items that could not be read, or not wholly.
    pub quarantined: u64,
    /// When it was last held against what the provider lists.
    pub audited_at: Option<Timestamp>,
    /// How many items differed then, which a full pass has put right.
    pub drift: Option<u64>,
}

/// What a calendar's sync is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncStatus {
    /// Nothing.
    Idle,
    /// Reading.
    Syncing,
    /// Waiting after a failure.
    Error,
}

/// How far a pass has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Pages stored.
    pub pages: u64,
    /// Items stored.
    pub items: u64,
    /// When the pass began.
    pub started_at: Option<Timestamp>,
}

/// Why nothing could be done with a calendar.
#[derive(Debug, thiserror::Error)]
pub enum CalendarError {
    /// The tenant has no such calendar.
    #[error("no such calendar")]
    NotFound,
    /// The account may not write events there.
    #[error("the account may not write to this calendar, so it cannot be the write target")]
    NotWritable,
    /// The provider no longer lists it, or its account is disconnected.
    #[error("the calendar is no longer connected")]
    Lost,
    /// The cursor is none of this list.
    #[error(transparent)]
    BadCursor(#[from] BadCursor),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A missing row, in this capability's words.
fn missing(error: StoreError) -> CalendarError {
    match error {
        StoreError::NotFound { .. } => CalendarError::NotFound,
        error => CalendarError::Store(error),
    }
}
