//! What becomes of an event that a person deleted from their calendar.

use jiff::Timestamp;

use super::{Policy, Rules};
use crate::{
    event::{Event, OriginalStart, PersonRole},
    external_event::EventStatus,
};

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
    /// It is cancelled for everybody: its organizer deleted it. One time of a series is taken out of it.
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

/// The event that does not take place; of one time of a series, the series without it.
pub fn called_off(event: &Event, time: Option<OriginalStart>) -> Event {
    match time {
        None => Event {
            status: EventStatus::Cancelled,
            ..event.clone()
        },
        // A time that is not there is out already.
        Some(start) => event.without(start).unwrap_or_else(|| event.clone()),
    }
}
