//! `GET /v1/conflicts/{conflictId}/suggestions`

use axum::extract::State;
use kalends_core::time::ConflictId;
use kalends_engine::conflicts;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    auth::Caller,
    extract::{Json, Path},
    problem::Problem,
    routes::reading::Span,
    state::AppState,
};

/// Other times for an event.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(examples(json!({
    "suggestions": [{"start": "2026-12-01T11:00:00Z", "end": "2026-12-01T12:00:00Z"}]
})))]
pub(crate) struct Suggestions {
    /// At most ten, nearest to the event's own time first.
    suggestions: Vec<Span>,
}

/// Suggest other times
///
/// Times as long as the event, within two weeks of it, at which all of its people are free and working. Of a series it is about the
/// next time that is in conflict. There are none for conflicts that are not about time, for whole days, and for what lasts longer
/// than a week. A suggestion reserves nothing.
#[utoipa::path(
    get,
    path = "/v1/conflicts/{conflictId}/suggestions",
    tag = "conflicts",
    params(("conflictId" = uuid::Uuid, Path, description = "The conflict's id.")),
    responses(
        (status = 200, description = "Times, as it is now.", body = Suggestions),
        (status = 404, description = "`not_found`: there is no such conflict."),
        (status = 409, description = "`conflict_resolved`: it is open no longer."),
    ),
)]
pub(crate) async fn conflict_suggestions(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<ConflictId>,
) -> Result<Json<Suggestions>, Problem> {
    let suggestions = conflicts::suggestions(state.engine(), caller.tenant, id).await?;
    Ok(Json(Suggestions {
        suggestions: suggestions.into_iter().map(Span::from).collect(),
    }))
}
