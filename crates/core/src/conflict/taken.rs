//! The time that each event of a calendar takes up, with its name.

use std::collections::BTreeMap;

use crate::{
    busy::{Builder, BusyRules},
    external_event::{ExternalEvent, SeriesRole},
    time::{ExternalEventId, Interval, Zone},
};

/// The times inside a window that events of one calendar block, each with the event that does; an override's times are its series',
/// unless the calendar lacks that. Floating times and dates are read in the calendar's zone. What of a series cannot be
/// followed counts as the busy index has it.
pub fn taken(
    events: impl IntoIterator<Item = (ExternalEventId, ExternalEvent)>,
    rules: BusyRules,
    zone: &Zone,
    window: Interval,
) -> Vec<(Interval, ExternalEventId)> {
    let mut groups: BTreeMap<String, Vec<(ExternalEventId, ExternalEvent)>> = BTreeMap::new();
    for (id, event) in events {
        let name = match &event.role {
            SeriesRole::Override { master, .. } => master.clone(),
            SeriesRole::Single | SeriesRole::Master { .. } => event.provider_id.clone(),
        };
        groups.entry(name).or_default().push((id, event));
    }
    let mut taken = Vec::new();
    for group in groups.into_values() {
        let master = group
            .iter()
            .find(|(_, event)| !matches!(event.role, SeriesRole::Override { .. }))
            .map(|(id, _)| *id);
        match master {
            Some(master) => taken.extend(times(group, (rules, zone, window)).map(|time| (time, master))),
            // Invited to some occurrences only, a person never gets the master: each stands alone.
            None => {
                for (id, event) in group {
                    taken.extend(times(vec![(id, event)], (rules, zone, window)).map(|time| (time, id)));
                }
            }
        }
    }
    taken
}

/// When some events that belong together block.
fn times(
    group: Vec<(ExternalEventId, ExternalEvent)>,
    (rules, zone, window): (BusyRules, &Zone, Interval),
) -> impl Iterator<Item = Interval> {
    let mut builder = Builder::new(rules, zone, window);
    for (_, event) in group {
        builder.add(event);
    }
    builder.finish().busy.into_iter()
}
