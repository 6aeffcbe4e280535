//! `GET /v1/events/{key}`

use axum::extract::State;
use http::StatusCode;
use kalends_core::event::EventKey;
use kalends_engine::events;

use super::answer::{Answered, Event};
use crate::{auth::Caller, extract::Path, problem::Problem, state::AppState};

/// Read an event
///
/// What the application wants, and how each of its people's calendars stands. A cancelled event stays readable.
#[utoipa::path(
    get,
    path = "/v1/events/{key}",
    tag = "events",
    params(("key" = String, Path, description = "The application's own name for the event.", example = "lesson-17")),
    responses(
        (status = 200, description = "The event.", body = Event, headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "`not_found`: there is no such event."),
    ),
)]
pub(crate) async fn get_event(
    State(state): State<AppState>,
    caller: Caller,
    Path(key): Path<EventKey>,
) -> Result<Answered, Problem> {
    let event = events::get(state.engine(), caller.tenant, &key).await?;
    Ok(Answered(StatusCode::OK, Box::new(event.into())))
}
