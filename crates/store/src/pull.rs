//! Pulls: what a pass over a provider's calendar writes, each step one transaction.
//!
//! A *pass* has a number. Beginning one takes the next number, and whatever an older pass still writes is refused as
//! fenced: a worker that lost its lease, or one that was overtaken by a deselection or a reconnection, changes
//! nothing. A full pass also takes the next *generation*; events that it did not see are deleted with its last page.
//!
//! [`Store::begin_pass`] -> [`Store::store_page`] for every page but the last -> [`Store::finish_pass`] or
//! [`Store::fail_pass`].

mod begin;
mod fail;
mod finish;
mod forget;
mod months;
mod page;
mod unseen;

use jiff::{SignedDuration, Timestamp};
use kalends_core::{
    sync::push::Sighting,
    time::{CalendarId, ConnectionId, EventLinkId, Interval, SyncRunId, TenantId},
};

pub(crate) use self::page::WrittenPage;
pub use self::{
    begin::BeginPass,
    fail::PassFailure,
    months::MonthsCommit,
    unseen::{Seen, Stored},
};
use crate::{Effects, EventUpsert, Source, db::words};

/// How much a pass asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PassKind {
    /// Everything.
    Full,
    /// What changed since the cursor.
    Delta,
}

/// Why a pass takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trigger {
    /// The calendar was connected or selected.
    Selection,
    /// Its interval has passed.
    Poll,
    /// The provider told of a change.
    Push,
    /// Somebody asked for it.
    Request,
    /// An answer needed fresher data.
    Live,
}

/// A pass under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pass {
    /// Whose calendar it is.
    pub tenant: TenantId,
    /// The calendar.
    pub calendar: CalendarId,
    /// Its connection.
    pub connection: ConnectionId,
    /// Full or delta.
    pub kind: PassKind,
    /// Counts the calendar's passes.
    pub number: i64,
    /// Counts its full passes.
    pub generation: i64,
    /// The cursor as it was when the pass began; a delta pass starts there.
    pub cursor: Option<String>,
    /// The pass's audit row.
    pub run: SyncRunId,
}

/// What one page of a provider's answer brought.
#[derive(Clone, Debug, Default)]
pub struct PullPage {
    /// Items that exist. Of two with the same provider id the later one counts.
    pub upserts: Vec<EventUpsert>,
    /// Provider ids of items that no longer exist. A master takes its overrides with it.
    pub gone: Vec<String>,
    /// Items that could not be read. What was stored of them before stays.
    pub quarantined: Vec<QuarantinedItem>,
    /// Requests that it took.
    pub requests: u32,
}

/// An item that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuarantinedItem {
    /// The provider's id, as far as it has one.
    pub provider_id: String,
    /// Why, without its content.
    pub reason: String,
    /// How often it has been read on its own.
    pub attempts: u32,
    /// When it is read on its own next; `None` for what is stored with a guess or an omission.
    pub retry_at: Option<Timestamp>,
}

/// What writing pages did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PullCounts {
    /// Events that were not stored before.
    pub created: u64,
    /// Events that were stored and have changed.
    pub updated: u64,
    /// Events that are no longer stored.
    pub deleted: u64,
    /// Items that could not be read.
    pub quarantined: u64,
}

/// The end of a pass: its last page and everything that becomes true with it.
#[derive(Debug)]
pub struct PullCommit {
    /// The last page.
    pub page: PullPage,
    /// Where the next delta pass starts.
    pub cursor: Option<String>,
    /// The window that the busy months answer for; `None` leaves it.
    pub covered: Option<Covered>,
    /// The recompiled months.
    pub months: MonthsWrite,
    /// The moment whose state at the provider is now stored: when the pass began.
    pub as_of: Timestamp,
    /// How it came to be known.
    pub source: Source,
    /// The interval at which the provider asks to be polled.
    pub poll_hint: Option<SignedDuration>,
    /// The interval at which the calendar is polled from now on; `None` when it is not.
    pub poll_every: Option<SignedDuration>,
    /// When something changed; `None` leaves what is stored.
    pub changed_at: Option<Timestamp>,
    /// What was come across of the application's own events.
    pub sightings: Vec<(EventLinkId, Sighting)>,
    /// News, the next poll.
    pub effects: Effects,
}

/// A window that busy months answer for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Covered {
    /// The window.
    pub window: Interval,
    /// When it has to move on, see [`Store::calendars_to_roll`](crate::Store::calendars_to_roll).
    pub rolls_at: Timestamp,
}

/// Which months of a calendar's busy index are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MonthsWrite {
    /// None; what is stored stays.
    Keep,
    /// These; the others stay.
    Some(Vec<EncodedMonth>),
    /// These are all there are.
    All(Vec<EncodedMonth>),
}

/// A month of a calendar's busy index as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodedMonth {
    /// Months since January of year 0, UTC.
    pub month: i32,
    /// The month's run in `kalends_core::busy`'s encoding.
    pub runs: Vec<u8>,
}

words! {
    PassKind { Full = "full", Delta = "delta" }
    Trigger { Selection = "selection", Poll = "poll", Push = "push", Request = "request", Live = "live" }
}

impl PullCounts {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            created: self.created + other.created,
            updated: self.updated + other.updated,
            deleted: self.deleted + other.deleted,
            quarantined: self.quarantined + other.quarantined,
        }
    }
}
