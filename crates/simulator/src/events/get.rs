//! `events.get`.

use axum::{
    extract::{Path, State},
    response::Response,
};
use http::StatusCode;

use super::{conference, read_instance, view::View, write::etag};
use crate::{
    google::{self, Call, GoogleError, Method, if_none_match},
    state::Sim,
};

/// One event, cancelled ones too, or one instance of a series.
pub(crate) async fn get(
    State(sim): State<Sim>,
    call: Call,
    Path((calendar, event)): Path<(String, String)>,
) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::EventsGet)?;
    conference::ripen(&sim, caller.calendar(&calendar), Some(&event))?;
    let directory = sim.directory();
    let (calendar, role) = directory.open(&caller, &calendar)?;
    let view = View::read(&call, &caller, role)?;
    if let Some(stored) = calendar.events.get(&event) {
        if let Some(unchanged) = if_none_match(&call.headers, &etag(stored.facts.version_us)) {
            return Ok(unchanged);
        }
        return Ok(google::json_bytes(StatusCode::OK, view.details(stored)?));
    }
    let instance = read_instance(calendar, &event)?.ok_or_else(GoogleError::not_found)?;
    if let Some(unchanged) = if_none_match(&call.headers, &instance.etag) {
        return Ok(unchanged);
    }
    let private = calendar
        .events
        .get(instance.recurring_event_id.as_deref().unwrap_or_default());
    let private = private.is_some_and(|master| master.facts.private);
    Ok(google::json_bytes(StatusCode::OK, view.write(instance, private)?))
}
