//! `GET /v1/holds/{holdId}`

use axum::extract::State;
use kalends_core::time::EventId;
use kalends_engine::holds;

use super::Hold;
use crate::{
    auth::Caller,
    extract::{Json, Path},
    problem::Problem,
    state::AppState,
};

/// Read a hold
///
/// Also one that is over.
#[utoipa::path(
    get,
    path = "/v1/holds/{holdId}",
    tag = "holds",
    params(("holdId" = Uuid, Path, description = "The hold's id.")),
    responses(
        (status = 200, description = "The hold as it is now.", body = Hold),
        (status = 404, description = "`not_found`: there is no such hold."),
    ),
)]
pub(crate) async fn get_hold(
    State(state): State<AppState>,
    caller: Caller,
    Path(hold): Path<EventId>,
) -> Result<Json<Hold>, Problem> {
    let hold = holds::get(state.engine(), caller.tenant, hold).await?;
    Ok(Json(hold.into()))
}
