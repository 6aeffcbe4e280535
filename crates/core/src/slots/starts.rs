//! When an appointment can begin: runs of starts instead of runs of time.
//!
//! A run of *starts* holds every instant, to the microsecond, at which something can begin; the last start of a span
//! of time is its end less the duration, and is included.

use super::{Person, choose::Loose, met::met, query::pad, question::Part};
use crate::{
    busy::{intersect_into, normalize, subtract, subtract_into},
    time::Interval,
};

/// When some people who must all come can begin.
#[derive(Clone, Debug, Default)]
pub(super) struct Starts {
    /// Everybody is open and known not to be busy for the duration. The grid begins with these.
    pub(super) stretches: Vec<Interval>,
    /// Of these, the starts with clear buffers on days that are not full; `None` when it is all of them.
    narrowed: Option<Vec<Interval>>,
}

impl Starts {
    /// The starts that can be offered.
    pub(super) fn possible(&self) -> &[Interval] {
        self.narrowed.as_deref().unwrap_or(&self.stretches)
    }

    /// Takes starts away without moving the grid.
    pub(super) fn narrow(&mut self, full: &[Interval]) {
        if !full.is_empty() {
            self.narrowed = Some(subtract(self.possible(), full));
        }
    }

    /// When groups are met as well, by the starts of their people.
    pub(super) fn with_groups(self, groups: &[Loose], own: &[Self]) -> Self {
        if groups.is_empty() {
            return self;
        }
        let people = own.len();
        let is_narrowed = self.narrowed.is_some() || own.iter().any(|starts| starts.narrowed.is_some());
        let narrowed = is_narrowed.then(|| {
            met(self.possible().to_vec(), groups, people, |member| {
                own[member].possible()
            })
        });
        Self {
            stretches: met(self.stretches, groups, people, |member| &own[member].stretches),
            narrowed,
        }
    }
}

/// When an appointment can begin to which all of these people come.
pub(super) fn of_all<'p>(
    window: Interval,
    part: &Part<'_>,
    people: impl Iterator<Item = (&'p Person<'p>, &'p [Interval])> + Clone,
) -> Starts {
    let open = everybody_open(window, people.clone().map(|(person, _)| person));
    if part.before + part.after == 0 {
        let mut free = nobody_busy(open, people);
        begin_in(&mut free, part.duration);
        return Starts {
            stretches: free,
            narrowed: None,
        };
    }
    let reach = open.iter().map(|span| pad(*span, part.before, part.after));
    let clear = nobody_busy(normalize(reach.collect()), people);
    let mut free = Vec::with_capacity(clear.len());
    intersect_into(&clear, &open, &mut free);
    let narrowed = buffered(&free, &clear, part);
    begin_in(&mut free, part.duration);
    Starts {
        stretches: free,
        narrowed: Some(narrowed),
    }
}

/// The run of the window in which all are open.
pub(super) fn everybody_open<'p>(
    window: Interval,
    mut people: impl Iterator<Item = &'p Person<'p>>,
) -> Vec<Interval> {
    let Some(first) = people.next() else {
        return vec![window];
    };
    let mut open = Vec::with_capacity(first.open.len());
    intersect_into(first.open, &[window], &mut open);
    let mut next = Vec::new();
    for person in people {
        // Many people keep the same hours.
        if open == person.open {
            continue;
        }
        next.reserve(person.open.len());
        intersect_into(&open, person.open, &mut next);
        std::mem::swap(&mut open, &mut next);
        next.clear();
    }
    open
}

/// What is left of a run when everybody's taken and unknown time is taken away.
pub(super) fn nobody_busy<'p>(
    run: Vec<Interval>,
    people: impl Iterator<Item = (&'p Person<'p>, &'p [Interval])>,
) -> Vec<Interval> {
    let mut clear = run;
    let mut next = Vec::with_capacity(clear.len());
    for taken in people.flat_map(|(person, taken)| [taken, person.unknown]) {
        if taken.is_empty() {
            continue;
        }
        subtract_into(&clear, taken, &mut next);
        std::mem::swap(&mut clear, &mut next);
        next.clear();
    }
    clear
}

/// Turns a run of time into the run of starts from which the duration fits.
fn begin_in(time: &mut Vec<Interval>, duration: i64) {
    time.retain_mut(
        |span| match Interval::from_micros(span.start_us(), span.end_us() - duration + 1) {
            Some(starts) => {
                *span = starts;
                true
            }
            None => false,
        },
    );
}

/// The starts in free time whose buffers are clear. Each free span lies inside one span of `clear`.
fn buffered(free: &[Interval], clear: &[Interval], part: &Part<'_>) -> Vec<Interval> {
    let mut around = 0;
    let starts = free.iter().filter_map(|span| {
        while clear[around].end_us() < span.end_us() {
            around += 1;
        }
        let first = span.start_us().max(clear[around].start_us() + part.before);
        let last = span.end_us().min(clear[around].end_us() - part.after) - part.duration;
        Interval::from_micros(first, last + 1)
    });
    starts.collect()
}

/// Whether an instant is in a run.
pub(super) fn contains(run: &[Interval], at: i64) -> bool {
    let next = run.partition_point(|span| span.end_us() <= at);
    run.get(next).is_some_and(|span| span.start_us() <= at)
}
