//! `events.insert`.

use axum::{
    body::Bytes,
    extract::{Path, State},
    response::Response,
};
use http::StatusCode;

use super::{
    EventResource, Status, auto_decline,
    commit::commit,
    conference,
    draft::{Draft, New},
    event_types, ids,
    mail::{self, SendUpdates},
    rules, use_limits,
    view::View,
    write::{self, Author, Visible},
};
use crate::{
    google::{self, Call, Caller, GoogleError, Method},
    state::Sim,
};

/// Makes an event; its id may be the caller's.
pub(crate) async fn insert(
    State(sim): State<Sim>,
    call: Call,
    Path(calendar): Path<String>,
    body: Bytes,
) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::EventsInsert)?;
    let event = Draft::read(&body, &call, New::Yes)?.create()?;
    if event.status == Status::Cancelled {
        return Err(GoogleError::bad("invalid", "Invalid status."));
    }
    make(&sim, &call, &caller, &calendar, event)
}

/// Makes an event of a caller's own and answers it.
pub(super) fn make(
    sim: &Sim,
    call: &Call,
    caller: &Caller,
    calendar: &str,
    mut event: EventResource,
) -> Result<Response, GoogleError> {
    let updates = SendUpdates::read(&call.query)?;
    let now = sim.now();
    let mut directory = sim.directory_mut();
    let calendar_id = directory.open_for_writing(caller, calendar)?;
    let view = View::read(call, caller, directory.open(caller, &calendar_id)?.1)?;
    event.id = match (event.id.as_str(), &event.ical_uid) {
        ("", Some(uid)) => ids::of_uid(uid),
        ("", None) => ids::new_id(sim.random()),
        (id, _) => {
            ids::check(id)?;
            id.to_owned()
        }
    };
    let version_us = directory.next_version(now);
    let calendar = directory
        .calendar(&calendar_id)
        .ok_or_else(GoogleError::not_found)?;
    if calendar.events.get(&event.id).is_some() {
        return Err(GoogleError::duplicate());
    }
    let author = Author {
        email: &caller.email,
        now,
        version_us,
    };
    event_types::settle_new(&mut event, calendar)?;
    write::introduce(&mut event, calendar, author);
    rules::settle(&mut event, &calendar.id, &calendar.zone)?;
    conference::settle(&mut event, None, &directory, calendar, sim)?;
    use_limits::charge(sim, &caller.email, (&event, None), now)?;
    let stored = commit(&mut directory, &calendar_id, &event, None, author, Visible::Yes)?;
    auto_decline::clear(&mut directory, &calendar_id, &event, author)?;
    mail::send(&mut directory, updates, &event, None, now);
    conference::watch(&mut directory, &calendar_id, &event, now);
    Ok(google::json_bytes(StatusCode::OK, view.details(&stored)?))
}
