//! What people did to the application's events on their calendars: told, kept with both sides, and undone from here.

mod read;
mod write;

use jiff::Timestamp;
use kalends_core::{
    time::{EventEditId, EventId, EventLinkId, TenantId, UserId},
    two_way::{AfterDeletion, Edit},
};

pub(crate) use self::write::{moves, write};
use crate::db::words;

/// What a person did, as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct EditRow {
    /// Its id.
    pub id: EventEditId,
    /// Whose event it is.
    pub tenant: TenantId,
    /// The event.
    pub event: EventId,
    /// The link on whose calendar it was done; it may be gone.
    pub link: EventLinkId,
    /// Whose calendar that is.
    pub user: UserId,
    /// What was done.
    pub what: EditWhat,
    /// What has become of it.
    pub state: EditState,
    /// When it was found.
    pub created_at: Timestamp,
}

/// What a person did. Texts are never logged.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "nearly all are of the large variant")]
pub enum EditWhat {
    /// They changed it.
    Edited(Edit),
    /// They deleted it, and this became of the event.
    Deleted(AfterDeletion),
}

/// What has become of what a person did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EditState {
    /// It was decided.
    Settled,
    /// A person is asked.
    Open,
    /// A person was asked and has said.
    Answered,
    /// The decision was taken back.
    Undone,
}

/// What is written of an edit together with its event.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "nearly all are of the large variant")]
pub enum EditWrite {
    /// It was found.
    New {
        /// Its id.
        id: EventEditId,
        /// On which link's calendar.
        link: EventLinkId,
        /// Whose that is.
        user: UserId,
        /// What was done.
        what: EditWhat,
        /// Whether it is decided.
        state: EditState,
    },
    /// It became something else; [`StoreError::Conflict`](crate::StoreError::Conflict) when it is not in the state that it
    /// was read in.
    Moved {
        /// Its id.
        id: EventEditId,
        /// The state that it was read in.
        from: EditState,
        /// The state that it has now.
        to: EditState,
    },
}

words! {
    EditState { Settled = "settled", Open = "open", Answered = "answered", Undone = "undone" }
    AfterDeletion { Cancel = "cancelled", Unlink = "unlinked", Recreate = "recreated", Ask = "asked" }
}
