//! `GET /v1/users/{userId}`

use axum::extract::State;
use kalends_core::time::UserId;
use kalends_engine::users;

use super::User;
use crate::{
    auth::Caller,
    extract::{Json, Path},
    problem::Problem,
    state::AppState,
};

/// Read a user
#[utoipa::path(
    get,
    path = "/v1/users/{userId}",
    tag = "users",
    params(("userId" = String, Path, description = "The application's own id of the person.", example = "ada")),
    responses(
        (status = 200, description = "The user.", body = User),
        (status = 404, description = "`not_found`: there is no such user."),
    ),
)]
pub(crate) async fn get_user(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<UserId>,
) -> Result<Json<User>, Problem> {
    let user = users::get(state.engine(), caller.tenant, &id).await?;
    Ok(Json(user.into()))
}
