//! What people did to the application's events on their calendars was told exactly once, in the order in which they did it,
//! with the values that they gave; and nothing was told that nobody did.
//!
//! Somebody touches an event again only once the touch before was told, so what is told of a link is the row of its
//! touches. Only the last may be missing, and only where the event was being taken off calendars: then its removal may
//! have come first.

use std::collections::BTreeMap;

use crate::{
    agenda::{Done, OurLink, Told},
    ledger::Standing,
    schedule::Touch,
    stage::Stage,
};

/// What was told wrongly, one line a link.
pub(super) fn wrong(stage: &Stage, links: &BTreeMap<String, OurLink>) -> Vec<String> {
    let links = links.iter().filter_map(|(id, link)| {
        let text = judge(link, may_be_silent(stage, link))?;
        Some(format!("link {id} of {}: {text}", link.key))
    });
    let unknown = stage.agenda.told_of_unknown().into_iter();
    let unknown = unknown.map(|told| format!("{} of link {}, which nobody touched", told.kind, told.link));
    links.chain(unknown).collect()
}

/// A link whose touches all had to be told, and were.
pub(super) fn sure(stage: &Stage, links: &BTreeMap<String, OurLink>) -> Option<String> {
    let is_sure = |link: &OurLink| !link.told.is_empty() && !may_be_silent(stage, link);
    let (id, _) = links.iter().find(|(_, link)| is_sure(link))?;
    Some(id.clone())
}

/// Whether the last touch may not have been told.
fn may_be_silent(stage: &Stage, link: &OurLink) -> bool {
    // Nobody can know what somebody who is not connected did.
    let is_connected = matches!(
        stage.ledger.standing(link.person),
        Standing::Steady | Standing::Back
    );
    let site = stage.people[link.person].site;
    let event = stage.agenda.event(site, &link.key);
    !is_connected || event.is_none_or(|event| event.was_removed)
}

fn judge(link: &OurLink, may_be_silent: bool) -> Option<String> {
    let pairs = link.touches.iter().zip(&link.told);
    for (place, (done, told)) in pairs.enumerate() {
        if let Some(why) = mismatch(done, told) {
            return Some(format!(
                "touch {} was told as change {}: {why}",
                place + 1,
                told.seq
            ));
        }
    }
    let (done, told) = (link.touches.len(), link.told.len());
    if told > done {
        let more = &link.told[done];
        return Some(format!(
            "change {}, {}, tells of what nobody did",
            more.seq, more.kind
        ));
    }
    let silent = link.touches.get(told)?;
    (!may_be_silent).then(|| format!("{:?} {:?} was never told", silent.touch, silent.marks))
}

fn mismatch(done: &Done, told: &Told) -> Option<String> {
    let kind = match done.touch {
        Touch::Move | Touch::MoveAndRetitle => "event.moved_externally",
        Touch::Retitle | Touch::Describe | Touch::Relocate => "event.edited_externally",
        Touch::Delete => "event.deleted_externally",
    };
    if told.kind != kind {
        return Some(format!("{} and not {kind}", told.kind));
    }
    let missing = done
        .marks
        .iter()
        .find(|mark| !told.after.iter().any(|value| value.contains(*mark)));
    missing.map(|mark| format!("{mark:?} is not in {:?}", told.after))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOVED: &str = "event.moved_externally";

    fn moved(mark: &str) -> Done {
        Done {
            touch: Touch::Move,
            marks: vec![mark.to_owned()],
        }
    }

    #[track_caller]
    fn check(touches: &[&str], told: &[&str], expect: Option<&str>) {
        let link = OurLink {
            touches: touches.iter().map(|mark| moved(mark)).collect(),
            told: told.iter().map(|mark| Told::new("l", MOVED, &[mark])).collect(),
            ..OurLink::default()
        };
        let judged = judge(&link, false);
        match expect {
            None => assert_eq!(judged, None),
            Some(word) => assert!(judged.clone().unwrap().contains(word), "{judged:?}"),
        }
    }

    #[test]
    fn each_touch_is_told_once_and_in_turn() {
        check(&[], &[], None);
        check(&["a", "b"], &["a", "b"], None);
        check(&["a", "b"], &["a"], Some("never told"));
        check(&["a"], &["a", "a"], Some("nobody did"));
        check(&["a", "b"], &["b"], Some("is not in"));
        check(&["a", "b"], &["b", "a"], Some("is not in"));
    }

    #[test]
    fn a_deletion_is_not_told_as_a_move_and_only_a_removal_excuses_silence() {
        let link = OurLink {
            touches: vec![moved("a")],
            told: vec![Told::new("l", "event.deleted_externally", &["a"])],
            ..OurLink::default()
        };
        assert!(judge(&link, true).is_some());
        let silent = OurLink {
            touches: vec![moved("a")],
            ..OurLink::default()
        };
        assert!(judge(&silent, true).is_none());
    }
}
