//! `DELETE /v1/holds/{holdId}`

use axum::extract::State;
use http::StatusCode;
use kalends_core::time::EventId;
use kalends_engine::holds;

use crate::{auth::Caller, extract::Path, problem::Problem, state::AppState};

/// Release a hold
///
/// Its time is free at once, and it goes from calendars. Releasing one that is over changes nothing.
#[utoipa::path(
    delete,
    path = "/v1/holds/{holdId}",
    tag = "holds",
    params(("holdId" = Uuid, Path, description = "The hold's id.")),
    responses(
        (status = 204, description = "The time is free."),
        (status = 404, description = "`not_found`: there is no such hold."),
        (status = 409, description = "`hold_ended`: it has become an event; cancel that."),
    ),
)]
pub(crate) async fn delete_hold(
    State(state): State<AppState>,
    caller: Caller,
    Path(hold): Path<EventId>,
) -> Result<StatusCode, Problem> {
    holds::release(state.engine(), caller.tenant, hold).await?;
    Ok(StatusCode::NO_CONTENT)
}
