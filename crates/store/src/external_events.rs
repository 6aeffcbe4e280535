//! External events: what providers' calendars hold, as the providers sent it.
//!
//! Rows are written by pulls only, see [`crate::PullPage`]. Each row carries the bounds of everything that it can
//! touch, so that a stretch of time finds its events by index, however long a series runs.

mod columns;
mod list;
mod load;
mod text;

use kalends_core::{
    external_event::{EventEnd, ExternalEvent, SeriesRole},
    recurrence::reach,
    time::{CalendarId, ExternalEventId, UserId, Zone},
};

pub(crate) use self::columns::{
    CHANGED, COLUMN_NAMES, CONTENT_COLUMNS, CREATED, EventRow, PROVIDER_ID, columns,
};
pub use self::list::{EventFilter, EventPosition};

/// An event to be stored, with the bounds by which it is found.
#[derive(Clone, Debug, PartialEq)]
pub struct EventUpsert {
    pub(crate) event: ExternalEvent,
    pub(crate) bounds: Bounds,
    pub(crate) original_us: Option<i64>,
}

/// A stored event.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredEvent {
    /// Its id.
    pub id: ExternalEventId,
    /// The calendar that holds it.
    pub calendar: CalendarId,
    /// The event.
    pub event: ExternalEvent,
    /// The bounds by which it is found.
    pub bounds: Bounds,
}

/// An event as it is listed: with its owner.
#[derive(Clone, Debug, PartialEq)]
pub struct ListedEvent {
    /// Whose calendar holds it.
    pub user: UserId,
    /// The event.
    pub stored: StoredEvent,
}

/// Bounds of everything that an event can touch, in microseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Nothing of it is before this instant.
    pub start_us: i64,
    /// Nothing of it is after this instant; [`Bounds::ENDLESS`] for a series without end.
    pub end_us: i64,
}

impl Bounds {
    /// The end of what has none.
    pub const ENDLESS: i64 = i64::MAX;

    /// Bounds of an item without any time, which no stretch of time finds.
    const NOWHERE: Self = Self {
        start_us: i64::MAX,
        end_us: i64::MIN,
    };
}

impl EventUpsert {
    /// Works out the bounds; floating times and dates are read in `calendar_zone`.
    pub fn new(event: ExternalEvent, calendar_zone: &Zone) -> Self {
        let bounds = reach(&event, calendar_zone).map_or(Bounds::NOWHERE, |reach| Bounds {
            start_us: reach.start_us,
            end_us: reach.end_us.unwrap_or(Bounds::ENDLESS),
        });
        let original_us = match &event.role {
            SeriesRole::Override { original_start, .. } => {
                Some(original_start.instant(calendar_zone).as_microsecond())
            }
            SeriesRole::Single | SeriesRole::Master { .. } => None,
        };
        Self {
            event,
            bounds,
            original_us,
        }
    }

    /// The event.
    pub fn event(&self) -> &ExternalEvent {
        &self.event
    }

    /// The bounds by which it is found.
    pub fn bounds(&self) -> Bounds {
        self.bounds
    }
}

/// An upper bound of the length of an event's occurrences, in microseconds: generous by two days for zones and
/// transitions.
fn longest_us(event: &ExternalEvent) -> i64 {
    const DAY_US: i64 = 86_400_000_000;
    let length = match event.span.as_ref() {
        None => 0,
        Some(span) => match &span.end {
            EventEnd::At(end) => {
                let start = Zone::UTC.instant(span.start.civil()).as_microsecond();
                Zone::UTC.instant(end.civil()).as_microsecond() - start
            }
            EventEnd::After { days, exact } => {
                let exact = i64::try_from(exact.as_micros()).unwrap_or(i64::MAX);
                i64::from(*days).saturating_mul(DAY_US).saturating_add(exact)
            }
        },
    };
    length.max(0).saturating_add(2 * DAY_US)
}
