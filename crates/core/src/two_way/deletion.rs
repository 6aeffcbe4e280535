//! What becomes of an event that a person deleted from their calendar.

use jiff::Timestamp;

use super::{Policy, Rules};
use crate::event::PersonRole;

/// What is known of the deletion.
#[derive(Clone, Copy, Debug)]
pub struct DeletedEvent {
    /// Whose calendar it was.
    pub role: PersonRole,
    /// Whether the application had changed the event since it was last sent.
    pub is_changed: bool,
    /// When it was deleted, by the provider's clock, where that is still known.
    pub deleted_at: Option<Timestamp>,
}

/// What becomes of the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterDeletion {
    /// It is cancelled for everybody: its organizer deleted it.
    Cancel,
    /// It stays, and is off this calendar: a participant took it away for themselves.
    Unlink,
    /// It goes on the calendar again.
    Recreate,
    /// It is off the calendar until a person has said.
    Ask,
}

/// Decides over a deletion.
pub fn on_deletion(deleted: DeletedEvent, rules: Rules) -> AfterDeletion {
    let accepted = match deleted.role {
        PersonRole::Organizer => AfterDeletion::Cancel,
        PersonRole::Participant => AfterDeletion::Unlink,
    };
    let is_newer = deleted.deleted_at.is_some_and(|at| at > rules.desired_at);
    match rules.effective() {
        Policy::AppWins => AfterDeletion::Recreate,
        Policy::Ask => AfterDeletion::Ask,
        Policy::NewestWins if deleted.is_changed && !is_newer => AfterDeletion::Recreate,
        Policy::NewestWins | Policy::ProviderWins => accepted,
    }
}
