//! What a link knows of its event at the provider.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{LinkKey, MeetingLink, Remote, Step};
use crate::event::{Conference, Content, Field};

/// What a link's row knows of its event at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkState {
    /// Names the event at the provider.
    pub key: LinkKey,
    /// The event's id and version, once the provider has answered them. Of one time of a series also when it is known to
    /// be off the calendar: then there is no `synced`.
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
    /// Creates or patches to these contents, the last one last. There are several only of one time of a series, whose
    /// series may have been written meanwhile.
    pub writes: Vec<Content>,
    /// Whether a deletion was begun, perhaps after that write.
    pub delete: bool,
}

impl LinkState {
    /// A link whose event was never sent.
    pub const fn new(key: LinkKey) -> Self {
        Self {
            key,
            provided: None,
            synced: None,
            unanswered: Unanswered {
                writes: Vec::new(),
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
                // Whatever else was written must have been found to be the same.
                self.unanswered.writes = vec![content.clone()];
            }
            Step::Delete { .. } => self.unanswered.delete = true,
            Step::Nothing | Step::Fetch { .. } => {}
        }
        self
    }

    /// The link once its event is gone: what follows would be a new one, with another id. One time of a series keeps its
    /// id; of that it is known how it was left, if the provider said so.
    #[must_use]
    pub(super) fn ended(&self, left: Option<&Remote>) -> Self {
        let left = left.filter(|_| self.key.occurrence.is_some());
        Self {
            meeting_link: self.meeting_link,
            provided: left.map(|remote| remote.provided.clone()),
            ..Self::new(self.key.next())
        }
    }

    /// What the calendar can be asked to show of a content.
    pub fn reachable(&self, desired: &Content) -> Content {
        let conference = match self.meeting_link {
            MeetingLink::Possible | MeetingLink::Again => desired.conference,
            MeetingLink::Refused | MeetingLink::Failed => Conference::NotWanted,
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
