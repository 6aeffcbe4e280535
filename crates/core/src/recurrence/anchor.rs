//! Where a series is tied to time: the start in civil seconds, its zone, and how long each occurrence lasts.

use super::{
    days::{self, DAY},
    offsets::Offsets,
};
use crate::{
    external_event::{EventEnd, EventSpan},
    time::{EventTime, Zone},
};

/// Microseconds of a second.
pub(super) const SECOND: i64 = 1_000_000;

/// The start of a series.
#[derive(Clone, Debug)]
pub(super) struct Anchor {
    /// Civil second of the start.
    pub(super) civil: i64,
    /// What the start has beyond the second, in microseconds.
    pub(super) fraction_us: i64,
    pub(super) all_day: bool,
    /// The zone that civil times are read in: the start's own, else the calendar's.
    pub(super) zone: Zone,
}

/// What tells one occurrence of a series from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// The instant at which it begins, in microseconds.
    Instant(i64),
    /// The day on which it begins, by the series' zone.
    Day(i64),
}

/// How long an occurrence lasts; never negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    /// So many microseconds on any clock.
    Exact(i64),
    /// So many days on the calendar, then so many microseconds.
    Nominal { days: i64, exact_us: i64 },
}

impl Anchor {
    pub(super) fn new(start: &EventTime, calendar_zone: &Zone) -> Self {
        let civil = start.civil();
        let zone = match start {
            EventTime::Zoned { zone, .. } => zone,
            _ => calendar_zone,
        };
        Self {
            civil: days::from_civil(civil),
            fraction_us: i64::from(civil.subsec_nanosecond()) / 1000,
            all_day: start.is_date(),
            zone: zone.clone(),
        }
    }

    /// The time in civil seconds of this series' zone.
    pub(super) fn civil_of(&self, time: &EventTime) -> i64 {
        match time {
            EventTime::Zoned { civil, zone } if *zone != self.zone && !self.all_day => {
                days::from_civil(self.zone.civil(zone.instant(*civil)))
            }
            _ => days::from_civil(time.civil()),
        }
    }

    /// Where an occurrence that the series states by that time begins, in civil seconds. In a timed series a date
    /// takes its time of day from the start, in an all-day series a time means its day.
    pub(super) fn civil_start(&self, time: &EventTime) -> i64 {
        let civil = self.civil_of(time);
        let of_day = match (self.all_day, time.is_date()) {
            (true, _) => 0,
            (false, true) => self.civil.rem_euclid(DAY),
            (false, false) => return civil,
        };
        civil.div_euclid(DAY) * DAY + of_day
    }

    /// The instant of a time, in microseconds; times without a zone are read in the series' zone.
    pub(super) fn instant_us(&self, time: &EventTime) -> i64 {
        time.instant(&self.zone).as_microsecond()
    }

    /// What an `EXDATE` or `RECURRENCE-ID` refers to. Dates mean the day even in a timed series, and times in an
    /// all-day series mean their day; both are seen in real calendars.
    pub(super) fn key(&self, time: &EventTime, offsets: &mut Offsets) -> Key {
        let civil = days::from_civil(time.civil());
        match time {
            _ if self.all_day || time.is_date() => Key::Day(civil.div_euclid(DAY)),
            EventTime::Zoned { zone, .. } if *zone != self.zone => Key::Instant(self.instant_us(time)),
            _ => {
                let fraction_us = i64::from(time.civil().subsec_nanosecond()) / 1000;
                Key::Instant(offsets.instant(civil) * SECOND + fraction_us)
            }
        }
    }
}

impl Length {
    /// The length of a span: exact between two points in time, nominal between dates and for a `DURATION` in days
    /// (RFC 5545 section 3.8.5.3).
    pub(super) fn of(span: &EventSpan, calendar_zone: &Zone) -> Self {
        Self::between(&span.start, &span.end, calendar_zone)
    }

    pub(super) fn between(start: &EventTime, end: &EventEnd, calendar_zone: &Zone) -> Self {
        match end {
            EventEnd::After { days, exact } => {
                let exact_us = i64::try_from(exact.as_micros()).unwrap_or(0);
                let total = (i64::from(*days) * DAY).saturating_mul(SECOND);
                if total.saturating_add(exact_us) <= 0 {
                    Self::Exact(0)
                } else if *days == 0 {
                    Self::Exact(exact_us)
                } else {
                    Self::Nominal {
                        days: i64::from(*days),
                        exact_us,
                    }
                }
            }
            EventEnd::At(EventTime::Date(end)) if start.is_date() => Self::Nominal {
                days: (days::from_date(*end) - days::from_date(start.civil().date())).max(0),
                exact_us: 0,
            },
            EventEnd::At(end) => {
                let zone = match start {
                    EventTime::Zoned { zone, .. } => zone,
                    _ => calendar_zone,
                };
                let length =
                    end.instant(zone).as_microsecond() - start.instant(calendar_zone).as_microsecond();
                Self::Exact(length.max(0))
            }
        }
    }

    /// The end of an occurrence that starts at that civil second and that instant.
    pub(super) fn end_us(self, civil: i64, fraction_us: i64, start_us: i64, offsets: &mut Offsets) -> i64 {
        match self {
            Self::Exact(length) => start_us.saturating_add(length),
            Self::Nominal { days, exact_us } => {
                let end = offsets.instant(civil.saturating_add(days * DAY)) * SECOND + fraction_us;
                end.saturating_add(exact_us).max(start_us)
            }
        }
    }

    /// An upper bound in seconds.
    pub(super) fn bound(self) -> i64 {
        match self {
            Self::Exact(length) => length / SECOND + 1,
            Self::Nominal { days, exact_us } => (days + 1) * DAY + exact_us.max(0) / SECOND + 1,
        }
    }
}
