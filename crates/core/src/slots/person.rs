//! Who is asked to come, and what is known of them.

use std::borrow::Cow;

use super::{Limits, OpenHours};
use crate::{
    busy::{merge, normalize, subtract},
    time::{Interval, Zone},
};

/// One person, or a thing such as a room; each run covers [`Course::reach`](super::Course::reach).
///
/// Only the first three fields shape what is free; [`Person::new`] sets them and leaves the others empty.
#[derive(Clone, Copy, Debug, Default)]
pub struct Person<'a> {
    /// The run in which the person takes appointments.
    pub open: &'a [Interval],
    /// The run in which the person is busy, manual blocks included.
    pub busy: &'a [Interval],
    /// The run in which nobody knows whether the person is busy, which is never free.
    pub unknown: &'a [Interval],
    /// What the caller has booked with the person already, in any order: busy whether or not `busy` has it too,
    /// counted by limits and by [`Choose`](super::Choose).
    pub appointments: &'a [Appointment],
    /// Appointments so far that are not among `appointments`, counted by [`Choose`](super::Choose) alone.
    pub booked: u32,
    /// Time that counts as free, in any order, for moving an appointment: it is taken out of `busy`, and appointments
    /// that lie wholly inside are not there.
    pub ignore: &'a [Interval],
    /// The most appointments a day and a week.
    pub limits: Limits,
    /// The zone of the days and weeks of `limits`; the question's zone when it is `None`.
    pub zone: Option<&'a Zone>,
    /// What `open` was made of, so that it can be explained.
    pub hours: Option<&'a OpenHours>,
    /// What `busy` and `unknown` were made of, so that they can be explained.
    pub sources: &'a [Source<'a>],
}

/// Time that the caller has booked with a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Appointment {
    /// From its start to its end, without buffers.
    pub interval: Interval,
    /// How many more can join it; 0 when it is full or for one only. Sequences and periods do not look at it.
    pub seats_left: u32,
}

/// One of the things of which a person's time was made, such as a calendar; its place in [`Person::sources`] names it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Source<'a> {
    /// The run that it made busy.
    pub busy: &'a [Interval],
    /// The run of which it leaves unknown whether the person is busy.
    pub unknown: &'a [Interval],
}

impl<'a> Person<'a> {
    /// A person of whom only this is known.
    pub fn new(open: &'a [Interval], busy: &'a [Interval], unknown: &'a [Interval]) -> Self {
        Self {
            open,
            busy,
            unknown,
            ..Self::default()
        }
    }

    /// The appointments that are not ignored.
    pub(super) fn counted(&self) -> impl Iterator<Item = &'a Appointment> + use<'a> {
        let ignore = self.ignore;
        self.appointments
            .iter()
            .filter(move |given| !ignore.iter().any(|span| span.covers(given.interval)))
    }

    /// The run in which the person is busy: what calendars say, less what is ignored, and the appointments.
    pub(super) fn taken(&self) -> Cow<'a, [Interval]> {
        if self.ignore.is_empty() && self.appointments.is_empty() {
            return Cow::Borrowed(self.busy);
        }
        let busy = subtract(self.busy, &normalize(self.ignore.to_vec()));
        let appointments = normalize(self.counted().map(|given| given.interval).collect());
        Cow::Owned(merge(&[&busy, &appointments]))
    }

    /// How many may still join the appointment that takes exactly this time.
    pub(super) fn seats_left(&self, interval: Interval) -> Option<u32> {
        self.counted()
            .filter(|given| given.interval == interval && given.seats_left > 0)
            .map(|given| given.seats_left)
            .max()
    }
}
