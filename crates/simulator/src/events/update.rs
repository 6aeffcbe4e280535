//! `events.patch` and `events.update`.

use axum::{
    body::Bytes,
    extract::{Path, State},
    response::Response,
};
use http::StatusCode;

use super::{
    EventResource, conference,
    draft::{Draft, New},
    exceptions::{drop_stray_exceptions, whole, withdraw_instances},
    read_instance,
    resource::{Attendee, ResponseStatus, Status},
    rules,
    view::View,
    write::{self, Author, Visible},
};
use crate::{
    directory::AccessRole,
    google::{self, Call, Caller, GoogleError, Method, precondition},
    state::Sim,
};

/// Changes the members that the body names.
pub(crate) async fn patch(
    State(sim): State<Sim>,
    call: Call,
    Path((calendar, event)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::EventsPatch)?;
    let draft = Draft::read(&body, &call, New::No)?;
    change(&sim, &call, &caller, (&calendar, &event), |old| draft.patch(old))
}

/// Replaces everything that a caller may set.
pub(crate) async fn update(
    State(sim): State<Sim>,
    call: Call,
    Path((calendar, event)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::EventsUpdate)?;
    let draft = Draft::read(&body, &call, New::No)?;
    change(&sim, &call, &caller, (&calendar, &event), |old| {
        draft.replace(old)
    })
}

fn change(
    sim: &Sim,
    call: &Call,
    caller: &Caller,
    (calendar, event): (&str, &str),
    apply: impl FnOnce(&EventResource) -> Result<EventResource, GoogleError>,
) -> Result<Response, GoogleError> {
    let view = View::read(call, AccessRole::Owner)?;
    let now = sim.now();
    let mut directory = sim.directory_mut();
    let calendar_id = directory.open_for_writing(caller, calendar)?;
    let version_us = directory.next_version(now);
    let calendar = directory
        .calendar(&calendar_id)
        .ok_or_else(GoogleError::not_found)?;
    let old = match calendar.events.get(event) {
        Some(stored) => whole(calendar, stored.resource()?)?,
        None => read_instance(calendar, event)?.ok_or_else(GoogleError::not_found)?,
    };
    precondition(&call.headers, &old.etag)?;
    let mut new = apply(&old)?;
    rules::settle(&mut new, &calendar.id, &calendar.zone)?;
    check_organizer(&old, &new)?;
    conference::settle(&mut new, Some(&old), sim)?;
    new.sequence = Some(next_sequence(&old, &new)?);
    let visible = if differs_beyond_reminders(&old, &new) {
        Visible::Yes
    } else {
        Visible::No
    };
    let author = Author {
        email: &caller.email,
        now,
        version_us,
    };
    let cancelled = new.status == Status::Cancelled && old.status != Status::Cancelled;
    let moved = (&old.start, &old.recurrence) != (&new.start, &new.recurrence);
    let calendar = directory
        .calendar_mut(&calendar_id)
        .ok_or_else(GoogleError::not_found)?;
    let stored = write::save(calendar, new, author, visible)?;
    let answer = view.details(&stored)?;
    if old.recurrence.is_some() && (moved || cancelled) {
        withdraw_instances(calendar, &old, now);
        drop_stray_exceptions(&mut directory, &calendar_id, event, author)?;
    }
    Ok(google::json_bytes(StatusCode::OK, answer))
}

/// A guest may answer and keep private notes, but not change what all share.
fn check_organizer(old: &EventResource, new: &EventResource) -> Result<(), GoogleError> {
    let own = old
        .organizer
        .as_ref()
        .is_some_and(|organizer| organizer.is_self == Some(true));
    if own || old.guests_can_modify == Some(true) || shared(old) == shared(new) {
        Ok(())
    } else {
        Err(GoogleError::not_organizer())
    }
}

/// The event without what belongs to one copy of it.
fn shared(event: &EventResource) -> EventResource {
    let attendees = event.attendees.iter().flatten().map(|attendee| {
        if attendee.is_self == Some(true) {
            Attendee {
                response_status: ResponseStatus::NeedsAction,
                comment: None,
                ..attendee.clone()
            }
        } else {
            attendee.clone()
        }
    });
    let mut extended = event.extended_properties.clone().unwrap_or_default();
    extended.private.clear();
    EventResource {
        attendees: Some(attendees.collect()),
        extended_properties: Some(extended),
        reminders: None,
        color_id: None,
        transparency: None,
        visibility: None,
        status: Status::Confirmed,
        sequence: None,
        ..event.clone()
    }
}

/// Grows with time and place; a caller may set it, but not lower it.
fn next_sequence(old: &EventResource, new: &EventResource) -> Result<i32, GoogleError> {
    let before = old.sequence.unwrap_or(0);
    let sent = new.sequence.unwrap_or(before);
    if sent < before {
        return Err(GoogleError::bad(
            "invalid",
            "Invalid sequence value. The specified sequence number is below the current sequence number of the resource. Re-fetch the resource and use its sequence number on the following request.",
        ));
    }
    let place = |event: &EventResource| {
        (
            event.start.clone(),
            event.end.clone(),
            event.recurrence.clone(),
            event.location.clone(),
            event.status,
        )
    };
    Ok(if sent == before && place(old) != place(new) {
        before + 1
    } else {
        sent
    })
}

fn differs_beyond_reminders(old: &EventResource, new: &EventResource) -> bool {
    EventResource {
        reminders: old.reminders.clone(),
        ..new.clone()
    } != *old
        || old.reminders == new.reminders
}
