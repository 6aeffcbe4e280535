//! Which side's value stays, field by field.

use std::collections::BTreeSet;

use super::{Decision, Edit, EditKind, Policy, Rules, Ruling, Sides};
use crate::{
    event::{Content, Description, Field},
    sync::push::{Synced, Wanted},
};

/// Decides over what a person edited. `held` are the link's fields that are asked about already.
///
/// After the decision is applied on both sides, the same comparison finds nothing.
pub fn decide(sides: Sides<'_>, rules: Rules, held: &BTreeSet<Field>) -> Decision {
    let Sides { synced, remote, .. } = sides;
    let theirs = synced.sent.read(remote);
    let edited = synced.shown.edited(&theirs);
    let agreed = Synced {
        sent: synced.sent.clone().with(&edited, &theirs),
        shown: theirs.clone(),
    };
    let Wanted::Shown(desired) = sides.wanted else {
        return of_removed(synced, theirs, edited, agreed);
    };
    let is_newer = sides.remote_at.is_some_and(|at| at > rules.desired_at);
    let (kind, competing, told) = differences(synced, desired, &theirs, &edited);
    let rule = |field: &Field| {
        (
            *field,
            ruling(rules.effective(), competing.contains(field), is_newer),
        )
    };
    let edit = Edit {
        kind,
        fields: told.iter().map(rule).collect(),
        competing: competing.clone(),
        before: desired.clone(),
        after: theirs.clone(),
    };
    let mut followed = desired.clone().with(&edit.ruled(Ruling::Adopted), &theirs);
    // What we put below the text is not theirs to decide.
    followed.description.tail.clone_from(&desired.description.tail);
    let still_held = held.difference(&edited).copied();
    Decision {
        desired: Some(followed),
        held: still_held.chain(edit.ruled(Ruling::Asked)).collect(),
        synced: agreed,
        edit: (!edit.fields.is_empty()).then_some(edit),
    }
}

/// How the edit is told, which of its fields the application had changed too, and all of its fields.
fn differences(
    synced: &Synced,
    desired: &Content,
    theirs: &Content,
    edited: &BTreeSet<Field>,
) -> (EditKind, BTreeSet<Field>, BTreeSet<Field>) {
    let ours = Content {
        description: Description {
            text: desired.description.text.clone(),
            tail: synced.sent.description.tail.clone(),
        },
        ..desired.clone()
    };
    let changed = synced.sent.changed(&ours);
    // What the application wants too is an edit that nobody need be told of.
    let mut told: BTreeSet<Field> = edited.intersection(&theirs.edited(&ours)).copied().collect();
    let kind = if told.contains(&Field::When) {
        EditKind::Moved
    } else {
        EditKind::Edited
    };
    // One half of a series' time does not fit the other side's other half.
    let partners: Vec<Field> = told.iter().copied().filter_map(partner).collect();
    told.extend(partners.into_iter().filter(|field| changed.contains(field)));
    let is_competing = |field: &Field| {
        let by_partner = partner(*field).is_some_and(|partner| changed.contains(&partner));
        changed.contains(field) || by_partner
    };
    let competing = told.iter().copied().filter(is_competing).collect();
    (kind, competing, told)
}

/// The time and the rule of a series are one: who wins one wins the other.
const fn partner(field: Field) -> Option<Field> {
    match field {
        Field::When => Some(Field::Recurrence),
        Field::Recurrence => Some(Field::When),
        _ => None,
    }
}

fn ruling(policy: Policy, is_competing: bool, is_newer: bool) -> Ruling {
    match policy {
        Policy::AppWins => Ruling::Reverted,
        Policy::Ask => Ruling::Asked,
        Policy::NewestWins if is_competing && !is_newer => Ruling::Reverted,
        // What only the person changed is newer than what both sides agreed on, whatever the clocks say.
        Policy::NewestWins | Policy::ProviderWins => Ruling::Adopted,
    }
}

/// The application took the event back meanwhile: the edit is told, and the removal stands.
fn of_removed(synced: &Synced, theirs: Content, edited: BTreeSet<Field>, agreed: Synced) -> Decision {
    let kind = if edited.contains(&Field::When) {
        EditKind::Moved
    } else {
        EditKind::Edited
    };
    let edit = Edit {
        kind,
        fields: edited.iter().map(|field| (*field, Ruling::Reverted)).collect(),
        competing: edited,
        before: synced.sent.clone(),
        after: theirs,
    };
    Decision {
        desired: None,
        synced: agreed,
        held: BTreeSet::new(),
        edit: (!edit.fields.is_empty()).then_some(edit),
    }
}
