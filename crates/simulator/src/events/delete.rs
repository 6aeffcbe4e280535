//! `events.delete`.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::StatusCode;

use super::{
    EventResource, Status,
    commit::commit,
    copies, guests,
    mail::{self, SendUpdates},
    read_instance,
    write::{Author, Visible},
};
use crate::{
    google::{Call, GoogleError, Method, precondition},
    state::Sim,
};

/// Cancels an event, an instance, or a series with its exceptions; on a guest's calendar declines it.
pub(crate) async fn delete(
    State(sim): State<Sim>,
    call: Call,
    Path((calendar, event)): Path<(String, String)>,
) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::EventsDelete)?;
    let updates = SendUpdates::read(&call.query)?;
    let now = sim.now();
    let mut directory = sim.directory_mut();
    let calendar_id = directory.open_for_writing(&caller, &calendar)?;
    let calendar = directory
        .calendar(&calendar_id)
        .ok_or_else(GoogleError::not_found)?;
    let old = match calendar.events.get(&event) {
        Some(stored) if stored.is_cancelled() => return Err(GoogleError::gone()),
        Some(stored) => stored.resource()?,
        None => read_instance(calendar, &event)?.ok_or_else(GoogleError::not_found)?,
    };
    precondition(&call.headers, &old.etag)?;
    let new = if copies::invites(&old) {
        EventResource {
            status: Status::Cancelled,
            ..old.clone()
        }
    } else {
        guests::declined(&old)
    };
    let author = Author {
        email: &caller.email,
        now,
        version_us: directory.next_version(now),
    };
    commit(
        &mut directory,
        &calendar_id,
        &new,
        Some(&old),
        author,
        Visible::Yes,
    )?;
    guests::tell_organizer(&mut directory, &old, &new, author)?;
    mail::send(&mut directory, updates, &new, Some(&old), now);
    Ok(StatusCode::NO_CONTENT.into_response())
}
