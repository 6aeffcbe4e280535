//! When an event takes up its people's time.

use super::{Event, OriginalStart, When};
use crate::{
    external_event::{
        EventKind, EventStatus, ExternalEvent, OverrideRange, SeriesRole, Transparency, Visibility,
    },
    recurrence::{self, Reach, Series},
    time::{EventTime, Interval, Zone},
};

impl Event {
    /// Every time of the event that overlaps a window, by start; none when it is cancelled. Days are those of the
    /// calendar's zone. What cannot be expanded further within the limits of `recurrence` is cut there.
    pub fn occurrences(&self, calendar_zone: &Zone, window: Interval) -> Vec<Interval> {
        let times = self.times(calendar_zone, window).into_iter();
        times.map(|(time, _)| time).collect()
    }

    /// Those of its [occurrences](Event::occurrences) that take up time.
    pub fn busy(&self, calendar_zone: &Zone, window: Interval) -> Vec<Interval> {
        let times = self.times(calendar_zone, window).into_iter();
        times
            .filter(|(_, transparency)| *transparency == Transparency::Opaque)
            .map(|(time, _)| time)
            .collect()
    }

    fn times(&self, calendar_zone: &Zone, window: Interval) -> Vec<(Interval, Transparency)> {
        if self.status == EventStatus::Cancelled {
            return Vec::new();
        }
        if self.recurrence.is_empty() {
            let only = self.when.interval(calendar_zone);
            return if only.overlaps(window) {
                vec![(only, self.transparency)]
            } else {
                Vec::new()
            };
        }
        let master = ExternalEvent {
            transparency: self.transparency,
            ..master(&self.when, &self.recurrence)
        };
        let overrides = self.overrides();
        let series = Series {
            master: &master,
            overrides: &overrides.iter().collect::<Vec<_>>(),
        };
        let found = recurrence::expand(&series, calendar_zone, window);
        let found = found.occurrences.iter();
        found
            .filter_map(|one| Some((one.interval()?, one.event.transparency)))
            .collect()
    }

    /// The exceptions that take another time, or take it up otherwise.
    fn overrides(&self) -> Vec<ExternalEvent> {
        let overriding = self.exceptions.iter().filter_map(|(start, exception)| {
            let transparency = exception.transparency.unwrap_or(self.transparency);
            let when = match &exception.when {
                Some(when) => when.clone(),
                None if transparency == self.transparency => return None,
                None => self.when.of_series(&self.recurrence, *start)?,
            };
            let original_start = match start {
                OriginalStart::At(at) => EventTime::at(*at, Zone::UTC),
                OriginalStart::On(date) => EventTime::Date(*date),
            };
            Some(ExternalEvent {
                role: SeriesRole::Override {
                    master: String::new(),
                    original_start,
                    range: OverrideRange::ThisOnly,
                },
                span: Some(when.stated()),
                transparency,
                ..master(&when, &[])
            })
        });
        overriding.collect()
    }

    /// Everything that the event can touch, whole days being those of UTC.
    pub fn reach(&self) -> Reach {
        let only = || {
            let only = self.when.interval(&Zone::UTC);
            Reach {
                start_us: only.start_us(),
                end_us: Some(only.end_us()),
            }
        };
        if self.recurrence.is_empty() {
            return only();
        }
        let series =
            recurrence::reach(&master(&self.when, &self.recurrence), &Zone::UTC).unwrap_or_else(only);
        let moved = self.exceptions.values().filter_map(|one| one.when.as_ref());
        moved
            .map(|when| when.interval(&Zone::UTC))
            .fold(series, |reach, time| Reach {
                start_us: reach.start_us.min(time.start_us()),
                end_us: reach.end_us.map(|end_us| end_us.max(time.end_us())),
            })
    }
}

/// The times of a series by its rule alone that overlap a window, whole days being those of UTC.
pub(super) fn by_rule(when: &When, recurrence: &[String], window: Interval) -> Vec<Interval> {
    let master = master(when, recurrence);
    let series = Series {
        master: &master,
        overrides: &[],
    };
    let found = recurrence::expand(&series, &Zone::UTC, window);
    found
        .occurrences
        .iter()
        .filter_map(recurrence::Occurrence::interval)
        .collect()
}

/// A series in the form in which `recurrence` reads them.
fn master(when: &When, recurrence: &[String]) -> ExternalEvent {
    ExternalEvent {
        provider_id: String::new(),
        ical_uid: None,
        etag: None,
        role: SeriesRole::Master {
            recurrence: recurrence.to_vec(),
        },
        span: Some(when.stated()),
        status: EventStatus::Confirmed,
        kind: EventKind::Default,
        transparency: Transparency::Opaque,
        visibility: Visibility::Default,
        self_response: None,
        title: None,
        location: None,
        organizer: None,
        html_link: None,
        updated: None,
    }
}
