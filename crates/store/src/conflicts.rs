//! Conflicts: what people must look at, from when it is found until it is gone or somebody resolves it.
//!
//! A row *stands* while it is open, and after a person has kept both for as long as the two meet where they met then. An
//! event has at most one standing conflict with each opponent for each of its people.

mod ahead;
mod commit;
mod form;
mod list;
mod read;

use jiff::Timestamp;
use kalends_core::{
    conflict::{Conflict, ConflictKind, Opponent, Overlap},
    event::EventKey,
    time::{CalendarId, ConflictId, EventEditId, EventId, TenantId, UserId},
};

pub(crate) use self::commit::settle;
pub use self::{ahead::PersonAhead, list::ConflictFilter};
use crate::{Effects, EventRow, Lease, db::words};

/// A conflict as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct ConflictRow {
    /// Its id.
    pub id: ConflictId,
    /// Whose it is.
    pub tenant: TenantId,
    /// The event.
    pub event: EventId,
    /// The application's name for the event.
    pub key: EventKey,
    /// For whom.
    pub user: UserId,
    /// What the event is in conflict with.
    pub opponent: Opponent,
    /// Why, and where they meet.
    pub conflict: Conflict,
    /// How it was resolved, and when; `None` while it is open.
    pub resolved: Option<(Resolution, Timestamp)>,
    /// When it was found.
    pub opened_at: Timestamp,
    /// When its row was last written.
    pub updated_at: Timestamp,
    /// Counts its writes.
    pub revision: i64,
}

/// How a conflict was resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Resolution {
    /// It went by itself.
    Gone,
    /// The event was moved to another time.
    Moved,
    /// A person wants both.
    KeptBoth,
    /// The event was cancelled.
    CancelledOurs,
    /// What the person did on their calendar was taken back.
    UndidTheirs,
    /// What the person did on their calendar stays.
    KeptTheirs,
}

impl Resolution {
    /// Whether what was in conflict may still be there: then it is quiet for as long as it stays as it was.
    pub const fn stands(self) -> bool {
        matches!(self, Self::KeptBoth | Self::UndidTheirs | Self::KeptTheirs)
    }
}

/// A conflict to be opened.
#[derive(Clone, Debug, PartialEq)]
pub struct NewConflict {
    /// Its id.
    pub id: ConflictId,
    /// The event.
    pub event: EventId,
    /// For whom.
    pub user: UserId,
    /// With what.
    pub opponent: Opponent,
    /// Why and where.
    pub conflict: Conflict,
}

/// A change of a conflict's row, written only while the row is of the revision that was read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConflictWrite {
    /// The conflict.
    pub id: ConflictId,
    /// The revision that was read.
    pub revision: i64,
    /// What becomes of it.
    pub change: ConflictChange,
}

/// What becomes of a conflict.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ConflictChange {
    /// They meet elsewhere.
    Met(Option<Overlap>),
    /// It is resolved; one that was kept stands on.
    Resolved(Resolution),
    /// It was kept and stands no longer.
    Lapsed,
}

/// What becomes true of a person's conflicts, in one transaction.
#[derive(Debug)]
pub struct ConflictsCommit {
    /// The claim of the task that found them; nothing is written with one that was lost.
    pub lease: Option<Lease>,
    /// Rows that change; they are written before new ones come.
    pub changed: Vec<ConflictWrite>,
    /// Found for the first time.
    pub opened: Vec<NewConflict>,
    /// News, and when to look again.
    pub effects: Effects,
}

/// One of a person's events, with where it stands on calendars.
#[derive(Clone, Debug, PartialEq)]
pub struct EventAhead {
    /// The event.
    pub row: EventRow,
    /// Whether it is where it is because a person moved it there.
    pub moved_by_person: bool,
    /// The providers' ids of its copies, on anybody's calendar.
    pub copies: Vec<String>,
    /// Calendars of the person that show it, or should, and are lost.
    pub lost: Vec<CalendarId>,
    /// What the person did to it that needs a look: somebody is asked, or the application had changed the same.
    pub edits: Vec<EventEditId>,
}

words! {
    ConflictKind {
        Overlap = "overlap", MovedIntoConflict = "moved_into_conflict", CompetingEdit = "competing_edit",
        OutsideHours = "outside_hours", CalendarLost = "calendar_lost",
    }
    Resolution {
        Gone = "gone", Moved = "moved", KeptBoth = "kept_both", CancelledOurs = "cancelled_ours",
        UndidTheirs = "undid_theirs", KeptTheirs = "kept_theirs",
    }
}
