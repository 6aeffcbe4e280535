//! What became of an event's conflicts.

use jiff::Timestamp;

use super::{Conflict, Conflicts, Opponent};

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
}

/// Compares the open conflicts of an event for one person with those that are found now. Conflicts that do not follow
/// from times are left alone.
pub fn diff(open: &Conflicts, found: &Conflicts, now: Timestamp) -> Diff {
    let mut diff = Diff::default();
    for (opponent, conflict) in found {
        let Some(before) = open.get(opponent) else {
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
        let list = if is_over { &mut diff.aged } else { &mut diff.moved };
        list.push((*opponent, after));
    }
    let gone = open
        .keys()
        .filter(|opponent| opponent.is_of_time() && !found.contains_key(opponent));
    diff.closed = gone.copied().collect();
    diff
}
