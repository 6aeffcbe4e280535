//! `POST /v1/holds`

use axum::extract::State;
use http::StatusCode;
use kalends_core::event::EventKey;
use kalends_engine::holds::{self, NewHold};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Hold, ttl};
use crate::{
    auth::Caller, extract::Json, problem::Problem, routes::events::body::EventBody, state::AppState,
};

/// What to hold, and for how long.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({
    "key": "cart-5", "ttlSeconds": 900,
    "event": {
        "title": "Piano lesson", "start": "2026-12-01T10:00:00Z", "end": "2026-12-01T11:00:00Z",
        "people": [{"userId": "ada", "role": "organizer"}], "requireFree": {"bufferAfterMinutes": 15}
    }
})))]
pub(crate) struct PlaceHold {
    /// The application's own name for it, 1 to 200 bytes; free again when the hold has ended without an event.
    #[schema(examples("cart-5"))]
    key: Option<String>,
    /// How long it lasts from now, in seconds: 15 minutes when left out, a week at most.
    #[schema(default = 900, minimum = 1, maximum = 604_800)]
    ttl_seconds: Option<u32>,
    /// What is held: one time, tentatively. Its time always has to be free; `requireFree` says on what terms.
    event: EventBody,
}

/// Hold time
///
/// Takes the time of everybody who is named if all of it is free, until the hold is confirmed, released, or runs out. Of many who
/// want the same time at once one gets it. Meanwhile calendars show it as tentative.
#[utoipa::path(
    post,
    path = "/v1/holds",
    tag = "holds",
    request_body = PlaceHold,
    responses(
        (status = 201, description = "The hold.", body = Hold),
        (status = 404, description = "`not_found`: one of the people is no user; `errors` names them."),
        (status = 409, description = "`not_free`: the time is taken; the problem says whose and by what, and when all of the people can. `hold_exists`: a hold of that key is placed or has become an event."),
    ),
)]
pub(crate) async fn place_hold(
    State(state): State<AppState>,
    caller: Caller,
    Json(body): Json<PlaceHold>,
) -> Result<(StatusCode, Json<Hold>), Problem> {
    let refused = |error: kalends_core::event::EventKeyError| Problem::field("key", error.to_string());
    let inside = |problem: Problem| problem.inside("event");
    let new = NewHold {
        key: body.key.map(EventKey::new).transpose().map_err(refused)?,
        ttl: ttl(body.ttl_seconds),
        require_free: body.event.require_free().map_err(inside)?.unwrap_or_default(),
        event: body.event.into_core().map_err(inside)?,
    };
    let hold = holds::place(state.engine(), caller.tenant, new).await?;
    Ok((StatusCode::CREATED, Json(hold.into())))
}
