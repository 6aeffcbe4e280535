//! `POST /v1/users/{userId}/blocks`

use axum::extract::State;
use http::StatusCode;
use jiff::Timestamp;
use kalends_core::time::UserId;
use kalends_engine::blocks::{self, NewBlock};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Block;
use crate::{
    auth::Caller,
    extract::{Json, Path},
    fields,
    problem::Problem,
    state::AppState,
};

/// A span to mark busy.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({
    "start": "2026-12-01T09:00:00Z", "end": "2026-12-01T12:00:00Z", "title": "Dentist"
})))]
pub(crate) struct AddBlock {
    /// First instant that is blocked.
    #[schema(examples("2026-12-01T09:00:00Z"))]
    start: Timestamp,
    /// First instant after it.
    #[schema(examples("2026-12-01T12:00:00Z"))]
    end: Timestamp,
    /// Why, for people.
    #[schema(examples("Dentist"), max_length = 500)]
    title: Option<String>,
}

/// Block time by hand
///
/// The user is busy in this span, whatever their calendars say; no calendar is needed.
#[utoipa::path(
    post,
    path = "/v1/users/{userId}/blocks",
    tag = "users",
    params(("userId" = String, Path, description = "The application's own id of the person.", example = "ada")),
    request_body = AddBlock,
    responses(
        (status = 201, description = "The block.", body = Block),
        (status = 404, description = "`not_found`: there is no such user."),
    ),
)]
pub(crate) async fn add_block(
    State(state): State<AppState>,
    caller: Caller,
    Path(user): Path<UserId>,
    Json(body): Json<AddBlock>,
) -> Result<(StatusCode, Json<Block>), Problem> {
    let block = NewBlock {
        user,
        span: fields::span("end", body.start, body.end)?,
        title: fields::text("title", body.title, 500)?,
    };
    let block = blocks::create(state.engine(), caller.tenant, block).await?;
    Ok((StatusCode::CREATED, Json(block.into())))
}
