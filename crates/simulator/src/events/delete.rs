//! `events.delete`.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::StatusCode;

use super::{
    exceptions::drop_stray_exceptions,
    read_instance,
    resource::Status,
    write::{self, Author, Visible},
};
use crate::{
    google::{Call, GoogleError, Method, precondition},
    state::Sim,
};

/// Cancels an event, an instance, or a series with its exceptions.
pub(crate) async fn delete(
    State(sim): State<Sim>,
    call: Call,
    Path((calendar, event)): Path<(String, String)>,
) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::EventsDelete)?;
    let now = sim.now();
    let mut directory = sim.directory_mut();
    let calendar_id = directory.open_for_writing(&caller, &calendar)?;
    let version_us = directory.next_version(now);
    let calendar = directory
        .calendar(&calendar_id)
        .ok_or_else(GoogleError::not_found)?;
    let mut resource = match calendar.events.get(&event) {
        Some(stored) if stored.is_cancelled() => return Err(GoogleError::gone()),
        Some(stored) => stored.resource()?,
        None => read_instance(calendar, &event)?.ok_or_else(GoogleError::not_found)?,
    };
    precondition(&call.headers, &resource.etag)?;
    resource.status = Status::Cancelled;
    let author = Author {
        email: &caller.email,
        now,
        version_us,
    };
    let series = resource.recurrence.is_some();
    let calendar = directory
        .calendar_mut(&calendar_id)
        .ok_or_else(GoogleError::not_found)?;
    write::save(calendar, resource, author, Visible::Yes)?;
    if series {
        drop_stray_exceptions(&mut directory, &calendar_id, &event, author)?;
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}
