//! The conflicts of an event that follow from times.

use super::{Conflict, ConflictKind, Conflicts, Opponent, Overlap, Timeline, overlaps};
use crate::{busy, time::Interval};

/// Who put the event where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A person, by moving it on their calendar.
    MovedByPerson,
    /// Anybody else, or it did not move and something else did.
    Other,
}

/// What one person has besides the event.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// What else takes up their time: external events that block, and blocks.
    pub busy: &'a Timeline<Opponent>,
    /// The run of their working hours over the event's times; `None` for somebody who is open at all times.
    pub open: Option<&'a [Interval]>,
}

/// The conflicts of an event for one person. `times` are the event's times that are not over, sorted by start.
pub fn of_event(times: &[Interval], surroundings: Surroundings<'_>, cause: Cause) -> Conflicts {
    let kind = match cause {
        Cause::MovedByPerson => ConflictKind::MovedIntoConflict,
        Cause::Other => ConflictKind::Overlap,
    };
    let met = overlaps(times, surroundings.busy).into_iter();
    let mut conflicts: Conflicts = met
        .map(|(opponent, overlap)| {
            let overlap = Some(overlap);
            (opponent, Conflict { kind, overlap })
        })
        .collect();
    if let Some(overlap) = surroundings.open.and_then(|open| outside(times, open)) {
        let conflict = Conflict {
            kind: ConflictKind::OutsideHours,
            overlap: Some(overlap),
        };
        conflicts.insert(Opponent::Hours, conflict);
    }
    conflicts
}

/// The first time outside the hours, and how many times of the event have one.
fn outside(times: &[Interval], open: &[Interval]) -> Option<Overlap> {
    let mut firsts = times
        .iter()
        .filter_map(|time| busy::subtract(&[*time], open).first().copied());
    let first = firsts.next()?;
    Some(Overlap {
        first,
        times: 1 + firsts.count() as u32,
    })
}
