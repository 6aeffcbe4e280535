//! When an event takes up its people's time.

use super::Event;
use crate::{
    external_event::{
        EventKind, EventSpan, EventStatus, ExternalEvent, SeriesRole, Transparency, Visibility,
    },
    recurrence::{self, Reach, Series},
    time::{Interval, Zone},
};

impl Event {
    /// Every time of the event that overlaps a window, by start; none when it is cancelled. Days are those of the
    /// calendar's zone. What cannot be expanded further within the limits of `recurrence` is cut there.
    pub fn occurrences(&self, calendar_zone: &Zone, window: Interval) -> Vec<Interval> {
        if self.status == EventStatus::Cancelled {
            return Vec::new();
        }
        if self.recurrence.is_empty() {
            let only = self.when.interval(calendar_zone);
            return if only.overlaps(window) {
                vec![only]
            } else {
                Vec::new()
            };
        }
        let master = master(self.when.stated(), self.recurrence.clone());
        let series = Series {
            master: &master,
            overrides: &[],
        };
        let found = recurrence::expand(&series, calendar_zone, window);
        found
            .occurrences
            .iter()
            .filter_map(recurrence::Occurrence::interval)
            .collect()
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
        let master = master(self.when.stated(), self.recurrence.clone());
        recurrence::reach(&master, &Zone::UTC).unwrap_or_else(only)
    }
}

/// A series in the form in which `recurrence` reads them.
fn master(span: EventSpan, recurrence: Vec<String>) -> ExternalEvent {
    ExternalEvent {
        provider_id: String::new(),
        ical_uid: None,
        etag: None,
        role: SeriesRole::Master { recurrence },
        span: Some(span),
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
