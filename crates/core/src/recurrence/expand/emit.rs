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
        (!self.instants.is_empty() && self.instants.binary_search(&us).is_ok())
            || (!self.days.is_empty() && self.days.binary_search(&day).is_ok())
    }
}

impl Emitter<'_, '_> {
    /// Emits an occurrence of the series' own length.
    pub(super) fn emit_own(&mut self, civil: i64) -> ControlFlow<()> {
        self.emit(civil, self.length)
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
