//! `PUT /v1/users/{userId}`

use axum::extract::State;
use kalends_core::time::UserId;
use kalends_engine::users;
use serde::Deserialize;
use utoipa::ToSchema;

use super::User;
use crate::{
    auth::Caller,
    extract::{Json, Path},
    fields,
    problem::Problem,
    state::AppState,
};

/// What the application says of a person.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({"displayName": "Ada Lovelace", "timeZone": "Europe/London"})))]
pub(crate) struct PutUser {
    /// What people call them.
    #[schema(examples("Ada Lovelace"), max_length = 200)]
    display_name: Option<String>,
    /// The IANA zone of their open hours and days.
    #[schema(examples("Europe/London"))]
    time_zone: String,
}

/// Name a user
///
/// Creates the user or replaces their name and zone. Users need not exist before their calendars are connected with
/// `POST /v1/connect-sessions`, but their zone must be known before open hours make sense.
#[utoipa::path(
    put,
    path = "/v1/users/{userId}",
    tag = "users",
    params(("userId" = String, Path, description = "The application's own id of the person.", example = "ada")),
    request_body = PutUser,
    responses((status = 200, description = "The user as stored.", body = User)),
)]
pub(crate) async fn put_user(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<UserId>,
    Json(body): Json<PutUser>,
) -> Result<Json<User>, Problem> {
    let time_zone = fields::zone("timeZone", &body.time_zone)?;
    let put = users::PutUser {
        id,
        display_name: fields::text("displayName", body.display_name, 200)?,
        time_zone,
    };
    Ok(Json(users::put(state.engine(), caller.tenant, put).await?.into()))
}
