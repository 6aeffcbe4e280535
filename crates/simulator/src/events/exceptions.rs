//! What a write to a series means for its instances and exceptions.

use jiff::Timestamp;
use kalends_core::time::Interval;

use super::{
    EventResource, Role,
    inherit::inherit,
    read_instance,
    resource::Status,
    series,
    write::{self, Author, Visible},
};
use crate::{
    directory::{Calendar, Directory, StoredEvent},
    google::GoogleError,
};

/// A cancelled instance that is told by nothing but its place, with what its series says.
pub(crate) fn whole(calendar: &Calendar, stored: EventResource) -> Result<EventResource, GoogleError> {
    if stored.start.is_some() {
        return Ok(stored);
    }
    let by_rule = read_instance(calendar, &stored.id)?;
    Ok(by_rule.map_or(stored.clone(), |instance| EventResource {
        etag: stored.etag,
        status: stored.status,
        ..instance
    }))
}

/// Remembers what a series gave by the rule that it had.
fn withdraw_instances(calendar: &mut Calendar, old: &EventResource, now: Timestamp) {
    let start = old.start.as_ref().and_then(|start| start.instant(&calendar.zone));
    let window =
        start.and_then(|start| Interval::from_micros(start.as_microsecond(), series::horizon_us(now)));
    let Some(window) = window else {
        return;
    };
    let given = series::instances_in(old, &calendar.zone, window);
    let given = given.iter().filter_map(|instance| {
        let resource = series::write_instance(old, &calendar.zone, instance);
        Some((resource.id, resource.original_start_time?))
    });
    calendar
        .events
        .withdraw(&old.id, given.collect::<Vec<_>>().into_iter());
}

/// Stores an event; of a series also what its change means for its instances. Tells the exceptions that changed with
/// it.
pub(crate) fn store(
    directory: &mut Directory,
    calendar_id: &str,
    event: &EventResource,
    author: Author<'_>,
    visible: Visible,
) -> Result<(StoredEvent, Vec<EventResource>), GoogleError> {
    let calendar = directory
        .calendar_mut(calendar_id)
        .ok_or_else(GoogleError::not_found)?;
    let old = calendar.events.get(&event.id);
    let old = old.map(StoredEvent::resource).transpose()?;
    let series = old.filter(|old| old.recurrence.is_some());
    let times = |event: &EventResource| (event.start.clone(), event.recurrence.clone());
    let moved = series.as_ref().is_some_and(|old| times(old) != times(event));
    let cancelled = event.status == Status::Cancelled;
    let stored = write::save(calendar, event.clone(), author, visible)?;
    let Some(old) = series else {
        return Ok((stored, Vec::new()));
    };
    if moved {
        withdraw_instances(calendar, &old, author.now);
    }
    let mut changed = if moved || cancelled {
        drop_stray_exceptions(directory, calendar_id, &stored.id, author)?
    } else {
        Vec::new()
    };
    if event.status != Status::Cancelled {
        changed.extend(pass_on(directory, calendar_id, (&old, event), author)?);
    }
    Ok((stored, changed))
}

/// Lets the exceptions of a series follow its change.
fn pass_on(
    directory: &mut Directory,
    calendar_id: &str,
    (old, new): (&EventResource, &EventResource),
    author: Author<'_>,
) -> Result<Vec<EventResource>, GoogleError> {
    let calendar = directory
        .calendar(calendar_id)
        .ok_or_else(GoogleError::not_found)?;
    let mut heirs = Vec::new();
    for exception in calendar
        .events
        .exceptions_of(&new.id)
        .filter(|one| !one.is_cancelled())
    {
        let full = exception.resource()?;
        let heir = inherit(&full, old, new);
        if heir != full {
            heirs.push(heir);
        }
    }
    for heir in &heirs {
        let author = author.again(directory);
        let calendar = directory
            .calendar_mut(calendar_id)
            .ok_or_else(GoogleError::not_found)?;
        write::save(calendar, heir.clone(), author, Visible::Yes)?;
    }
    Ok(heirs)
}

/// Cancels the exceptions of a series whose instances no longer exist.
fn drop_stray_exceptions(
    directory: &mut Directory,
    calendar_id: &str,
    master_id: &str,
    author: Author<'_>,
) -> Result<Vec<EventResource>, GoogleError> {
    let calendar = directory
        .calendar(calendar_id)
        .ok_or_else(GoogleError::not_found)?;
    let master = calendar
        .events
        .get(master_id)
        .ok_or_else(GoogleError::not_found)?;
    let live = master.facts.role == Role::Master && !master.is_cancelled();
    let resource = master.resource()?;
    let mut strays = Vec::new();
    for exception in calendar
        .events
        .exceptions_of(master_id)
        .filter(|exception| !exception.is_cancelled())
    {
        let full = exception.resource()?;
        let original = full
            .original_start_time
            .as_ref()
            .and_then(|time| time.instant(&calendar.zone));
        let start = original.map(Timestamp::as_microsecond);
        let window = start.and_then(|start| Interval::from_micros(start, start + 1));
        let stands = live
            && window.is_some_and(|window| {
                let instances = series::instances_in(&resource, &calendar.zone, window);
                instances.iter().any(|instance| instance.id == full.id)
            });
        if !stands {
            strays.push(full);
        }
    }
    for stray in &mut strays {
        stray.status = Status::Cancelled;
        let author = author.again(directory);
        let calendar = directory
            .calendar_mut(calendar_id)
            .ok_or_else(GoogleError::not_found)?;
        write::save(calendar, stray.clone(), author, Visible::Yes)?;
    }
    Ok(strays)
}
