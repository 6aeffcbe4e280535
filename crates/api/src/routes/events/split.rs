//! `POST /v1/events/{key}/split`

use axum::extract::State;
use http::StatusCode;
use kalends_core::event::EventKey;
use kalends_engine::events::{self, SplitEvent};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    answer::{Answered, Event},
    start::Start,
};
use crate::{
    auth::Caller,
    extract::{IfVersion, Json, Path},
    problem::Problem,
    state::AppState,
};

/// Where a series is split.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({"start": "2026-12-15T10:00:00Z", "key": "lesson-17-from-december"})))]
pub(crate) struct SplitBody {
    /// The start, by the rule, of the first time of the new event: an instant, or a date in a series of whole days.
    #[schema(examples("2026-12-15T10:00:00Z"))]
    start: String,
    /// The application's name for the new event.
    #[schema(examples("lesson-17-from-december"), max_length = 200)]
    key: String,
}

/// Split a series: this and following
///
/// The series ends before the time; that time and those that follow become an event of their own under `key`, which can then be
/// put with other fields. Both are written together. Times that differ go with their half.
#[utoipa::path(
    post,
    path = "/v1/events/{key}/split",
    tag = "events",
    params(
        ("key" = String, Path, description = "The application's own name for the event.", example = "lesson-17"),
        ("If-Match" = Option<String>, Header, description = "Split it only if it is of this version: an `ETag`, or `*` for any."),
    ),
    request_body = SplitBody,
    responses(
        (status = 201, description = "The new event.", body = Event, headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "`not_found`: there is no such event, or the series has no such time."),
        (status = 409, description = "`conflict`: there is an event of the new key, or the series cannot be split there."),
        (status = 412, description = "`version_mismatch`: it is not of the version that was asked for; the header `ETag` has its version."),
    ),
)]
pub(crate) async fn split_event(
    State(state): State<AppState>,
    caller: Caller,
    Path(key): Path<EventKey>,
    IfVersion(condition): IfVersion,
    Json(body): Json<SplitBody>,
) -> Result<Answered, Problem> {
    let new_key = EventKey::new(body.key);
    let Ok(Start(start)) = body.start.parse() else {
        let message = "must be an instant such as 2026-12-15T10:00:00Z, or a date such as 2026-12-15";
        return Err(Problem::field("start", message));
    };
    let split = SplitEvent {
        key,
        start,
        new_key: new_key
            .map_err(|_| Problem::field("key", "must have 1 to 200 bytes and no control characters"))?,
        condition,
    };
    let event = events::split(state.engine(), caller.tenant, split).await?;
    Ok(Answered(StatusCode::CREATED, Box::new(event.into())))
}
