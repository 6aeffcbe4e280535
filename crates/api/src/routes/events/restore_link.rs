//! `POST /v1/events/{key}/links/{linkId}/restore`

use axum::extract::State;
use http::StatusCode;
use kalends_core::{event::EventKey, time::EventLinkId};
use kalends_engine::events;

use super::answer::{Answered, Event};
use crate::{auth::Caller, extract::Path, problem::Problem, state::AppState};

/// Put an event back on a calendar
///
/// Undoes taking it off; where sending was given up or refused, it is tried again at once.
#[utoipa::path(
    post,
    path = "/v1/events/{key}/links/{linkId}/restore",
    tag = "events",
    params(
        ("key" = String, Path, description = "The application's own name for the event.", example = "lesson-17"),
        ("linkId" = Uuid, Path, description = "The id of one of its links."),
    ),
    responses(
        (status = 200, description = "The event as it is now.", body = Event, headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "`not_found`: there is no such event, or it has no such link."),
    ),
)]
pub(crate) async fn restore_link(
    State(state): State<AppState>,
    caller: Caller,
    Path((key, link)): Path<(EventKey, EventLinkId)>,
) -> Result<Answered, Problem> {
    let event = events::put_back(state.engine(), caller.tenant, &key, link).await?;
    Ok(Answered(StatusCode::OK, Box::new(event.into())))
}
