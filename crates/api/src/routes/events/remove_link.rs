//! `POST /v1/events/{key}/links/{linkId}/remove`

use axum::extract::State;
use http::StatusCode;
use kalends_core::{event::EventKey, time::EventLinkId};
use kalends_engine::events;

use super::answer::{Answered, Event};
use crate::{auth::Caller, extract::Path, problem::Problem, state::AppState};

/// Take an event off one calendar
///
/// "Remove from Google": the event goes from this calendar in the background and stays off it, whatever becomes of the event,
/// until the link is restored. The event itself takes place. Taking it off twice is no error.
#[utoipa::path(
    post,
    path = "/v1/events/{key}/links/{linkId}/remove",
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
pub(crate) async fn remove_link(
    State(state): State<AppState>,
    caller: Caller,
    Path((key, link)): Path<(EventKey, EventLinkId)>,
) -> Result<Answered, Problem> {
    let event = events::take_off(state.engine(), caller.tenant, &key, link).await?;
    Ok(Answered(StatusCode::OK, Box::new(event.into())))
}
