//! The way back from a decision: the side that lost gets its values again.

use std::collections::BTreeSet;

use super::{Edit, Ruling};
use crate::event::{Content, Field};

/// What an undo makes of the application's event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undone {
    /// The event with the values that had lost. It is the application's newest version, and is sent as such.
    pub content: Content,
    /// Fields that somebody changed since: they stay as they are.
    pub changed_since: BTreeSet<Field>,
}

/// Gives the losing side's values back: the application's where the calendar's were adopted, the calendar's where they
/// were reverted. What is still asked about has no loser.
pub fn undo(edit: &Edit, current: &Content) -> Undone {
    let mut undone = Undone {
        content: current.clone(),
        changed_since: BTreeSet::new(),
    };
    for (ruling, winner, loser) in [
        (Ruling::Adopted, &edit.after, &edit.before),
        (Ruling::Reverted, &edit.before, &edit.after),
    ] {
        let ruled = edit.ruled(ruling);
        let changed: BTreeSet<Field> = ruled.intersection(&current.changed(winner)).copied().collect();
        let to_restore: BTreeSet<Field> = ruled.difference(&changed).copied().collect();
        undone.content = undone.content.with(&to_restore, loser);
        undone.changed_since.extend(changed);
    }
    undone
}
