//! When an event takes place.

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

use super::{OriginalStart, occurrences::by_rule};
use crate::{
    external_event::{EventEnd, EventSpan},
    invalid_field::InvalidField,
    time::{EventTime, Interval, Zone},
};

/// When an event takes place; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// At stated instants, in whole seconds.
    Timed {
        /// From start to end.
        span: Interval,
        /// The zone in which it is shown, and in which a series recurs.
        zone: Zone,
    },
    /// On whole days, wherever the calendar is looked at.
    AllDay(Days),
}

/// One or more whole days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    first: Date,
    end: Date,
}

impl Days {
    /// From the first day to the one before `end`; `None` when that is no day.
    pub fn new(first: Date, end: Date) -> Option<Self> {
        (first < end).then_some(Self { first, end })
    }

    /// The first day.
    pub const fn first(self) -> Date {
        self.first
    }

    /// The day after the last.
    pub const fn end(self) -> Date {
        self.end
    }
}

impl When {
    /// From an instant to a later one, both in whole seconds as calendars keep them.
    pub fn timed(start: Timestamp, end: Timestamp, zone: Zone) -> Result<Self, InvalidField> {
        for (field, at) in [("start", start), ("end", end)] {
            if at.subsec_nanosecond() != 0 {
                return Err(InvalidField::new(field, "in whole seconds"));
            }
        }
        let after_start = || InvalidField::new("end", "after start");
        let span = Interval::new(start, end).ok_or_else(after_start)?;
        Ok(Self::Timed { span, zone })
    }

    /// Whole days; `end` is the day after the last.
    pub fn all_day(first: Date, end: Date) -> Result<Self, InvalidField> {
        let after_start =
            || InvalidField::new("end", "a date after start: it is the first day after the event");
        Days::new(first, end).map(Self::AllDay).ok_or_else(after_start)
    }

    /// The zone in which it is shown; `None` on whole days.
    pub const fn zone(&self) -> Option<&Zone> {
        match self {
            Self::Timed { zone, .. } => Some(zone),
            Self::AllDay(_) => None,
        }
    }

    /// The start as calendars state it.
    pub fn start(&self) -> EventTime {
        match self {
            Self::Timed { span, zone } => EventTime::at(span.start(), zone.clone()),
            Self::AllDay(days) => EventTime::Date(days.first),
        }
    }

    /// Start and end as calendars state them.
    pub fn stated(&self) -> EventSpan {
        let end = match self {
            Self::Timed { span, zone } => EventTime::at(span.end(), zone.clone()),
            Self::AllDay(days) => EventTime::Date(days.end),
        };
        EventSpan {
            start: self.start(),
            end: EventEnd::At(end),
        }
    }

    /// When one time of a series takes place by its rule, this being the series' first time; `None` where the series has
    /// no such time.
    pub(super) fn of_series(&self, recurrence: &[String], start: OriginalStart) -> Option<Self> {
        let begin = start.in_series_of(self).filter(|_| !recurrence.is_empty())?;
        let window = Interval::new(begin, begin.checked_add(SignedDuration::from_secs(1)).ok()?)?;
        let found = by_rule(self, recurrence, window);
        let one = found.into_iter().find(|one| one.start() == begin)?;
        match self {
            Self::Timed { zone, .. } => Self::timed(one.start(), one.end(), zone.clone()).ok(),
            Self::AllDay(_) => {
                let date = |at: Timestamp| at.to_zoned(TimeZone::UTC).date();
                Self::all_day(date(one.start()), date(one.end())).ok()
            }
        }
    }

    /// The time it takes; days are those of the calendar's zone.
    pub fn interval(&self, calendar_zone: &Zone) -> Interval {
        match self {
            Self::Timed { span, .. } => *span,
            Self::AllDay(days) => {
                let instant = |date| EventTime::Date(date).instant(calendar_zone).as_microsecond();
                let (start_us, end_us) = (instant(days.first), instant(days.end));
                // A zone that skipped the day (Samoa, 2011-12-30) gives both the same instant.
                Interval::from_ordered(start_us, end_us.max(start_us + 1))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timed(start: &str, end: &str) -> Result<When, String> {
        let at = |text: &str| text.parse().unwrap();
        When::timed(at(start), at(end), Zone::UTC).map_err(|error| error.to_string())
    }

    fn all_day(first: &str, end: &str) -> Result<When, String> {
        When::all_day(first.parse().unwrap(), end.parse().unwrap()).map_err(|error| error.to_string())
    }

    #[test]
    fn an_event_without_length_is_refused() {
        let refused = Err("end must be after start".to_owned());
        assert_eq!(timed("2026-12-01T10:00:00Z", "2026-12-01T10:00:00Z"), refused);
        assert_eq!(timed("2026-12-01T10:00:00Z", "2026-12-01T09:00:00Z"), refused);
        let refused = Err("end must be a date after start: it is the first day after the event".to_owned());
        assert_eq!(all_day("2026-12-01", "2026-12-01"), refused);
        assert!(all_day("2026-12-01", "2026-12-02").is_ok());
    }

    #[test]
    fn fractions_of_a_second_are_refused_because_calendars_drop_them() {
        let refused = Err("end must be in whole seconds".to_owned());
        assert_eq!(timed("2026-12-01T10:00:00Z", "2026-12-01T11:00:00.5Z"), refused);
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        let day = all_day("2026-03-29", "2026-03-30").unwrap();
        let hours = |zone| day.interval(&Zone::iana(zone).unwrap()).len_us() / 3_600_000_000;
        assert_eq!((hours("Europe/Zurich"), hours("Asia/Tokyo")), (23, 24));
        let skipped = all_day("2011-12-30", "2011-12-31").unwrap();
        assert_eq!(skipped.interval(&Zone::iana("Pacific/Apia").unwrap()).len_us(), 1);
    }
}
