//! What a person must look at: events that overlap something else, lie outside working hours, or are pulled in two
//! directions.
//!
//! Either side may change: [`overlaps`] finds whom a changed event meets among the [`Timeline`] of what else there is,
//! and whom a changed calendar entry or block meets among the events. [`of_event`] says what that makes of an event,
//! [`diff`] what is new of it and what has gone by itself.
//!
//! To add a kind: a variant of [`ConflictKind`] and of [`Opponent`], and who finds it: [`of_event`] when it follows from
//! times, else the use case that comes across it.

mod diff;
mod of_event;
mod overlaps;
mod settle;
mod taken;
mod timeline;

pub use diff::{Diff, Standing, diff};
pub use of_event::{Cause, Surroundings, of_event};
pub use overlaps::{Overlap, overlaps};
pub use settle::TimeInConflict;
pub use taken::taken;
pub use timeline::Timeline;

use std::collections::BTreeMap;

use crate::time::{BlockId, CalendarId, EventEditId, EventId, ExternalEventId};

/// Why a person must look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConflictKind {
    /// Something else came to lie over the event, or the application put the event over something else.
    Overlap,
    /// A person moved the event over something else.
    MovedIntoConflict,
    /// Application and person changed the same thing, or somebody has to say what becomes of what the person did.
    CompetingEdit,
    /// The event lies, at least in part, outside its person's working hours.
    OutsideHours,
    /// The calendar that shows the event is gone.
    CalendarLost,
}

/// What an event is in conflict with. An event has at most one open conflict with each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Opponent {
    /// An event of a calendar; of a series, the whole series.
    External(ExternalEventId),
    /// Another of the application's events of the same person. Of the two, the one that was made later has the conflict.
    Event(EventId),
    /// A span that was marked busy by hand.
    Block(BlockId),
    /// The person's working hours.
    Hours,
    /// What a person did to the event on their calendar.
    Edit(EventEditId),
    /// A calendar.
    Calendar(CalendarId),
}

/// An open conflict of one event for one of its people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Why; it stays what it was when the conflict began.
    pub kind: ConflictKind,
    /// Where they meet; `None` when it is not about time.
    pub overlap: Option<Overlap>,
}

/// An event's conflicts, each with its opponent.
pub type Conflicts = BTreeMap<Opponent, Conflict>;

impl ConflictKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::Overlap,
        Self::MovedIntoConflict,
        Self::CompetingEdit,
        Self::OutsideHours,
        Self::CalendarLost,
    ];

    /// The word that API and database use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Overlap => "overlap",
            Self::MovedIntoConflict => "moved_into_conflict",
            Self::CompetingEdit => "competing_edit",
            Self::OutsideHours => "outside_hours",
            Self::CalendarLost => "calendar_lost",
        }
    }
}
