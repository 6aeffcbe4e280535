//! Compiles events to the busy run of a window.

use std::collections::HashMap;

use super::{BusyRules, Month, blocks, intersect, normalize};
use crate::{
    external_event::{EventStatus, ExternalEvent, SeriesRole},
    recurrence::{self, Occurrence, RecurrenceError, Series},
    time::{Interval, Zone},
};

/// Takes the events of one calendar in any order, while they are being paged in, and compiles when it is busy.
///
/// An event that happens once shrinks to its interval at once; of a series the master and the overrides are kept
/// until the end, without their texts. An item that comes again replaces what it said before.
#[derive(Clone, Debug)]
pub struct Builder {
    rules: BusyRules,
    zone: Zone,
    /// The run of time to compile.
    windows: Vec<Interval>,
    items: HashMap<String, Item>,
}

/// What a calendar's events amount to.
#[derive(Clone, Debug, PartialEq)]
pub struct Compiled {
    /// The busy run, clipped to the builder's windows.
    pub busy: Vec<Interval>,
    /// What could not be read, by provider id; the other lines of the same event still count.
    pub faults: Vec<CompileFault>,
}

/// Part of a series that could not be read.
#[derive(Clone, Debug, PartialEq)]
pub struct CompileFault {
    /// The master's [`ExternalEvent::provider_id`].
    pub provider_id: String,
    /// What was wrong with it.
    pub error: RecurrenceError,
}

#[derive(Clone, Debug)]
enum Item {
    /// The time of an event that happens once.
    Busy(Interval),
    Master(Box<ExternalEvent>),
    Override {
        master: String,
        event: Box<ExternalEvent>,
    },
}

impl Builder {
    /// Compiles over one window; floating times and dates are read in the calendar's zone.
    pub fn new(rules: BusyRules, zone: &Zone, window: Interval) -> Self {
        Self {
            rules,
            zone: zone.clone(),
            windows: vec![window],
            items: HashMap::new(),
        }
    }

    /// Compiles over some months of the covered window, so that the cost follows these months alone.
    pub fn for_months(rules: BusyRules, zone: &Zone, covered: Interval, months: &[Month]) -> Self {
        let windows = months.iter().filter_map(|month| month.interval().clip(covered));
        Self {
            windows: normalize(windows.collect()),
            ..Self::new(rules, zone, covered)
        }
    }

    /// Takes an event; what was added before with the same provider id is forgotten.
    pub fn add(&mut self, event: ExternalEvent) {
        let item = match &event.role {
            SeriesRole::Single => self.once(&event).map(Item::Busy),
            SeriesRole::Master { .. } => Some(Item::Master(Box::new(without_texts(&event)))),
            SeriesRole::Override { master, .. } => Some(Item::Override {
                master: master.clone(),
                event: Box::new(without_texts(&event)),
            }),
        };
        match item {
            Some(item) => self.items.insert(event.provider_id, item),
            None => self.items.remove(&event.provider_id),
        };
    }

    /// Forgets an event that the provider says is gone.
    pub fn remove(&mut self, provider_id: &str) {
        self.items.remove(provider_id);
    }

    /// Expands the series and joins everything to one run.
    pub fn finish(self) -> Compiled {
        let mut busy = Vec::with_capacity(self.items.len());
        let mut faults = Vec::new();
        let mut groups: HashMap<&str, (Option<&ExternalEvent>, Vec<&ExternalEvent>)> = HashMap::new();
        for (provider_id, item) in &self.items {
            match item {
                Item::Busy(interval) => busy.push(*interval),
                Item::Master(event) => groups.entry(provider_id).or_default().0 = Some(event),
                Item::Override { master, event } => groups.entry(master).or_default().1.push(event),
            }
        }
        for (master, overrides) in groups.into_values() {
            match master {
                Some(master) => self.expand(master, &overrides, &mut busy, &mut faults),
                // Invited to some occurrences only, a person never gets the master: each stands alone.
                None => busy.extend(overrides.iter().filter_map(|event| self.once(event))),
            }
        }
        faults.sort_by(|left: &CompileFault, right| left.provider_id.cmp(&right.provider_id));
        Compiled {
            busy: intersect(&normalize(busy), &self.windows),
            faults,
        }
    }

    /// The busy time of an event that stands alone.
    fn once(&self, event: &ExternalEvent) -> Option<Interval> {
        let (first, last) = (self.windows.first()?, self.windows.last()?);
        if !blocks(event, self.rules) {
            return None;
        }
        let alone = Series {
            master: event,
            overrides: &[],
        };
        let hull = Interval::from_ordered(first.start_us(), last.end_us());
        let expansion = recurrence::expand(&alone, &self.zone, hull);
        expansion.occurrences.first()?.interval()
    }

    fn expand(
        &self,
        master: &ExternalEvent,
        overrides: &[&ExternalEvent],
        busy: &mut Vec<Interval>,
        faults: &mut Vec<CompileFault>,
    ) {
        let group = Series { master, overrides };
        let any_blocks =
            blocks(master, self.rules) || overrides.iter().any(|event| blocks(event, self.rules));
        // A series that was cancelled as a whole takes its overrides along.
        if master.status == EventStatus::Cancelled || !any_blocks {
            return;
        }
        for (index, window) in self.windows.iter().enumerate() {
            let expansion = recurrence::expand(&group, &self.zone, *window);
            let blocking = expansion
                .occurrences
                .iter()
                .filter(|found| blocks(found.event, self.rules));
            busy.extend(blocking.filter_map(Occurrence::interval));
            if index == 0 {
                let provider_id = &master.provider_id;
                faults.extend(expansion.faults.into_iter().map(|error| CompileFault {
                    provider_id: provider_id.clone(),
                    error,
                }));
            }
        }
    }
}

/// The event without what only people read, to keep little in memory.
fn without_texts(event: &ExternalEvent) -> ExternalEvent {
    ExternalEvent {
        provider_id: event.provider_id.clone(),
        ical_uid: None,
        etag: None,
        role: event.role.clone(),
        span: event.span.clone(),
        title: None,
        location: None,
        organizer: None,
        html_link: None,
        ..*event
    }
}
