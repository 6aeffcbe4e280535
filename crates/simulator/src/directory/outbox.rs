//! The mail that would have been sent.

use std::collections::VecDeque;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How many messages are kept.
const KEPT: usize = 20_000;

/// A message about an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SentMail {
    /// The simulator's time.
    pub at: Timestamp,
    /// The receiver's address.
    pub to: String,
    /// What it is about.
    pub kind: MailKind,
    /// The event's id.
    pub event_id: String,
    /// The event's iCalendar UID.
    #[serde(rename = "iCalUID")]
    pub ical_uid: String,
}

/// What a message says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum MailKind {
    /// Somebody is invited.
    Invitation,
    /// An event has changed.
    Update,
    /// An event does not take place, or no longer with the receiver.
    Cancellation,
    /// A guest has answered; for the organizer.
    Response,
}

/// The latest messages, oldest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Outbox(VecDeque<SentMail>);

impl Outbox {
    pub(crate) fn push(&mut self, mail: SentMail) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(mail);
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &SentMail> {
        self.0.iter()
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}
