//! The walk over the grid: candidates in the order of time.

use super::{Shape, query::minutes, search::Search};
use crate::time::Interval;

/// A start that can be offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) start: i64,
    /// It is an appointment that somebody can join.
    pub(super) joins: bool,
}

/// The candidates of the first part: those of the grid, and the appointments that can be joined (`joins`, in order).
/// `offer` takes them and says whether it wants more.
pub(super) fn walk(search: &Search<'_>, joins: &[i64], mut offer: impl FnMut(Candidate) -> bool) {
    let mut joins = joins.iter().copied().peekable();
    let step = minutes(search.question.query.step_minutes);
    for on_grid in grid(search) {
        let mut start = on_grid.first;
        while start < on_grid.end {
            while let Some(start) = joins.next_if(|join| *join < start) {
                if !offer(Candidate { start, joins: true }) {
                    return;
                }
            }
            let joins = joins.next_if_eq(&start).is_some();
            if !offer(Candidate { start, joins }) {
                return;
            }
            start += step;
        }
    }
    for start in joins {
        if !offer(Candidate { start, joins: true }) {
            return;
        }
    }
}

/// Some starts of one grid.
#[derive(Clone, Copy, Debug)]
pub(super) struct OnGrid {
    pub(super) first: i64,
    /// The first instant after the last start that is allowed.
    pub(super) end: i64,
}

impl OnGrid {
    /// How many starts there are, one each step.
    pub(super) fn starts(self, step: i64) -> usize {
        let time = self.end - self.first;
        // A division of whole numbers of this size costs more than the slots: guess, then correct.
        let mut starts = (time as f64 / step as f64) as i64;
        while starts * step < time {
            starts += 1;
        }
        while (starts - 1) * step >= time {
            starts -= 1;
        }
        starts as usize
    }
}

/// The starts on the grids of the stretches of the first part that can be offered, span by span.
pub(super) fn grid(search: &Search<'_>) -> Vec<OnGrid> {
    let starts = &search.parts[0].starts;
    let step = minutes(search.question.query.step_minutes);
    let (earliest, end) = search.in_time();
    let mut stretches = starts.stretches.iter();
    let mut stretch = stretches.next();
    let mut anchor = None;
    let mut found = Vec::with_capacity(starts.possible().len());
    for span in starts.possible() {
        while stretch.is_some_and(|stretch| stretch.end_us() < span.end_us()) {
            (stretch, anchor) = (stretches.next(), None);
        }
        let Some(stretch) = stretch else { break };
        let anchor = *anchor.get_or_insert_with(|| search.grid.round_up(stretch.start_us()));
        let on_grid = OnGrid {
            first: next_on_grid(anchor, step, span.start_us().max(earliest)),
            end: span.end_us().min(end),
        };
        if on_grid.first < on_grid.end {
            found.push(on_grid);
        }
    }
    found
}

/// The first start of a grid that is not before an instant.
pub(super) fn next_on_grid(anchor: i64, step: i64, at: i64) -> i64 {
    if at <= anchor {
        return anchor;
    }
    anchor + (at - anchor + step - 1) / step * step
}

/// Drops candidates that overlap the slot before, where the shape asks for that.
#[derive(Debug)]
pub(super) struct Apart {
    shape: Shape,
    until: i64,
}

impl Apart {
    pub(super) fn new(shape: Shape) -> Self {
        Self {
            shape,
            until: i64::MIN,
        }
    }

    /// Whether the slot can stand beside those before it.
    pub(super) fn lets(&mut self, slot: Interval) -> bool {
        if self.shape == Shape::Slots && slot.start_us() < self.until {
            return false;
        }
        self.until = slot.end_us();
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_are_counted_exactly() {
        for (time, step, expect) in [
            (1, 10, 1),
            (10, 10, 1),
            (11, 10, 2),
            (i64::MAX / 4, 1 << 40, (i64::MAX / 4) as usize / (1 << 40) + 1),
            (604_800_000_000 * 53, 60_000_000, 10_080 * 53),
            (604_800_000_000 * 53 + 1, 60_000_000, 10_080 * 53 + 1),
        ] {
            let on_grid = OnGrid {
                first: 7,
                end: 7 + time,
            };
            assert_eq!(on_grid.starts(step), expect, "{time} by {step}");
        }
    }
}
