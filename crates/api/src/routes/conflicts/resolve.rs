//! `POST /v1/conflicts/{conflictId}/resolve`

use axum::extract::State;
use jiff::Timestamp;
use kalends_core::time::ConflictId;
use kalends_engine::conflicts::{self, Action};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Conflict;
use crate::{
    auth::Caller,
    extract::{Json, Path},
    problem::Problem,
    state::AppState,
};

/// What a person wants done about a conflict.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({"action": "move", "start": "2026-12-01T11:00:00Z"})))]
pub(crate) struct ResolveConflict {
    /// What to do.
    action: Word,
    /// With `move`: when the event begins instead, such as one of the suggestions.
    start: Option<Timestamp>,
}

/// What to do about a conflict. `move`: the event takes place at `start`, as long as it was, when all of its people are free and
/// working then; of a series only the time that is in conflict is moved. `keep_both`: all stays, and the conflict is quiet for as long
/// as the two meet where they meet now. `cancel_ours`: the event does not take place, of a series the time that is in conflict.
/// `undo_theirs`: what a person did on their calendar is taken back: that they moved the event, or what competes with the
/// application. `keep_theirs`: what competes stays as the person has it.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ConflictAction)]
enum Word {
    Move,
    KeepBoth,
    CancelOurs,
    UndoTheirs,
    KeepTheirs,
}

/// Resolve a conflict
///
/// What is done and the conflict's resolution are one: of two requests for the same conflict the second is refused.
#[utoipa::path(
    post,
    path = "/v1/conflicts/{conflictId}/resolve",
    tag = "conflicts",
    params(("conflictId" = uuid::Uuid, Path, description = "The conflict's id.")),
    request_body = ResolveConflict,
    responses(
        (status = 200, description = "It is resolved.", body = Conflict),
        (status = 404, description = "`not_found`: there is no such conflict."),
        (status = 409, description = "`conflict_resolved`: it is open no longer. `action_not_possible`: this does not resolve a conflict of its kind. `not_free`: not everybody can come at `start`; `alternatives` are other times."),
    ),
)]
pub(crate) async fn resolve_conflict(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<ConflictId>,
    Json(body): Json<ResolveConflict>,
) -> Result<Json<Conflict>, Problem> {
    let resolved = conflicts::resolve(state.engine(), caller.tenant, id, body.action()?).await?;
    Ok(Json(resolved.into()))
}

impl ResolveConflict {
    fn action(&self) -> Result<Action, Problem> {
        match (self.action, self.start) {
            (Word::Move, Some(start)) => Ok(Action::Move { start }),
            (Word::Move, None) => Err(Problem::field("start", "is needed to move the event")),
            (_, Some(_)) => Err(Problem::field(
                "start",
                "must be left out unless the event is moved",
            )),
            (Word::KeepBoth, None) => Ok(Action::KeepBoth),
            (Word::CancelOurs, None) => Ok(Action::CancelOurs),
            (Word::UndoTheirs, None) => Ok(Action::UndoTheirs),
            (Word::KeepTheirs, None) => Ok(Action::KeepTheirs),
        }
    }
}
