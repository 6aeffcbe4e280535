//! `events.patch` and `events.update`.

use axum::{
    body::Bytes,
    extract::{Path, State},
    response::Response,
};
use http::StatusCode;

use super::{
    EventResource, Status,
    commit::commit,
    conference, copies,
    draft::{Draft, New},
    event_types,
    exceptions::whole,
    guests,
    mail::{self, SendUpdates},
    read_instance, rules, use_limits,
    view::View,
    visibility,
    write::{Author, Visible},
};
use crate::{
    directory::Calendar,
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
    let updates = SendUpdates::read(&call.query)?;
    let now = sim.now();
    let mut directory = sim.directory_mut();
    let calendar_id = directory.open_for_writing(caller, calendar)?;
    let view = View::read(call, caller, directory.open(caller, &calendar_id)?.1)?;
    let version_us = directory.next_version(now);
    let calendar = directory
        .calendar(&calendar_id)
        .ok_or_else(GoogleError::not_found)?;
    let old = current(calendar, event)?;
    precondition(&call.headers, &old.etag)?;
    let mut new = apply(&old)?;
    if new.status == Status::Cancelled && old.status != Status::Cancelled && !copies::invites(&old) {
        new = guests::declined(&new);
    }
    event_types::settle_change(&old, &mut new, calendar)?;
    rules::settle(&mut new, &calendar.id, &calendar.zone)?;
    guests::check(&old, &mut new)?;
    conference::settle(&mut new, Some(&old), &directory, calendar, sim)?;
    use_limits::charge(sim, &caller.email, (&new, Some(&old)), now)?;
    new.sequence = Some(rules::next_sequence(&old, &new)?);
    let restricted = visibility::settle_instance(&old, &mut new);
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
    commit(&mut directory, &calendar_id, &new, Some(&old), author, visible)?;
    if restricted {
        visibility::restrict_series(&mut directory, &calendar_id, &new, author)?;
    }
    guests::tell_organizer(&mut directory, &old, &new, author)?;
    mail::send(&mut directory, updates, &new, Some(&old), now);
    conference::watch(&mut directory, &calendar_id, &new, now);
    // The organizer's event may have changed this copy once more.
    let calendar = directory.calendar(&calendar_id);
    let stored = calendar.and_then(|calendar| calendar.events.get(event));
    let stored = stored.ok_or_else(GoogleError::not_found)?;
    Ok(google::json_bytes(StatusCode::OK, view.details(stored)?))
}

/// The event or instance of that id as its calendar has it, cancelled ones too.
pub(super) fn current(calendar: &Calendar, id: &str) -> Result<EventResource, GoogleError> {
    match calendar.events.get(id) {
        Some(stored) => whole(calendar, stored.resource()?),
        None => read_instance(calendar, id)?.ok_or_else(GoogleError::not_found),
    }
}

fn differs_beyond_reminders(old: &EventResource, new: &EventResource) -> bool {
    EventResource {
        reminders: old.reminders.clone(),
        ..new.clone()
    } != *old
        || old.reminders == new.reminders
}
