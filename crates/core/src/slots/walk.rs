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
    let mut wants_more = true;
    walk_grid(search, |start| {
        while let Some(start) = joins.next_if(|join| *join < start) {
            wants_more = offer(Candidate { start, joins: true });
            if !wants_more {
                return false;
            }
        }
        let joins = joins.next_if_eq(&start).is_some();
        wants_more = offer(Candidate { start, joins });
        wants_more
    });
    for start in joins {
        wants_more = wants_more && offer(Candidate { start, joins: true });
    }
}

fn walk_grid(search: &Search<'_>, mut offer: impl FnMut(i64) -> bool) {
    let starts = &search.parts[0].starts;
    let step = minutes(search.question.query.step_minutes);
    let (earliest, end) = search.in_time();
    let mut stretches = starts.stretches.iter();
    let mut stretch = stretches.next();
    let mut anchor = None;
    for span in starts.possible() {
        while stretch.is_some_and(|stretch| stretch.end_us() < span.end_us()) {
            (stretch, anchor) = (stretches.next(), None);
        }
        let Some(stretch) = stretch else { return };
        let anchor = *anchor.get_or_insert_with(|| search.grid.round_up(stretch.start_us()));
        let mut start = next_on_grid(anchor, step, span.start_us().max(earliest));
        while start < span.end_us().min(end) {
            if !offer(start) {
                return;
            }
            start += step;
        }
    }
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
