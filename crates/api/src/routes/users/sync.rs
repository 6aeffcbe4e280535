//! `POST /v1/users/{userId}/sync`

use axum::extract::State;
use http::StatusCode;
use kalends_core::time::UserId;
use kalends_engine::connections;

use crate::{
    auth::Caller,
    extract::{Json, Path, Query},
    problem::Problem,
    routes::connections::sync::{self, SyncNow, Synced},
    state::AppState,
};

/// Sync a user now
///
/// Reads all selected calendars of the user ahead of everything else. With `wait`, the answer comes when all runs have
/// ended, with their counts, or after that many seconds.
#[utoipa::path(
    post,
    path = "/v1/users/{userId}/sync",
    tag = "users",
    params(
        ("userId" = String, Path, description = "The application's own id of the person.", example = "ada"),
        SyncNow,
    ),
    responses(
        (status = 200, description = "All runs have ended.", body = Synced),
        (status = 202, description = "Runs are still under way.", body = Synced),
        (status = 404, description = "`not_found`: there is no such user."),
        (status = 409, description = "`sync_disabled`: the user's settings turn syncing off."),
    ),
)]
pub(crate) async fn sync_user(
    State(state): State<AppState>,
    caller: Caller,
    Path(user): Path<UserId>,
    Query(query): Query<SyncNow>,
) -> Result<(StatusCode, Json<Synced>), Problem> {
    let wait = query.wait()?;
    Ok(sync::answer(
        connections::sync_user(state.engine(), caller.tenant, &user, wait).await?,
    ))
}
