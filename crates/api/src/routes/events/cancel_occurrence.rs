//! `DELETE /v1/events/{key}/occurrences/{start}`

use axum::extract::State;
use http::StatusCode;
use kalends_core::event::EventKey;
use kalends_engine::events;

use super::{
    answer::{Answered, Event},
    start::Start,
};
use crate::{
    auth::Caller,
    extract::{IfVersion, Path},
    problem::Problem,
    state::AppState,
};

/// Cancel one time of a series
///
/// The time becomes an `EXDATE` of `recurrence`. Cancelling it twice is no error; putting the series without that line brings it
/// back.
#[utoipa::path(
    delete,
    path = "/v1/events/{key}/occurrences/{start}",
    tag = "events",
    params(
        ("key" = String, Path, description = "The application's own name for the event.", example = "lesson-17"),
        ("start" = String, Path, description = "The start by the rule: an instant, or a date in a series of whole days.", example = "2026-12-08T10:00:00Z"),
        ("If-Match" = Option<String>, Header, description = "Cancel it only if the event is of this version: an `ETag`, or `*` for any."),
    ),
    responses(
        (status = 200, description = "The event as it is now.", body = Event, headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "`not_found`: there is no such event, or the series has no such time."),
        (status = 412, description = "`version_mismatch`: it is not of the version that was asked for; the header `ETag` has its version."),
    ),
)]
pub(crate) async fn cancel_occurrence(
    State(state): State<AppState>,
    caller: Caller,
    Path((key, start)): Path<(EventKey, Start)>,
    IfVersion(condition): IfVersion,
) -> Result<Answered, Problem> {
    let time = (&key, start.0);
    let event = events::cancel_occurrence(state.engine(), caller.tenant, time, condition).await?;
    Ok(Answered(StatusCode::OK, Box::new(event.into())))
}
