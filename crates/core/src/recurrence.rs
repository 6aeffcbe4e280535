//! Recurrence: which occurrences of a series fall into a window (RFC 5545 sections 3.3.10, 3.8.4.4 and 3.8.5).
//!
//! A series is a master with its `RRULE`, `RDATE`, `EXDATE` and `EXRULE` lines, and the overrides that stand in for
//! single occurrences. [`expand`] jumps to the window instead of walking there from the first occurrence, so its cost
//! follows the window; rules that count (`COUNT`) are counted by arithmetic where their periods are even.
//!
//! All rules run on civil time (a day number and seconds of the day) and become instants last, through a table of
//! the zone's offsets: that is what RFC 5545 asks for, and it costs an addition per occurrence.

mod anchor;
mod canonical;
mod cycle;
mod day_set;
mod days;
mod error;
mod even;
mod expand;
mod meter;
mod offsets;
mod pattern;
mod positions;
mod reach;
mod rule;
mod set;
mod starts;
#[cfg(test)]
mod steps;
mod until;
pub(crate) mod value;
mod walk;
mod walk_times;

pub use canonical::canonical;
pub use error::RecurrenceError;
pub use expand::{Expander, expand};
pub use reach::reach;
pub use set::{RecurrenceSet, parse};

use crate::{external_event::ExternalEvent, time::Interval};

/// A master (or an event that happens once) with what overrides it.
#[derive(Clone, Copy, Debug)]
pub struct Series<'a> {
    /// The event that carries the rules. A single event is a series of one; an override whose master is missing
    /// stands here alone.
    pub master: &'a ExternalEvent,
    /// Items that stand in for occurrences of the master, or remove them, in any order.
    pub overrides: &'a [&'a ExternalEvent],
}

/// One time that an event takes place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Occurrence<'a> {
    /// First instant, in microseconds since 1970.
    pub start_us: i64,
    /// First instant after it, in microseconds since 1970; equal to the start for an event without length.
    pub end_us: i64,
    /// The item that describes it: the master, or the override that stands in for it.
    pub event: &'a ExternalEvent,
    /// Where the occurrence began by the rule (`RECURRENCE-ID`), in microseconds since 1970; `None` for an event
    /// that happens once.
    pub original_start_us: Option<i64>,
}

impl Occurrence<'_> {
    /// The time it takes, `None` for an event without length.
    pub fn interval(&self) -> Option<Interval> {
        Interval::from_micros(self.start_us, self.end_us)
    }
}

/// The occurrences that overlap a window, and what could not be read.
#[derive(Clone, Debug, Default)]
pub struct Expansion<'a> {
    /// Ordered by start, then end. An occurrence without length is inside when its start is.
    pub occurrences: Vec<Occurrence<'a>>,
    /// Lines that were left out, and limits that cut the expansion short.
    pub faults: Vec<RecurrenceError>,
}

/// Bounds of everything that an event can touch, for finding it by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// No occurrence begins before this instant, in microseconds since 1970.
    pub start_us: i64,
    /// No occurrence ends after this instant; `None` for a series without end.
    pub end_us: Option<i64>,
}
