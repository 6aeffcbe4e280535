//! `DELETE /v1/users/{userId}/blocks/{blockId}`

use axum::extract::State;
use http::StatusCode;
use kalends_core::time::{BlockId, UserId};
use kalends_engine::blocks;

use crate::{auth::Caller, extract::Path, problem::Problem, state::AppState};

/// Remove a block
#[utoipa::path(
    delete,
    path = "/v1/users/{userId}/blocks/{blockId}",
    tag = "users",
    params(
        ("userId" = String, Path, description = "The application's own id of the person.", example = "ada"),
        ("blockId" = Uuid, Path, description = "The block's id."),
    ),
    responses(
        (status = 204, description = "The time is no longer blocked."),
        (status = 404, description = "`not_found`: there is no such block."),
    ),
)]
pub(crate) async fn delete_block(
    State(state): State<AppState>,
    caller: Caller,
    Path((user, block)): Path<(UserId, BlockId)>,
) -> Result<StatusCode, Problem> {
    blocks::delete(state.engine(), caller.tenant, &user, block).await?;
    Ok(StatusCode::NO_CONTENT)
}
