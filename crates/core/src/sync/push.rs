//! What to do next so that exactly one event of a provider's calendar shows what a link wants.
//!
//! [`plan`] looks at what is wanted and at what the link knows, and names the next [`Step`]; a step that writes is
//! noted in the link ([`LinkState::attempting`]) before it is taken. [`after`] takes the provider's answer and says what
//! the link knows now. Between any two of these the process may die, and an answer may be lost: planning again from the
//! stored link finds out what became of the write and goes on, because
//!
//! - the provider's id of the event follows from the link and its generation ([`LinkKey`]), so a create that is
//!   repeated is answered "already exists", and a deleted event's id is never used again;
//! - every write of an event that exists is guarded by the version it was planned for;
//! - the event carries a mark that says which content was written last, so that our own write whose answer
//!   was lost is told from a person's edit ([`Remote::written`]).
//!
//! One time of a series is a link of its own ([`LinkState::occurrence`]), with the same steps but the first: it is there as
//! soon as its series is, and keeps its id for as long. So a series is pushed before its times, its times hear of
//! what is written to it ([`LinkState::series_written`]), and their links go with it.
//!
//! To add a step: a variant of [`Step`], its line in the table of `plan`, what follows in `after`, and a verb of the
//! model that `tests/it/push` holds all of this against.

mod after;
mod base;
mod link;
mod link_key;
mod meeting_link;
mod occurrence;
mod plan;
mod refusal;
mod sight;

pub use after::{After, Outcome, after, seen};
pub use link::{LinkState, Provided, Synced, Unanswered};
pub use link_key::LinkKey;
pub use meeting_link::MeetingLink;
pub use plan::{At, Step, Wanted, Why, plan};
pub use refusal::Refusal;
pub use sight::{Read, Sighting, sighting};

use crate::{
    event::{Content, ContentHash},
    two_way::Answers,
};

/// An event as the provider has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote {
    /// The provider's id and version.
    pub provided: Provided,
    /// Whether it is still there.
    pub life: Life,
    /// Whose it is, by its id or its marker; `None` where the provider answers neither.
    pub key: Option<LinkKey>,
    /// What we wrote last, by its marker.
    pub written: Option<ContentHash>,
    /// What it shows; its description is whole, as [`Description::whole`](crate::event::Description::whole) makes it.
    pub content: Content,
    /// What the provider made of it by itself.
    pub made: Made,
}

/// What a provider makes of an event by itself: stored and shown, never compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// The provider's page of the event.
    pub page: Option<String>,
    /// Its meeting link.
    pub meeting: Meeting,
    /// Its attendees' answers.
    pub answers: Answers,
}

/// How far a meeting link is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Meeting {
    /// There is none.
    #[default]
    Absent,
    /// The provider is making it.
    Pending,
    /// Its address.
    Ready(String),
    /// The provider could not make it.
    Failed,
}

/// Whether an event that a provider answers is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// It is on the calendar.
    Live,
    /// It was deleted; the provider still remembers its id.
    Tombstone,
}
