//! What a calendar really says.

use std::collections::BTreeMap;

use kalends_core::time::Interval;

use crate::{
    control::ControlError,
    directory::{Calendar, StoredEvent},
    events::{EventResource, Role, Status, Transparency, instances_in},
    google::EventDateTime,
};

/// One event as it can be compared.
#[derive(Clone, Debug)]
pub(super) struct Truth {
    pub(super) etag: String,
    pub(super) updated: Option<String>,
    pub(super) status: Status,
    pub(super) summary: Option<String>,
    pub(super) start: Option<Moment>,
    pub(super) end: Option<Moment>,
    /// Whether it takes up time; `false` for what is cancelled, transparent or declined.
    pub(super) busy: bool,
}

/// A start or an end.
#[derive(Clone, Debug)]
pub(super) enum Moment {
    /// As the event says it.
    Stated(EventDateTime),
    /// Of an instance, in microseconds since 1970.
    Instant(i64),
}

/// The events of the calendar by id: those that live, and the cancelled ones, of which a caller may or may not know.
pub(super) fn of(
    calendar: &Calendar,
    window: Option<Interval>,
    single_events: bool,
) -> Result<BTreeMap<String, Truth>, ControlError> {
    let expand = match (single_events, window) {
        (false, _) => None,
        (true, Some(window)) => Some(window),
        (true, None) => {
            return Err(ControlError::Value {
                field: "window",
                expected: "the time whose instances are compared, as start and end",
            });
        }
    };
    let mut found = BTreeMap::new();
    for (_, stored) in calendar.events.changed_from(0) {
        let facts = &stored.facts;
        let outside = window
            .is_some_and(|window| facts.start_us >= window.end_us() || facts.end_us <= window.start_us());
        if outside {
            continue;
        }
        let resource = stored.resource().map_err(|_| ControlError::Value {
            field: "calendar",
            expected: "a calendar whose events can be read",
        })?;
        match expand {
            Some(window) if facts.role == Role::Master => {
                found.extend(instances(calendar, stored, &resource, window));
            }
            _ => {
                found.insert(resource.id.clone(), whole(stored, resource));
            }
        }
    }
    Ok(found)
}

fn whole(stored: &StoredEvent, event: EventResource) -> Truth {
    Truth {
        busy: stored.facts.busy,
        etag: event.etag,
        updated: event.updated,
        status: event.status,
        summary: event.summary,
        start: event.start.map(Moment::Stated),
        end: event.end.map(Moment::Stated),
    }
}

/// The instances by the rule, without those that an exception stands in for.
fn instances(
    calendar: &Calendar,
    stored: &StoredEvent,
    master: &EventResource,
    window: Interval,
) -> Vec<(String, Truth)> {
    let by_rule = instances_in(master, &calendar.zone, window);
    let by_rule = by_rule
        .into_iter()
        .filter(|one| calendar.events.get(&one.id).is_none());
    by_rule
        .map(|one| {
            let truth = Truth {
                busy: stored.facts.busy && master.transparency != Some(Transparency::Transparent),
                etag: master.etag.clone(),
                updated: master.updated.clone(),
                status: master.status,
                summary: master.summary.clone(),
                start: Some(Moment::Instant(one.start_us)),
                end: Some(Moment::Instant(one.end_us)),
            };
            (one.id, truth)
        })
        .collect()
}
