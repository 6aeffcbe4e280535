//! `DELETE /v1/events/{key}`

use axum::extract::State;
use http::StatusCode;
use kalends_core::event::EventKey;
use kalends_engine::events;

use super::answer::{Answered, Event};
use crate::{
    auth::Caller,
    extract::{IfVersion, Path},
    problem::Problem,
    state::AppState,
};

/// Cancel an event
///
/// The same as putting it with `status` `cancelled`: it goes from its people's calendars in the background and stays
/// readable. Cancelling it twice is no error.
#[utoipa::path(
    delete,
    path = "/v1/events/{key}",
    tag = "events",
    params(
        ("key" = String, Path, description = "The application's own name for the event.", example = "lesson-17"),
        ("If-Match" = Option<String>, Header, description = "Cancel it only if it is of this version: an `ETag`, or `*` for any."),
    ),
    responses(
        (status = 200, description = "The event, cancelled.", body = Event, headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "`not_found`: there is no such event."),
        (status = 412, description = "`version_mismatch`: it is not of the version that was asked for; the header `ETag` has its version."),
    ),
)]
pub(crate) async fn delete_event(
    State(state): State<AppState>,
    caller: Caller,
    Path(key): Path<EventKey>,
    IfVersion(condition): IfVersion,
) -> Result<Answered, Problem> {
    let event = events::delete(state.engine(), caller.tenant, &key, condition).await?;
    Ok(Answered(StatusCode::OK, Box::new(event.into())))
}
