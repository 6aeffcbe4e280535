//! One start of a series becomes an occurrence, unless something took it out.

use std::ops::ControlFlow;

use super::overrides::Shift;
use crate::{
    external_event::ExternalEvent,
    recurrence::{
        Occurrence,
        anchor::{Anchor, Key, Length, SECOND},
        days::DAY,
        offsets::Offsets,
    },
    time::Interval,
};

/// Occurrences of one series in one window that are followed: every minute of half a year.
pub(super) const OCCURRENCE_LIMIT: usize = 262_144;

/// Turns starts in civil seconds into occurrences inside the window.
#[derive(Debug)]
pub(super) struct Emitter<'e, 'a> {
    pub(super) master: &'a ExternalEvent,
    pub(super) anchor: &'e Anchor,
    pub(super) offsets: &'e mut Offsets,
    pub(super) window: Interval,
    pub(super) length: Length,
    /// Whether occurrences have an original start.
    pub(super) recurs: bool,
    pub(super) excluded: Excluded,
    /// By the instant from which each holds.
    pub(super) shifts: &'e [Shift<'a>],
    pub(super) found: &'e mut Vec<Occurrence<'a>>,
    /// Whether occurrences were left out because there were too many.
    pub(super) overflow: bool,
}

/// Starts that do not take place by the rule; both lists are sorted.
#[derive(Debug, Default)]
pub(super) struct Excluded {
    /// Instants in microseconds.
    pub(super) instants: Vec<i64>,
    /// Day numbers by the series' zone.
    pub(super) days: Vec<i64>,
}

impl Excluded {
    /// Adds the occurrences that have these keys.
    pub(super) fn extend(&mut self, keys: impl Iterator<Item = Key>) {
        for key in keys {
            match key {
                Key::Instant(us) => self.instants.push(us),
                Key::Day(day) => self.days.push(day),
            }
        }
        self.instants.sort_unstable();
        self.days.sort_unstable();
    }

    /// Whether the occurrence at that instant, on that day of the series' zone, is excluded.
    pub(super) fn contains(&self, us: i64, day: i64) -> bool {
        self.all().contains(us, day)
    }

    fn all(&self) -> Part<'_> {
        Part {
            instants: &self.instants,
            days: &self.days,
        }
    }

    /// What lies between two instants, both included, or on the days of two civil seconds and between them.
    fn between(&self, (first_us, last_us): (i64, i64), (first, last): (i64, i64)) -> Part<'_> {
        Part {
            instants: part(&self.instants, first_us, last_us),
            days: part(&self.days, first.div_euclid(DAY), last.div_euclid(DAY)),
        }
    }
}

/// What starts of one offset become.
#[derive(Clone, Copy)]
struct Alike<'a> {
    /// Seconds between civil time and UTC.
    offset: i64,
    /// Microseconds.
    length: i64,
    fraction_us: i64,
    event: &'a ExternalEvent,
    recurs: bool,
}

impl<'a> Alike<'a> {
    fn of(self, civil: i64) -> Occurrence<'a> {
        let start_us = (civil - self.offset) * SECOND + self.fraction_us;
        Occurrence {
            start_us,
            end_us: start_us.saturating_add(self.length),
            event: self.event,
            original_start_us: self.recurs.then_some(start_us),
        }
    }

    /// Adds those that touch the window; most runs lie inside as a whole.
    fn emit(self, run: &[i64], window: Interval, found: &mut Vec<Occurrence<'a>>) {
        let (Some(&first), Some(&last)) = (run.first(), run.last()) else {
            return;
        };
        let inside = |one: Occurrence<'_>| touches(window, one.start_us, one.end_us);
        let occurrences = run.iter().map(|&civil| self.of(civil));
        if inside(self.of(first)) && inside(self.of(last)) {
            found.extend(occurrences);
        } else {
            found.extend(occurrences.filter(|one| inside(*one)));
        }
    }
}

/// Some of what is excluded.
#[derive(Clone, Copy)]
struct Part<'e> {
    instants: &'e [i64],
    days: &'e [i64],
}

impl Part<'_> {
    const fn is_empty(self) -> bool {
        self.instants.is_empty() && self.days.is_empty()
    }

    fn contains(self, us: i64, day: i64) -> bool {
        (!self.instants.is_empty() && self.instants.binary_search(&us).is_ok())
            || (!self.days.is_empty() && self.days.binary_search(&day).is_ok())
    }
}

/// The numbers of a sorted list from one to another.
fn part(sorted: &[i64], first: i64, last: i64) -> &[i64] {
    let begin = sorted.partition_point(|&one| one < first);
    let end = sorted.partition_point(|&one| one <= last);
    &sorted[begin..end.max(begin)]
}

impl Emitter<'_, '_> {
    /// Emits occurrences of the series' own length that start at these civil seconds, which are in order.
    pub(super) fn emit_run(&mut self, run: &[i64]) -> ControlFlow<()> {
        let Length::Exact(length) = self.length else {
            return self.emit_each(run);
        };
        if !self.shifts.is_empty() || self.found.len() + run.len() > OCCURRENCE_LIMIT {
            return self.emit_each(run);
        }
        let mut rest = run;
        while let Some(&first) = rest.first() {
            let (offset, until) = self.offsets.span(first);
            let (mut alike, behind) = rest.split_at(rest.partition_point(|&civil| civil < until));
            rest = behind;
            let last = alike.last().copied().unwrap_or(first);
            let us = |civil: i64| (civil - offset) * SECOND + self.anchor.fraction_us;
            let excluded = self.excluded.between((us(first), us(last)), (first, last));
            let one = Alike {
                offset,
                length,
                fraction_us: self.anchor.fraction_us,
                event: self.master,
                recurs: self.recurs,
            };
            let taken_out = |&civil: &i64| excluded.contains(us(civil), civil.div_euclid(DAY));
            while !excluded.is_empty()
                && let Some(place) = alike.iter().position(taken_out)
            {
                one.emit(&alike[..place], self.window, self.found);
                alike = &alike[place + 1..];
            }
            one.emit(alike, self.window, self.found);
        }
        ControlFlow::Continue(())
    }

    fn emit_each(&mut self, run: &[i64]) -> ControlFlow<()> {
        run.iter().try_for_each(|&civil| self.emit(civil, self.length))
    }

    /// Emits the occurrence that starts at the civil second, when it is not excluded and touches the window.
    pub(super) fn emit(&mut self, civil: i64, length: Length) -> ControlFlow<()> {
        let original_us = self.offsets.instant(civil) * SECOND + self.anchor.fraction_us;
        if self.excluded.contains(original_us, civil.div_euclid(DAY)) {
            return ControlFlow::Continue(());
        }
        let (mut civil, mut length, mut start_us, mut event) = (civil, length, original_us, self.master);
        let later = self.shifts.partition_point(|shift| shift.from_us < original_us);
        if let Some(shift) = later.checked_sub(1).map(|last| &self.shifts[last]) {
            let Some(replacement) = shift.event else {
                return ControlFlow::Continue(());
            };
            (civil, length, event) = (civil + shift.delta, shift.length, replacement);
            start_us = self.offsets.instant(civil) * SECOND + self.anchor.fraction_us;
        }
        let end_us = length.end_us(civil, self.anchor.fraction_us, start_us, self.offsets);
        if !touches(self.window, start_us, end_us) {
            return ControlFlow::Continue(());
        }
        if self.found.len() == OCCURRENCE_LIMIT {
            self.overflow = true;
            return ControlFlow::Break(());
        }
        self.found.push(Occurrence {
            start_us,
            end_us,
            event,
            original_start_us: self.recurs.then_some(original_us),
        });
        ControlFlow::Continue(())
    }
}

/// Whether an occurrence overlaps the window; one without length counts where its start lies inside.
pub(super) const fn touches(window: Interval, start_us: i64, end_us: i64) -> bool {
    start_us < window.end_us()
        && (end_us > window.start_us() || (start_us == end_us && start_us == window.start_us()))
}
