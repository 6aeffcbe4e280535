//! Whether a calendar makes the meeting link that an event asks for.

use super::{LinkState, Meeting};
use crate::event::Conference;

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
    /// The link whose content is not taken without a meeting link either: the meeting link may not have been the fault,
    /// and is asked for again with the next content.
    #[must_use]
    pub(super) fn without_verdict_on_meeting(mut self) -> Self {
        if self.meeting_link == MeetingLink::Refused {
            self.meeting_link = MeetingLink::Possible;
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
}
