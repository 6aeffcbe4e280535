//! Appointments one after the other.

use super::{SlotQuery, civil_grid::CivilGrid, query::minutes, search::PartSearch, starts::contains};

/// Finds the later steps of a sequence, given the first.
///
/// Worked out once, from the last step to the second: the rounded starts from which the rest can follow. So a chain
/// costs a binary search for each step, and never a product of the possibilities of the steps.
#[derive(Debug)]
pub(super) struct Chains<'s> {
    parts: &'s [PartSearch<'s>],
    /// The rounded starts of each part from which all later parts can follow; empty where a gap leaves no choice.
    rounded: Vec<Vec<i64>>,
}

impl<'s> Chains<'s> {
    pub(super) fn new(query: &SlotQuery, parts: &'s [PartSearch<'s>]) -> Self {
        let unit = minutes(query.round_to_minutes.unwrap_or(1));
        let clock = CivilGrid::new(&query.zone, query.window, Some(unit));
        let mut chains = Self {
            parts,
            rounded: vec![Vec::new(); parts.len()],
        };
        for index in (1..parts.len()).rev() {
            let (shortest, longest) = parts[index].part.gap;
            if shortest < longest {
                chains.rounded[index] = chains.rounded_starts(index, &clock);
            }
        }
        chains
    }

    /// The starts of all parts for a start of the first at which it can be; `None` when the rest cannot follow.
    pub(super) fn follow(&self, first: i64) -> Option<Vec<i64>> {
        let mut starts = vec![first];
        for index in 1..self.parts.len() {
            let end = starts[index - 1] + self.parts[index - 1].part.duration;
            starts.push(self.next(index, end)?);
        }
        Some(starts)
    }

    fn rounded_starts(&self, index: usize, clock: &CivilGrid) -> Vec<i64> {
        let part = &self.parts[index];
        let mut starts = Vec::new();
        for span in part.starts.possible() {
            let mut start = clock.round_up(span.start_us());
            while start < span.end_us() {
                if self.rest_follows(index, start) {
                    starts.push(start);
                }
                start = clock.round_up(start + 1);
            }
        }
        starts
    }

    /// When a part begins, if the part before ends then: as early as leaves the rest possible.
    fn next(&self, index: usize, end: i64) -> Option<i64> {
        let (shortest, longest) = self.parts[index].part.gap;
        let at_once = end + shortest;
        if contains(self.parts[index].starts.possible(), at_once) && self.rest_follows(index, at_once) {
            return Some(at_once);
        }
        let rounded = &self.rounded[index];
        let next = rounded
            .get(rounded.partition_point(|start| *start <= at_once))
            .copied();
        next.filter(|start| *start <= end + longest)
    }

    fn rest_follows(&self, index: usize, start: i64) -> bool {
        index + 1 == self.parts.len()
            || self
                .next(index + 1, start + self.parts[index].part.duration)
                .is_some()
    }
}
