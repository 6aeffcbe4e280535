//! What a link knows after the provider's answer.
//!
//! A call without an answer, or one that is to be repeated later, changes nothing: the link is planned again.

use super::{
    Life, LinkState, Made, MeetingLink, Provided, Refusal, Remote, Step, Synced, Unanswered, Wanted, Why,
    base::{base, is_written},
    plan::fetch,
};

/// What a provider answers to a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Created or patched; the event as it is now.
    Written(Remote),
    /// Fetched.
    Found(Remote),
    /// Deleted.
    Deleted,
    /// The id of the event to be created is taken (409, or 412 to `If-None-Match`).
    Taken,
    /// There is no such event, or no longer (404, 410), on a calendar that is there.
    Missing,
    /// The event is not of the version that the write was for (412).
    Stale,
    /// The calendar makes no such meeting link; nothing was written.
    MeetingLinkRefused,
    /// Nothing was written, and it would not be the next time.
    Refused(Refusal),
}

/// What follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum After {
    /// Store the link, then plan again; [`Step::Nothing`] means that it is done.
    Again(LinkState),
    /// Take this step next; there is nothing to store.
    Then(Step),
    /// A person edited the event: [`two_way`](crate::two_way) decides, then plan again.
    Edited {
        /// The link, with what both sides last agreed on.
        link: LinkState,
        /// What the calendar has.
        remote: Remote,
    },
    /// A person deleted the event: [`two_way`](crate::two_way) decides, then plan again.
    Deleted {
        /// The link, ready for another event.
        link: LinkState,
        /// What the provider still remembers of it.
        remote: Option<Remote>,
    },
    /// Delete this event, which our link had before the one it has now: a write of a lost worker came late.
    Stray(Provided),
    /// Store the link with its reason, and wait until something changes.
    Blocked {
        /// The link.
        link: LinkState,
        /// Why.
        refusal: Refusal,
    },
}

impl Outcome {
    /// What the provider made of the event by itself, where the answer says so: to be stored with what follows.
    pub const fn made(&self) -> Option<&Made> {
        match self {
            Self::Written(remote) | Self::Found(remote) => Some(&remote.made),
            _ => None,
        }
    }
}

/// Takes the answer to a step that was planned from this wish. The link is as it is stored, with the step's attempt.
pub fn after(wanted: Wanted<'_>, link: &LinkState, step: &Step, outcome: Outcome) -> After {
    match outcome {
        Outcome::Written(remote) => written(link, step, remote),
        Outcome::Found(remote) => found(wanted, link, remote),
        Outcome::Deleted => After::Again(link.ended(None)),
        Outcome::Missing => missing(wanted, link, step),
        Outcome::Taken => After::Then(fetch(link, Why::Taken)),
        Outcome::Stale => After::Then(fetch(link, Why::Changed)),
        Outcome::MeetingLinkRefused => After::Again(LinkState {
            meeting_link: MeetingLink::Refused,
            unanswered: Unanswered::default(),
            ..link.clone()
        }),
        // An earlier try of the same write may still have been taken: the attempt stays noted.
        Outcome::Refused(refusal) => After::Blocked {
            link: match refusal {
                Refusal::Rejected => link.clone().without_verdict_on_meeting(),
                _ => link.clone(),
            },
            refusal,
        },
    }
}

/// Somebody came across an event of the link: a pull, mostly. What is neither `Edited` nor `Deleted` nor `Stray` is an
/// echo of our own writes.
pub fn seen(wanted: Wanted<'_>, link: &LinkState, remote: Remote) -> After {
    let generation = remote.key.map_or(link.key.generation, |key| key.generation);
    if generation < link.key.generation && remote.life == Life::Live {
        return After::Stray(remote.provided);
    }
    // A pull may have read the event before our last write, and arrive after it.
    let known = link.provided.as_ref();
    let is_old = known.is_some_and(|known| remote.provided.updated < known.updated);
    let is_same = known.is_some_and(|known| remote.provided.etag == known.etag);
    if generation != link.key.generation || is_old || is_same {
        return After::Again(link.clone());
    }
    found(wanted, link, remote)
}

fn written(link: &LinkState, step: &Step, remote: Remote) -> After {
    let (Step::Create { content, .. } | Step::Patch { content, .. }) = step else {
        return After::Again(link.clone());
    };
    // Google takes a patch of a deleted event and leaves it deleted.
    if remote.life == Life::Tombstone {
        return match &link.synced {
            None if link.key.occurrence.is_some() => lost(link, Some(&remote)),
            _ => deleted(link, Some(remote)),
        };
    }
    let written = LinkState {
        synced: Some(Synced::written(content.clone(), &remote.content)),
        provided: Some(remote.provided),
        unanswered: Unanswered::default(),
        ..link.clone()
    };
    After::Again(written.with_meeting(&remote.made.meeting))
}

fn found(wanted: Wanted<'_>, link: &LinkState, remote: Remote) -> After {
    if remote.key.is_some_and(|key| key != link.key) {
        // Not ours: the id is taken for good.
        return match link.key.occurrence {
            Some(_) => lost(link, None),
            None => After::Again(link.ended(None)),
        };
    }
    if remote.life == Life::Tombstone {
        return gone(wanted, link, Some(remote));
    }
    let base = base(link, &remote);
    let known = LinkState {
        provided: Some(remote.provided.clone()),
        unanswered: Unanswered::default(),
        synced: Some(base.clone()),
        ..link.clone()
    };
    let known = known.with_meeting(&remote.made.meeting);
    if base.shown.edited(&base.sent.read(&remote.content)).is_empty() {
        return After::Again(known);
    }
    After::Edited { link: known, remote }
}

fn missing(wanted: Wanted<'_>, link: &LinkState, step: &Step) -> After {
    match step {
        Step::Delete { .. } => After::Again(link.ended(None)),
        // The create that nobody answered has not arrived. If its event was deleted since, creating says so.
        Step::Fetch {
            why: Why::Unanswered, ..
        } if link.provided.is_none() && !link.unanswered.delete && link.key.occurrence.is_none() => {
            After::Again(LinkState {
                unanswered: Unanswered::default(),
                ..link.clone()
            })
        }
        Step::Fetch { .. } => gone(wanted, link, None),
        // A calendar that is gone answers the same: fetching tells the two apart.
        Step::Nothing | Step::Create { .. } | Step::Patch { .. } => After::Then(fetch(link, Why::Changed)),
    }
}

/// The event was there and is not: by us, or by a person.
fn gone(wanted: Wanted<'_>, link: &LinkState, remote: Option<Remote>) -> After {
    match wanted {
        Wanted::Shown(_) if link.unanswered.delete => After::Again(link.ended(remote.as_ref())),
        Wanted::Shown(_) if was_there(link, remote.as_ref()) => deleted(link, remote),
        // One time of a series that was off the calendar before: it is put back, if there is something to put back.
        Wanted::Shown(_) if remote.is_some() => After::Again(link.ended(remote.as_ref())),
        Wanted::Shown(_) => lost(link, None),
        Wanted::Removed => After::Again(link.ended(remote.as_ref())),
    }
}

/// Whether the event stood on the calendar since we last knew that it did not.
fn was_there(link: &LinkState, remote: Option<&Remote>) -> bool {
    if link.key.occurrence.is_none() || link.synced.is_some() {
        return true;
    }
    let (Some(attempted), Some(remote)) = (link.unanswered.writes.last(), remote) else {
        return false;
    };
    let known = link.provided.as_ref();
    let is_other = known.is_some_and(|known| known.etag != remote.provided.etag);
    is_other && is_written(remote, attempted, true)
}

fn deleted(link: &LinkState, remote: Option<Remote>) -> After {
    After::Deleted {
        link: link.ended(remote.as_ref()),
        remote,
    }
}

/// One time of a series that the calendar does not have and does not take.
fn lost(link: &LinkState, remote: Option<&Remote>) -> After {
    After::Blocked {
        link: link.ended(remote),
        refusal: Refusal::OccurrenceLost,
    }
}
