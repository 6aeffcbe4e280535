//! What a link knows of its event at the provider.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{LinkKey, Meeting, Remote, Step};
use crate::event::{Conference, Content, Field, OriginalStart};

/// Most writes that are kept while nobody can say what became of them.
const UNANSWERED: usize = 20;

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

/// Whether the calendar makes a meeting link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeetingLink {
    /// It may.
    Possible,
    /// It took the request and made none; it is asked once more.
    Again,
    /// It makes none at all: the event goes without one.
    Refused,
    /// It made none twice: the event goes without one.
    Failed,
}

impl MeetingLink {
    /// Which request this is, from 0: the provider passes over one that has the name of the one before
    /// ([`LinkKey::conference_request`]).
    pub const fn attempt(self) -> u32 {
        match self {
            Self::Possible | Self::Refused => 0,
            Self::Again | Self::Failed => 1,
        }
    }

    /// Why the event goes without a meeting link: a stable code for API, database and logs.
    pub const fn code(self) -> Option<&'static str> {
        match self {
            Self::Possible | Self::Again => None,
            Self::Refused => Some("meeting_link_refused"),
            Self::Failed => Some("meeting_link_failed"),
        }
    }

    /// What to tell the person.
    pub const fn advice(self) -> Option<&'static str> {
        match self {
            Self::Possible | Self::Again => None,
            Self::Refused => Some("This calendar makes no meeting links, so the event has none."),
            Self::Failed => Some("Your calendar could not make a meeting link, so the event has none."),
        }
    }

    /// After a request that came to nothing.
    const fn failed(self) -> Self {
        match self {
            Self::Possible => Self::Again,
            Self::Again | Self::Failed => Self::Failed,
            Self::Refused => Self::Refused,
        }
    }
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

    /// The link of one time of this series, which stands on the calendar as soon as the series does: what both sides
    /// agree on is what the series says of it. So a time about which nothing is to be said needs nothing sent, and what
    /// a person did to one before we knew of it is told as theirs.
    ///
    /// `None` while the series is not on the calendar, and where it has no such time there. A series that is made anew has
    /// new times: their links begin anew as well.
    pub fn occurrence(&self, start: OriginalStart) -> Option<Self> {
        let known = |_: &&Synced| self.provided.is_some() && self.key.occurrence.is_none();
        let Synced { sent, shown } = self.synced.as_ref().filter(known)?;
        let sent = sent.occurrence(start)?;
        let shown = shown.occurrence(start).unwrap_or_else(|| sent.clone());
        let writes = self.unanswered.writes.iter();
        Some(Self {
            synced: Some(Synced { sent, shown }),
            unanswered: Unanswered {
                writes: writes.filter_map(|write| write.occurrence(start)).collect(),
                delete: false,
            },
            ..Self::new(self.key.at(start))
        })
    }

    /// The link of one time of a series when the series is written: `before` is what it said, `after` what it says now.
    /// To be stored with the series' attempt.
    ///
    /// Providers hand a change on to those times that were as the series was, or they do not: it counts as a write of
    /// which nobody knows whether it arrived, and is never taken for a person's.
    #[must_use]
    pub fn series_written(mut self, before: &Content, after: &Content) -> Self {
        let sent = self.synced.as_ref().map(|synced| &synced.sent);
        let Some(latest) = self.unanswered.writes.last().or(sent) else {
            return self;
        };
        let mut handed_on = before.changed(after);
        for own in latest.changed(before).iter().chain(&self.not_sent()) {
            handed_on.remove(own);
        }
        handed_on.remove(&Field::When);
        if !handed_on.is_empty() {
            let handed_on = latest.clone().with(&handed_on, after);
            self.unanswered.writes.push(handed_on);
            let too_many = self.unanswered.writes.len().saturating_sub(UNANSWERED);
            self.unanswered.writes.drain(..too_many);
        }
        self
    }

    /// The link after an answer that says how far the meeting link is. One that could not be made was not sent.
    #[must_use]
    pub(super) fn with_meeting(mut self, meeting: &Meeting) -> Self {
        let is_own = self.key.occurrence.is_none();
        if let Some(synced) = &mut self.synced
            && is_own
            && *meeting == Meeting::Failed
            && synced.sent.conference == Conference::Wanted
        {
            synced.sent.conference = Conference::NotWanted;
            self.meeting_link = self.meeting_link.failed();
        }
        self
    }

    /// The fields that are not sent: those that a person is asked about, and those of one time of a series that the
    /// series decides.
    pub(super) fn not_sent(&self) -> BTreeSet<Field> {
        let of_series: &[Field] = match self.key.occurrence {
            Some(_) => &[Field::Recurrence, Field::Conference],
            None => &[],
        };
        self.held.iter().chain(of_series).copied().collect()
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
