//! What both sides last agreed on, when an answer was lost.

use super::{LinkState, Remote, Synced};
use crate::event::{Content, ContentHash, Field};

/// What both sides last agreed on: what was synced, or a write whose answer was lost, whichever the event carries.
pub(super) fn base(link: &LinkState, remote: &Remote) -> Synced {
    let writes = &link.unanswered.writes;
    let marked = writes.iter().find(|write| is_written(remote, write, false));
    let is_of_series = link.key.occurrence.is_some();
    let begin = match (&link.synced, marked, writes.first()) {
        (_, Some(marked), _) => Synced::as_sent(marked.clone()),
        (Some(synced), None, _) => synced.clone(),
        // Somebody else put the time back.
        (None, None, Some(_)) if is_of_series && remote.written.is_some() => {
            return Synced::as_sent(remote.content.clone());
        }
        (None, None, Some(attempted)) => Synced::as_sent(attempted.clone()),
        // Our event, and nothing is known of how it was: it is as it should be.
        (None, None, None) => return Synced::as_sent(remote.content.clone()),
    };
    // What a series hands on to its times has no mark of its own; all else has, where the provider answers it.
    if remote.written.is_some() && !is_of_series {
        return begin;
    }
    writes.iter().fold(begin, |base, attempted| {
        by_values(&base, attempted, &remote.content)
    })
}

/// Whether this write is the last of ours by the mark; without one it is `otherwise`.
pub(super) fn is_written(remote: &Remote, attempted: &Content, otherwise: bool) -> bool {
    let of_attempt = |written| written == ContentHash::of(attempted);
    remote.written.map_or(otherwise, of_attempt)
}

/// Without a mark: a field in which the write would have made a difference was written if it has the write's value.
fn by_values(synced: &Synced, attempted: &Content, remote: &Content) -> Synced {
    let there = attempted.read(remote);
    let (edited, changed) = (attempted.edited(&there), attempted.changed(&there));
    let differs = |field: &Field| {
        let differing = if field.is_shared() { &edited } else { &changed };
        differing.contains(field)
    };
    let mut written = synced.sent.changed(attempted);
    written.retain(|field| !differs(field));
    Synced {
        sent: synced.sent.clone().with(&written, attempted),
        shown: synced.shown.clone().with(&written, attempted),
    }
}
