//! The most appointments a day and a week.

use std::collections::BTreeMap;

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Weekday},
};

use super::Appointment;
use crate::{
    busy::join_all,
    invalid_field::InvalidField,
    time::{Interval, Zone},
};

/// Limits a day and a week, by the clock of a zone. An appointment counts, whole, for the day on which it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For each day.
    pub day: Limit,
    /// For each week.
    pub week: Limit,
    /// The first day of a week.
    pub week_start: Weekday,
}

/// The most of a day or of a week; `None` is no limit, 0 closes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limit {
    /// Appointments.
    pub appointments: Option<u32>,
    /// Minutes of appointments, without buffers.
    pub minutes: Option<u32>,
}

/// What is booked in a day or week.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Booked {
    pub(super) appointments: u32,
    pub(super) us: i64,
}

impl Default for Limits {
    /// No limit; weeks begin on Monday.
    fn default() -> Self {
        Self {
            day: Limit::default(),
            week: Limit::default(),
            week_start: Weekday::Monday,
        }
    }
}

impl Limits {
    /// Checks that no limit is beyond what a day or week holds, so that a mistyped one is seen.
    pub(super) fn check(&self, field: impl Fn() -> String) -> Result<(), InvalidField> {
        if self.are_none() {
            return Ok(());
        }
        for (name, value, most) in [
            ("day.appointments", self.day.appointments, 1_440),
            ("day.minutes", self.day.minutes, 1_440),
            ("week.appointments", self.week.appointments, 10_080),
            ("week.minutes", self.week.minutes, 10_080),
        ] {
            InvalidField::unless_within(&format!("{}.{name}", field()), value.unwrap_or(0), 0..=most)?;
        }
        Ok(())
    }

    /// Whether nothing is limited.
    pub(super) fn are_none(&self) -> bool {
        (self.day, self.week) == (Limit::default(), Limit::default())
    }

    /// The run of starts in the window at which there is no room for `more`.
    pub(super) fn full<'a>(
        &self,
        zone: &Zone,
        window: Interval,
        appointments: impl Iterator<Item = &'a Appointment>,
        more: Booked,
    ) -> Vec<Interval> {
        if self.are_none() {
            return Vec::new();
        }
        let mut days: BTreeMap<Date, Booked> = BTreeMap::new();
        let mut weeks: BTreeMap<Date, Booked> = BTreeMap::new();
        for given in appointments {
            let day = zone.civil(given.interval.start()).date();
            for booked in [
                days.entry(day).or_default(),
                weeks.entry(self.week_of(day)).or_default(),
            ] {
                booked.add(given.interval.len_us());
            }
        }
        let mut full = Vec::new();
        let mut day = zone.civil(window.start()).date();
        let last = zone.civil(window.end()).date();
        while day <= last {
            let next = day.tomorrow().unwrap_or(Date::MAX);
            let booked = |of: &BTreeMap<Date, Booked>, key| of.get(&key).copied().unwrap_or_default();
            let has_room = self.day.holds(booked(&days, day).with(more))
                && self.week.holds(booked(&weeks, self.week_of(day)).with(more));
            if !has_room {
                full.extend(Interval::new(midnight(zone, day), midnight(zone, next)));
            }
            if next == day {
                break;
            }
            day = next;
        }
        join_all(&mut full);
        full
    }

    /// What is booked in the day and in the week of an instant, each with its first day.
    pub(super) fn around<'a>(
        &self,
        zone: &Zone,
        at: Timestamp,
        appointments: impl Iterator<Item = &'a Appointment>,
    ) -> [(Date, Booked); 2] {
        let day = zone.civil(at).date();
        let mut around = [(day, Booked::default()), (self.week_of(day), Booked::default())];
        for given in appointments {
            let other = zone.civil(given.interval.start()).date();
            if other == day {
                around[0].1.add(given.interval.len_us());
            }
            if self.week_of(other) == around[1].0 {
                around[1].1.add(given.interval.len_us());
            }
        }
        around
    }

    /// The first day of the week of a day.
    pub(super) fn week_of(&self, day: Date) -> Date {
        let past = i64::from(day.weekday().since(self.week_start));
        day.checked_sub(past.days()).unwrap_or(Date::MIN)
    }
}

impl Limit {
    /// Whether so much is not too much.
    pub(super) fn holds(self, booked: Booked) -> bool {
        self.appointments.is_none_or(|most| booked.appointments <= most)
            && self
                .minutes
                .is_none_or(|most| booked.us <= super::query::minutes(most))
    }
}

impl Booked {
    /// One appointment more.
    pub(super) fn add(&mut self, us: i64) {
        *self = self.with(Self { appointments: 1, us });
    }

    /// Both together.
    pub(super) fn with(self, other: Self) -> Self {
        Self {
            appointments: self.appointments.saturating_add(other.appointments),
            us: self.us.saturating_add(other.us),
        }
    }
}

/// The first instant of the day.
pub(super) fn midnight(zone: &Zone, day: Date) -> Timestamp {
    zone.instant(day.into())
}
