//! Conflicts: what people must look at, found whichever side changes, and gone by themselves.
//!
//! Whatever may make or end a conflict enqueues [`task::conflicts`](crate::runner::task::conflicts) for the person in its own
//! transaction, and [`look`] finds everything anew from the rows: the person's events ahead, what else takes up their time, their
//! hours. So the order in which both sides change does not matter, and nothing is ever cancelled by it. What takes place later than
//! calendars are covered, `windowAheadDays` and the rest of that month, is looked at when its time comes nearer.
//!
//! To add a kind: core's [`ConflictKind`](kalends_core::conflict::ConflictKind), who finds it in `find`, and what enqueues the look.

mod find;
mod list;
mod look;
mod night;
mod resolve;
mod suggest;
mod taken;
mod theirs;
mod view;
pub(crate) mod wire;

use std::collections::BTreeSet;

use jiff::Timestamp;
use kalends_core::{
    conflict::{ConflictKind, Overlap},
    event::{Event, EventKey},
    invalid_field::InvalidField,
    time::{BlockId, CalendarId, ConflictId, EventEditId, ExternalEventId, Interval, TenantId, UserId},
};
use kalends_store::{ConflictRow, NewTask, StoreError};

pub use kalends_store::Resolution;

pub use self::{
    list::{ListConflicts, list},
    resolve::{Action, resolve},
    suggest::suggestions,
};
pub(crate) use self::{look::look, night::look_at_all};
use crate::{Engine, availability::AvailabilityError, events::EventError, page::BadCursor, runner::task};

/// Something about an event that one of its people must look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Its id.
    pub id: ConflictId,
    /// The application's name for the event.
    pub key: EventKey,
    /// For whom.
    pub user: UserId,
    /// Why.
    pub kind: ConflictKind,
    /// What the event is in conflict with.
    pub with: With,
    /// Where they meet; `None` when it is not about time.
    pub overlap: Option<Overlap>,
    /// How it was resolved, and when; `None` while it is open.
    pub resolved: Option<(Resolution, Timestamp)>,
    /// When it was found.
    pub opened_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What an event is in conflict with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum With {
    /// An event of a calendar; of a series, the whole series.
    External(ExternalEventId),
    /// Another of the application's events, under its name for it; `None` when that is gone.
    Event(Option<EventKey>),
    /// A span that was marked busy by hand.
    Block(BlockId),
    /// The person's working hours.
    Hours,
    /// What a person did to the event on their calendar.
    Edit(EventEditId),
    /// A calendar that is gone.
    Calendar(CalendarId),
}

/// Why a conflict was not found or not resolved.
#[derive(Debug, thiserror::Error)]
pub enum ConflictError {
    /// The tenant has no such conflict.
    #[error("no such conflict")]
    NotFound,
    /// It was resolved already, or has gone by itself.
    #[error("the conflict is resolved")]
    Resolved,
    /// The action makes no sense for the conflict.
    #[error("{action} does not resolve a conflict of kind {}", kind.as_str())]
    Impossible {
        /// The action.
        action: &'static str,
        /// The conflict's kind.
        kind: ConflictKind,
    },
    /// Not all of the event's people can come then.
    #[error("not everybody is free then")]
    Taken {
        /// When they can, nearest to the event's own time first.
        suggestions: Vec<Interval>,
    },
    /// A field cannot be used.
    #[error(transparent)]
    Field(#[from] InvalidField),
    /// The cursor is none of this list.
    #[error(transparent)]
    BadCursor(#[from] BadCursor),
    /// The event could not be changed.
    #[error(transparent)]
    Event(#[from] EventError),
    /// The slots could not be worked out.
    #[error(transparent)]
    Availability(#[from] AvailabilityError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A conflict that nobody has resolved.
async fn open(engine: &Engine, tenant: TenantId, id: ConflictId) -> Result<ConflictRow, ConflictError> {
    match engine.store().conflict(tenant, id).await {
        Err(StoreError::NotFound { .. }) => Err(ConflictError::NotFound),
        Ok(row) if row.resolved.is_some() => Err(ConflictError::Resolved),
        row => Ok(row?),
    }
}

/// What looks for the conflicts of everybody who has a part in an event, before its change or after it. Nobody, when the change has
/// nothing to do with when it takes up whose time.
pub(crate) fn looks(tenant: TenantId, before: Option<&Event>, after: &Event, now: Timestamp) -> Vec<NewTask> {
    if before.is_some_and(|before| takes_the_same(before, after)) {
        return Vec::new();
    }
    let people = before.into_iter().chain([after]).flat_map(|event| &event.people);
    let users: BTreeSet<&UserId> = people.map(|person| &person.user).collect();
    users
        .into_iter()
        .map(|user| task::conflicts(tenant, user, now))
        .collect()
}

/// Whether two forms of an event take up the same people's time at the same times.
fn takes_the_same(before: &Event, after: &Event) -> bool {
    before.when == after.when
        && before.recurrence == after.recurrence
        && before.exceptions == after.exceptions
        && before.people == after.people
        && before.transparency == after.transparency
        && before.status == after.status
}
