//! What a link knows of its event at the provider.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{LinkKey, Step};
use crate::event::{Conference, Content, Field};

/// What a link's row knows of its event at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkState {
    /// Names the event at the provider.
    pub key: LinkKey,
    /// The event's id and version, once the provider has answered them.
    pub provided: Option<Provided>,
    /// What was last written and what the provider made of it.
    pub synced: Option<Synced>,
    /// Writes whose answers are not known.
    pub unanswered: Unanswered,
    /// Fields that are not sent because a person is asked which side's value stays.
    pub held: BTreeSet<Field>,
    /// Whether the calendar makes meeting links.
    pub meeting_link: MeetingLink,
}

/// An event's id and version at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provided {
    /// The provider's id.
    pub id: String,
    /// The provider's version, for guarding writes. An adapter whose provider answers none makes one of what it reads.
    pub etag: String,
    /// When it last changed, by the provider's clock.
    pub updated: Option<Timestamp>,
}

/// The last state on which both sides were one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Synced {
    /// What we wrote. What we want now is compared with this.
    pub sent: Content,
    /// What the provider made of it. What the provider has now is compared with this, so that a provider's own ways
    /// with a text are nobody's edit.
    pub shown: Content,
}

/// Writes that were begun, and whose answers are not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unanswered {
    /// A create or a patch to this content.
    pub write: Option<Content>,
    /// Whether a deletion was begun, perhaps after that write.
    pub delete: bool,
}

/// Whether the calendar makes meeting links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeetingLink {
    /// It may.
    Possible,
    /// It refused to: the event goes without one.
    Refused,
}

impl LinkState {
    /// A link whose event was never sent.
    pub const fn new(key: LinkKey) -> Self {
        Self {
            key,
            provided: None,
            synced: None,
            unanswered: Unanswered {
                write: None,
                delete: false,
            },
            held: BTreeSet::new(),
            meeting_link: MeetingLink::Possible,
        }
    }

    /// The link with a step noted that is about to be taken. It is stored before the call.
    #[must_use]
    pub fn attempting(mut self, step: &Step) -> Self {
        match step {
            Step::Create { content, .. } | Step::Patch { content, .. } => {
                self.unanswered.write = Some(content.clone());
            }
            Step::Delete { .. } => self.unanswered.delete = true,
            Step::Nothing | Step::Fetch { .. } => {}
        }
        self
    }

    /// The link once its event is gone: what follows would be a new one.
    #[must_use]
    pub fn next_generation(&self) -> Self {
        Self {
            meeting_link: self.meeting_link,
            ..Self::new(self.key.next())
        }
    }

    /// What the calendar can be asked to show of a content.
    pub fn reachable(&self, desired: &Content) -> Content {
        let conference = match self.meeting_link {
            MeetingLink::Possible => desired.conference,
            MeetingLink::Refused => Conference::NotWanted,
        };
        Content {
            conference,
            ..desired.clone()
        }
    }
}

impl Synced {
    /// After a write: what was sent, and the provider's answer to it.
    pub fn written(sent: Content, answered: &Content) -> Self {
        let shown = sent.read(answered);
        Self { sent, shown }
    }

    /// Where the provider's answer is not known: it shows what was sent.
    pub fn as_sent(sent: Content) -> Self {
        Self {
            shown: sent.clone(),
            sent,
        }
    }
}
