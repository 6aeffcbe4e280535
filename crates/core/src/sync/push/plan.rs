//! The next step of a link.
//!
//! | wanted | unanswered write | event known | content | step |
//! |---|---|---|---|---|
//! | shown | none, or a write of this content | no | | create |
//! | shown | none, or a write of this content | yes | as sent | nothing |
//! | shown | none, or a write of this content | yes | other than sent | patch what differs |
//! | shown | a write of another content, or a deletion | | | fetch |
//! | removed | none | no | | nothing |
//! | removed | any | no | | delete, by our id |
//! | removed | any | yes | | delete |
//!
//! Where an event is known but not what was sent, it is fetched first.
//!
//! One time of a series ([`LinkKey::occurrence`]) is never created: it is there with its series, and each change of it is
//! guarded by the version that was seen.
//!
//! | wanted | unanswered write | time known | content | step |
//! |---|---|---|---|---|
//! | shown | none, or a write of this content | no | as the series says | nothing |
//! | shown | none, or a write of this content | no | other, or nobody knows | fetch |
//! | shown | none, or a write of this content | yes | as sent, other than sent | nothing, patch what differs |
//! | shown | none, or a write of this content | off the calendar | | patch everything, which puts it back |
//! | shown | a write of another content, or a deletion | | | fetch |
//! | removed | | no | as the series says | fetch |
//! | removed | | yes | | delete |
//! | removed | none | off the calendar, or nobody knows | | nothing |
//! | removed | any | off the calendar, or nobody knows | | fetch |

use std::collections::BTreeSet;

use super::{LinkKey, LinkState, Synced, Unanswered};
use crate::event::{Content, Field};

/// What a link is for.
#[derive(Clone, Copy, Debug)]
pub enum Wanted<'a> {
    /// One event with this content.
    Shown(&'a Content),
    /// No event.
    Removed,
}

/// What to do at the provider. A step that writes is noted by [`LinkState::attempting`] first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// All is as it should be.
    Nothing,
    /// Make the event, under the id that the key gives.
    Create {
        /// Names it.
        key: LinkKey,
        /// What it shows.
        content: Content,
    },
    /// Change some fields and leave the rest alone.
    Patch {
        /// The provider's id.
        id: String,
        /// The version that is changed; another is not.
        if_match: String,
        /// The fields to send.
        fields: BTreeSet<Field>,
        /// Their values, and what the marker says.
        content: Content,
    },
    /// Take the event away.
    Delete {
        /// Which.
        at: At,
        /// The version that is taken away, where it is known.
        if_match: Option<String>,
    },
    /// Ask for the event as it is now.
    Fetch {
        /// Which.
        at: At,
        /// What is to be found out.
        why: Why,
    },
}

/// How an event is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    /// By the provider's id.
    Id(String),
    /// By the id that the key gives, or, at providers that choose ids themselves, by the marker.
    Key(LinkKey),
}

/// What a fetch is to find out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// What became of a write that nobody answered.
    Unanswered,
    /// What stands under our id, of which the provider says that it is taken.
    Taken,
    /// What somebody else made of the event since.
    Changed,
}

/// The next step. Pure: the same link and wish always give the same.
pub fn plan(wanted: Wanted<'_>, link: &LinkState) -> Step {
    match wanted {
        Wanted::Shown(content) => show(&link.reachable(content), link),
        Wanted::Removed => remove(link),
    }
}

fn show(content: &Content, link: &LinkState) -> Step {
    let not_sent = link.not_sent();
    let is_another = |written: &Content| !written.changed(content).is_subset(&not_sent);
    let differing = |sent: &Content| -> BTreeSet<Field> {
        sent.changed(content).difference(&not_sent).copied().collect()
    };
    if link.unanswered.delete || link.unanswered.writes.iter().any(is_another) {
        return fetch(link, Why::Unanswered);
    }
    let is_of_series = link.key.occurrence.is_some();
    let (provided, fields, content) = match (&link.provided, &link.synced) {
        (Some(provided), Some(Synced { sent, .. })) => {
            let fields = differing(sent);
            // Held fields keep what the provider has.
            let content = sent.clone().with(&fields, content);
            (provided, fields, content)
        }
        (Some(provided), None) if is_of_series => {
            let all = Field::ALL.into_iter().collect::<BTreeSet<_>>();
            let fields = all.difference(&not_sent).copied().collect();
            (provided, fields, content.clone())
        }
        (None, Some(Synced { sent, .. })) if is_of_series && differing(sent).is_empty() => {
            return Step::Nothing;
        }
        (None, _) if !is_of_series => {
            return Step::Create {
                key: link.key,
                content: content.clone(),
            };
        }
        _ => return fetch(link, Why::Changed),
    };
    if fields.is_empty() {
        return Step::Nothing;
    }
    Step::Patch {
        id: provided.id.clone(),
        if_match: provided.etag.clone(),
        content,
        fields,
    }
}

fn remove(link: &LinkState) -> Step {
    if link.key.occurrence.is_some() {
        return remove_time(link);
    }
    match &link.provided {
        Some(provided) => Step::Delete {
            at: At::Id(provided.id.clone()),
            if_match: Some(provided.etag.clone()),
        },
        None if link.unanswered != Unanswered::default() => Step::Delete {
            at: At::Key(link.key),
            if_match: None,
        },
        None => Step::Nothing,
    }
}

fn remove_time(link: &LinkState) -> Step {
    let is_answered = link.unanswered == Unanswered::default();
    match (&link.provided, &link.synced) {
        (Some(provided), Some(_)) => Step::Delete {
            at: At::Id(provided.id.clone()),
            if_match: Some(provided.etag.clone()),
        },
        (_, None) if is_answered => Step::Nothing,
        (None, Some(_)) => fetch(link, Why::Changed),
        (_, None) => fetch(link, Why::Unanswered),
    }
}

/// Asks for the link's event.
pub(super) fn fetch(link: &LinkState, why: Why) -> Step {
    let by_key = At::Key(link.key);
    let at = link
        .provided
        .as_ref()
        .map_or(by_key, |provided| At::Id(provided.id.clone()));
    Step::Fetch { at, why }
}
