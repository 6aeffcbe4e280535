//! `events.instances`: the instances of one series, exceptions among them.

use axum::{
    extract::{Path, State},
    response::Response,
};
use http::StatusCode;
use jiff::Timestamp;
use kalends_core::time::Interval;

use super::{
    Role, conference,
    list::{head, with_items},
    listing::Item,
    series::{horizon_us, instances_in, write_instance},
    view::{Part, View},
};
use crate::{
    directory::{Calendar, StoredEvent},
    google::{self, Call, GoogleError, Method, Position},
    state::Sim,
};

/// A page of instances, ordered by start.
pub(crate) async fn instances(
    State(sim): State<Sim>,
    call: Call,
    Path((calendar, event)): Path<(String, String)>,
) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::EventsInstances)?;
    conference::ripen(&sim, caller.calendar(&calendar), None)?;
    let directory = sim.directory();
    let (calendar, role) = directory.open(&caller, &calendar)?;
    let view = View::read(&call, &caller, role)?;
    let master = calendar.events.get(&event).ok_or_else(GoogleError::not_found)?;
    if master.facts.role != Role::Master {
        return Err(GoogleError::bad("invalid", "The event is not a recurring event."));
    }
    let size = call.query.size("maxResults", 250, 2500)?;
    let question = format!("instances {} {} {event}", caller.email, calendar.id);
    let after = match call.query.text("pageToken") {
        None => (i64::MIN, String::new()),
        Some(token) => match sim.tokens().read(token, &question) {
            Ok(Position::Sorted { key, id, .. }) => (key, id),
            _ => return Err(GoogleError::bad_page_token()),
        },
    };
    let mut items = gather(&call, calendar, master, &view, sim.now())?;
    items.retain(|item| (item.key, &*item.id) > (after.0, after.1.as_str()));
    items.sort_by(|a, b| (a.key, &a.id).cmp(&(b.key, &b.id)));
    let more = items.len() > size;
    items.truncate(size);
    let mut head = head(&directory, calendar, &view);
    if let Some(last) = items.last().filter(|_| more) {
        let next = Position::Sorted {
            key: last.key,
            id: last.id.to_string(),
            snapshot: 0,
        };
        head["nextPageToken"] = sim.tokens().write(&next, &question).into();
    }
    drop(directory);
    Ok(google::json_bytes(
        StatusCode::OK,
        with_items(&head, &view, items)?,
    ))
}

fn gather(
    call: &Call,
    calendar: &Calendar,
    master: &StoredEvent,
    view: &View,
    now: Timestamp,
) -> Result<Vec<Item>, GoogleError> {
    let min = call.query.instant("timeMin")?.map(Timestamp::as_microsecond);
    let max = call.query.instant("timeMax")?.map(Timestamp::as_microsecond);
    let original = call
        .query
        .instant("originalStart")?
        .map(Timestamp::as_microsecond);
    let deleted = call.query.flag("showDeleted")?.unwrap_or(false);
    // Unlike in `events.list`, timeMin is inclusive here.
    let inside = |start: i64, end: i64| min.is_none_or(|min| end >= min) && max.is_none_or(|max| start < max);
    let to = max
        .unwrap_or_else(|| horizon_us(now))
        .min(master.facts.end_us.saturating_add(1));
    let resource = master.resource()?;
    let zone = &calendar.zone;
    let by_rule = Interval::from_micros(master.facts.start_us, to).filter(|_| !master.is_cancelled());
    let by_rule = by_rule
        .map(|window| instances_in(&resource, zone, window))
        .unwrap_or_default();
    let mut items = Vec::new();
    for instance in by_rule {
        let wanted =
            inside(instance.start_us, instance.end_us) && original.is_none_or(|us| us == instance.start_us);
        if wanted && calendar.events.get(&instance.id).is_none() {
            let part = Part::Whole {
                resource: Box::new(write_instance(&resource, zone, &instance)),
                private: master.facts.private,
            };
            items.push(Item {
                key: instance.start_us,
                id: instance.id.into(),
                part,
            });
        }
    }
    for exception in calendar.events.exceptions_of(&master.id) {
        let facts = &exception.facts;
        if (exception.is_cancelled() && !deleted) || !inside(facts.start_us, facts.end_us) {
            continue;
        }
        let stated = exception
            .resource()?
            .original_start_time
            .and_then(|time| time.instant(zone));
        if original.is_some_and(|us| stated.map(Timestamp::as_microsecond) != Some(us)) {
            continue;
        }
        let part = if exception.is_cancelled() {
            Part::Tombstone(Box::new(exception.clone()))
        } else {
            view.later(exception)
        };
        items.push(Item {
            key: facts.start_us,
            id: exception.id.clone(),
            part,
        });
    }
    Ok(items)
}
