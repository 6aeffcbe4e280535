//! What became of an event's conflicts.

use jiff::Timestamp;

use super::{Conflict, Conflicts, Opponent};

/// The conflicts of an event for one person, as they were left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Nobody has resolved them.
    pub open: Conflicts,
    /// A person wants both, for as long as the two meet where they met then.
    pub kept: Conflicts,
}

/// What to write and what to tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// New: written and told as `conflict.detected`.
    pub opened: Vec<(Opponent, Conflict)>,
    /// They meet elsewhere now: written and told as `conflict.updated`.
    pub moved: Vec<(Opponent, Conflict)>,
    /// The next of several times came closer because earlier ones are over: written only.
    pub aged: Vec<(Opponent, Conflict)>,
    /// Gone by themselves: closed and told as `conflict.resolved`.
    pub closed: Vec<Opponent>,
    /// Kept ones that are gone, or that meet elsewhere now and are opened anew: written only.
    pub lapsed: Vec<Opponent>,
}

/// Compares the conflicts of an event for one person with those that are found now.
pub fn diff(standing: &Standing, found: &Conflicts, now: Timestamp) -> Diff {
    let mut diff = Diff::default();
    for (opponent, conflict) in found {
        let (open, kept) = (standing.open.get(opponent), standing.kept.get(opponent));
        let Some(before) = open.or(kept) else {
            diff.opened.push((*opponent, *conflict));
            continue;
        };
        if before.overlap == conflict.overlap {
            continue;
        }
        let after = Conflict {
            kind: before.kind,
            overlap: conflict.overlap,
        };
        let is_over = before.overlap.is_some_and(|overlap| overlap.first.end() <= now);
        if is_over {
            diff.aged.push((*opponent, after));
        } else if open.is_some() {
            diff.moved.push((*opponent, after));
        } else {
            diff.lapsed.push(*opponent);
            diff.opened.push((*opponent, *conflict));
        }
    }
    let gone = |conflicts: &Conflicts| -> Vec<Opponent> {
        let gone = conflicts.keys().filter(|opponent| !found.contains_key(opponent));
        gone.copied().collect()
    };
    diff.closed = gone(&standing.open);
    diff.lapsed.extend(gone(&standing.kept));
    diff
}

impl Diff {
    /// Whether all is as it was.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
