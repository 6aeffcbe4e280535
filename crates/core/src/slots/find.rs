//! The slot search.

use super::{
    SlotQuery,
    civil_grid::CivilGrid,
    query::{minutes, pad},
};
use crate::{
    busy::{intersect, intersect_into, merge, normalize, subtract_into},
    invalid_field::InvalidField,
    time::Interval,
};

/// One person who has to be there; each field is a run over [`SlotQuery::reach`].
#[derive(Clone, Copy, Debug)]
pub struct Person<'a> {
    /// When the person takes appointments.
    pub open: &'a [Interval],
    /// When the person is busy, manual blocks included.
    pub busy: &'a [Interval],
    /// When nobody knows whether the person is busy, which is never free.
    pub unknown: &'a [Interval],
}

/// The answer to a [`SlotQuery`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The run of the window in which everybody is open and known not to be busy.
    pub free: Vec<Interval>,
    /// The slots, in order.
    pub slots: Vec<Slot>,
    /// There are more slots than `max_results`.
    pub more: bool,
    /// The run of the window in which everybody is open and for somebody nobody knows.
    pub unknown: Vec<Interval>,
}

/// A time that can be offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot {
    /// From the start of the appointment to its end, without buffers.
    pub interval: Interval,
}

/// Finds the slots at which all people can come; without people there are none.
///
/// Candidates lie on a grid: the first of a free span is its start, rounded up, the next ones follow by the step.
/// Duration, buffers, notice and horizon choose among the candidates, they do not move the grid: what is offered now
/// is still on the grid in a minute.
pub fn find(query: &SlotQuery, people: &[Person<'_>]) -> Result<Found, InvalidField> {
    query.check()?;
    let (before, after) = (
        minutes(query.buffer_before_minutes),
        minutes(query.buffer_after_minutes),
    );
    let open = everybody_open(query.window, people);
    let clear = nobody_busy(
        normalize(open.iter().map(|span| pad(*span, before, after)).collect()),
        people,
    );
    let free = intersect(&clear, &open);
    let (slots, more) = slots(query, &free, &clear);
    Ok(Found {
        slots,
        more,
        unknown: unknown(&open, people),
        free,
    })
}

fn everybody_open(window: Interval, people: &[Person<'_>]) -> Vec<Interval> {
    let mut open = if people.is_empty() {
        Vec::new()
    } else {
        vec![window]
    };
    let mut next = Vec::with_capacity(people.first().map_or(0, |person| person.open.len()));
    for person in people {
        intersect_into(&open, person.open, &mut next);
        std::mem::swap(&mut open, &mut next);
        next.clear();
    }
    open
}

/// What is left of a run when everybody's busy and unknown time is taken away.
fn nobody_busy(run: Vec<Interval>, people: &[Person<'_>]) -> Vec<Interval> {
    let mut clear = run;
    let mut next = Vec::with_capacity(clear.len());
    for taken in people.iter().flat_map(|person| [person.busy, person.unknown]) {
        if taken.is_empty() {
            continue;
        }
        subtract_into(&clear, taken, &mut next);
        std::mem::swap(&mut clear, &mut next);
        next.clear();
    }
    clear
}

fn unknown(open: &[Interval], people: &[Person<'_>]) -> Vec<Interval> {
    let runs: Vec<_> = people.iter().map(|person| person.unknown).collect();
    intersect(open, &merge(&runs))
}

/// Walks the grid. Each free span lies inside one span of `clear`, whose ends keep the buffers away from busy time.
fn slots(query: &SlotQuery, free: &[Interval], clear: &[Interval]) -> (Vec<Slot>, bool) {
    let (duration, step) = (minutes(query.duration_minutes), minutes(query.step_minutes));
    let (before, after) = (
        minutes(query.buffer_before_minutes),
        minutes(query.buffer_after_minutes),
    );
    let now = query.now.as_microsecond();
    let earliest = now.saturating_add(minutes(query.minimum_notice_minutes));
    let latest = query
        .horizon_minutes
        .map_or(i64::MAX, |horizon| now.saturating_add(minutes(horizon)));
    let limit = query.max_results.unwrap_or(usize::MAX);
    let grid = CivilGrid::new(&query.zone, query.window, query.round_to_minutes.map(minutes));

    let mut slots = Vec::new();
    let mut clear = clear.iter();
    let mut around = clear.next();
    for span in free {
        while around.is_some_and(|around| around.end_us() < span.end_us()) {
            around = clear.next();
        }
        let Some(around) = around else { break };
        let first_start = earliest.max(around.start_us() + before);
        let last_start = latest
            .min(span.end_us() - duration)
            .min(around.end_us() - after - duration);
        let mut start = grid.round_up(span.start_us());
        if start < first_start {
            start += (first_start - start + step - 1) / step * step;
        }
        while start <= last_start {
            if slots.len() == limit {
                return (slots, true);
            }
            slots.push(Slot {
                interval: Interval::from_ordered(start, start + duration),
            });
            start += step;
        }
    }
    (slots, false)
}
