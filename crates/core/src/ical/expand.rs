//! All events of a calendar over a window.

use std::collections::HashMap;

use crate::{
    external_event::{ExternalEvent, SeriesRole},
    recurrence::{Expander, Occurrence, RecurrenceError, Series},
    time::{Interval, Zone},
};

/// The occurrences of a calendar's events that overlap a window.
#[derive(Clone, Debug, Default)]
pub struct Expanded<'e> {
    /// Ordered by start, then end, then `UID`.
    pub occurrences: Vec<Occurrence<'e>>,
    /// Limits that cut the expansion of an event short.
    pub faults: Vec<(&'e ExternalEvent, RecurrenceError)>,
}

/// A calendar's events, each series with what overrides it.
#[derive(Clone, Debug)]
pub struct SeriesList<'e> {
    series: Vec<(&'e ExternalEvent, Vec<&'e ExternalEvent>)>,
}

impl<'e> SeriesList<'e> {
    /// Puts overrides beside their masters; those whose master is not there stand alone.
    pub fn of(events: &'e [ExternalEvent]) -> Self {
        let mut overrides: HashMap<&str, Vec<&ExternalEvent>> = HashMap::new();
        let mut series = Vec::with_capacity(events.len());
        for event in events {
            match &event.role {
                SeriesRole::Override { master, .. } => overrides.entry(master).or_default().push(event),
                SeriesRole::Single | SeriesRole::Master { .. } => series.push((event, Vec::new())),
            }
        }
        for (master, own) in &mut series {
            *own = overrides.remove(master.provider_id.as_str()).unwrap_or_default();
        }
        series.extend(overrides.into_values().flatten().map(|event| (event, Vec::new())));
        Self { series }
    }

    /// Every occurrence that overlaps the window; floating times and dates are read in `calendar_zone`.
    pub fn expand(&self, calendar_zone: &Zone, window: Interval) -> Expanded<'_> {
        let mut expander = Expander::new(calendar_zone, window);
        let mut expanded = Expanded::default();
        for (master, overrides) in &self.series {
            let found = expander.expand(&Series { master, overrides });
            expanded.occurrences.extend(found.occurrences);
            expanded
                .faults
                .extend(found.faults.into_iter().map(|fault| (*master, fault)));
        }
        let key = |one: &Occurrence<'_>| (one.start_us, one.end_us);
        expanded.occurrences.sort_by(|left, right| {
            let by_uid = || left.event.ical_uid.cmp(&right.event.ical_uid);
            key(left).cmp(&key(right)).then_with(by_uid)
        });
        expanded
    }
}
