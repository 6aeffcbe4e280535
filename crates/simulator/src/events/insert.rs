//! `events.insert`.

use axum::{
    body::Bytes,
    extract::{Path, State},
    response::Response,
};
use http::StatusCode;

use super::{
    conference,
    draft::{Draft, New},
    resource::{EventType, Status},
    rules,
    view::View,
    write::{self, Author, Visible},
};
use crate::{
    directory::AccessRole,
    google::{self, Call, GoogleError, Method},
    state::Sim,
};

/// Digits of base32hex, in which Google writes ids of its own making.
const DIGITS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";

/// Makes an event; its id may be the caller's.
pub(crate) async fn insert(
    State(sim): State<Sim>,
    call: Call,
    Path(calendar): Path<String>,
    body: Bytes,
) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::EventsInsert)?;
    let view = View::read(&call, AccessRole::Owner)?;
    let mut event = Draft::read(&body, &call, New::Yes)?.create()?;
    let now = sim.now();
    let mut directory = sim.directory_mut();
    let calendar_id = directory.open_for_writing(&caller, &calendar)?;
    if event.id.is_empty() {
        event.id = new_id(sim.random());
    } else {
        rules::check_id(&event.id)?;
    }
    if event.status == Status::Cancelled {
        return Err(GoogleError::bad("invalid", "Invalid status."));
    }
    if event.event_type == Some(EventType::FromGmail) {
        return Err(GoogleError::bad(
            "eventTypeRestriction",
            "Events of type fromGmail cannot be created.",
        ));
    }
    let version_us = directory.next_version(now);
    let calendar = directory
        .calendar_mut(&calendar_id)
        .ok_or_else(GoogleError::not_found)?;
    if calendar.events.get(&event.id).is_some() {
        return Err(GoogleError::duplicate());
    }
    let author = Author {
        email: &caller.email,
        now,
        version_us,
    };
    write::introduce(&mut event, calendar, author);
    rules::settle(&mut event, &calendar.id, &calendar.zone)?;
    conference::settle(&mut event, None, &sim)?;
    let stored = write::save(calendar, event, author, Visible::Yes)?;
    Ok(google::json_bytes(StatusCode::OK, view.details(&stored)?))
}

/// 26 digits of base32hex.
pub(crate) fn new_id(random: [u8; 26]) -> String {
    random
        .iter()
        .map(|byte| char::from(DIGITS[usize::from(byte % 32)]))
        .collect()
}
