//! `calendars.delete`, `clear` and `transferOwnership`: what only owners may do, and not with every calendar.

use axum::{
    extract::{Path, State},
    response::{IntoResponse as _, Response},
};
use http::StatusCode;

use super::calendars::open_as_owner;
use crate::{
    directory::{AccessRole, Audience},
    events::clear as clear_events,
    google::{Call, GoogleError, Method},
    state::Sim,
};

/// Ends a secondary calendar for everyone.
pub(crate) async fn delete(
    State(sim): State<Sim>,
    call: Call,
    Path(calendar): Path<String>,
) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::CalendarsDelete)?;
    let now = sim.now();
    let mut directory = sim.directory_mut();
    let calendar = open_as_owner(&directory, &caller, &calendar)?;
    if calendar.is_primary() {
        return Err(GoogleError::new(
            StatusCode::FORBIDDEN,
            "calendar",
            "cannotDeletePrimaryCalendar",
            "Cannot delete primary calendar.",
        ));
    }
    let id = calendar.id.clone();
    let version_us = directory.next_version(now);
    directory.remove_calendar(&id, version_us);
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Deletes all events of a primary calendar.
pub(crate) async fn clear(
    State(sim): State<Sim>,
    call: Call,
    Path(calendar): Path<String>,
) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::CalendarsClear)?;
    let now = sim.now();
    let mut directory = sim.directory_mut();
    let calendar = open_as_owner(&directory, &caller, &calendar)?;
    if !calendar.is_primary() {
        return Err(GoogleError::bad(
            "invalid",
            "Only primary calendars can be cleared.",
        ));
    }
    let id = calendar.id.clone();
    clear_events(&mut directory, &id, &caller.email, now)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Makes another person the data owner of a secondary calendar; the one before stays an owner.
pub(crate) async fn transfer(
    State(sim): State<Sim>,
    call: Call,
    Path(calendar): Path<String>,
) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::CalendarsTransferOwnership)?;
    call.query.flag("useAdminAccess")?;
    let now = sim.now();
    let mut directory = sim.directory_mut();
    let calendar = open_as_owner(&directory, &caller, &calendar)?;
    let (id, owner) = (calendar.id.clone(), calendar.owner.clone());
    if calendar.is_primary() || owner != *caller.email {
        let message = "Only the data owner of a secondary calendar can give it to somebody else.";
        return Err(GoogleError::new(
            StatusCode::FORBIDDEN,
            "global",
            "forbidden",
            message,
        ));
    }
    let missing = || GoogleError::bad("required", "Required parameter: newDataOwner");
    let named = call.query.text("newDataOwner").ok_or_else(missing)?;
    let unknown = || GoogleError::parameter("newDataOwner", &format!("Invalid value: {named}"));
    let new = directory.user(named).ok_or_else(unknown)?.email.clone();
    let version_us = directory.next_version(now);
    directory.set_access(&id, Audience::User(owner), Some(AccessRole::Owner), version_us);
    if let Some(calendar) = directory.calendar_mut(&id) {
        calendar.owner = new;
        calendar.version_us = version_us;
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}
