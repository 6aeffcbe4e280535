//! `DELETE /v1/users/{userId}`

use axum::extract::State;
use http::StatusCode;
use kalends_core::time::UserId;
use kalends_engine::users;

use crate::{auth::Caller, extract::Path, problem::Problem, state::AppState};

/// Delete a user
///
/// Deletes the user with everything that is stored of them: connections with their secrets, calendars, events, blocks
/// and settings. Access at the providers is revoked in the background.
#[utoipa::path(
    delete,
    path = "/v1/users/{userId}",
    tag = "users",
    params(("userId" = String, Path, description = "The application's own id of the person.", example = "ada")),
    responses(
        (status = 204, description = "Everything is deleted."),
        (status = 404, description = "`not_found`: there is no such user."),
    ),
)]
pub(crate) async fn delete_user(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<UserId>,
) -> Result<StatusCode, Problem> {
    users::delete(state.engine(), caller.tenant, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
