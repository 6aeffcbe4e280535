//! `POST /v1/holds/{holdId}/extend`

use axum::extract::State;
use kalends_core::time::EventId;
use kalends_engine::holds;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Hold, ttl};
use crate::{
    auth::Caller,
    extract::{Json, Path},
    problem::Problem,
    state::AppState,
};

/// How long a hold is to last.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({"ttlSeconds": 1800})))]
pub(crate) struct ExtendHold {
    /// How long it lasts from now, in seconds: 15 minutes when left out, a week at most.
    #[schema(default = 900, minimum = 1, maximum = 604_800)]
    ttl_seconds: Option<u32>,
}

/// Let a hold last longer
///
/// Or shorter: it runs out that long from now.
#[utoipa::path(
    post,
    path = "/v1/holds/{holdId}/extend",
    tag = "holds",
    params(("holdId" = Uuid, Path, description = "The hold's id.")),
    request_body = ExtendHold,
    responses(
        (status = 200, description = "The hold as it is now.", body = Hold),
        (status = 404, description = "`not_found`: there is no such hold."),
        (status = 409, description = "`hold_ended`: it is over."),
    ),
)]
pub(crate) async fn extend_hold(
    State(state): State<AppState>,
    caller: Caller,
    Path(hold): Path<EventId>,
    Json(body): Json<ExtendHold>,
) -> Result<Json<Hold>, Problem> {
    let hold = holds::extend(state.engine(), caller.tenant, (hold, ttl(body.ttl_seconds))).await?;
    Ok(Json(hold.into()))
}
