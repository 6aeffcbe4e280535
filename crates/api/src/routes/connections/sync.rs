//! `POST /v1/connections/{connectionId}/sync`, and what it shares with `POST /v1/users/{userId}/sync`.

use std::time::Duration;

use axum::extract::State;
use http::StatusCode;
use kalends_core::time::ConnectionId;
use kalends_engine::connections::{self, SyncAnswer, Wait};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::sync_run::SyncRun;
use crate::{
    auth::Caller,
    extract::{Json, Path, Query},
    problem::Problem,
    state::AppState,
};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SyncNow {
    /// Seconds to wait for the runs to end; 0 answers at once.
    #[param(minimum = 0, maximum = 25, default = 0)]
    wait: Option<u64>,
}

/// What a request to sync led to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(examples(json!({
    "complete": true,
    "calendarIds": ["01982f6e-5c00-7a41-8a5e-7d0f3c1b2a90"],
    "runs": [{
        "id": "01982f6e-6a10-7c02-9d41-0c55e8a7b311", "calendarId": "01982f6e-5c00-7a41-8a5e-7d0f3c1b2a90",
        "kind": "delta", "trigger": "request", "outcome": "completed",
        "startedAt": "2026-11-20T09:58:12Z", "finishedAt": "2026-11-20T09:58:12.4Z",
        "counts": {"created": 0, "updated": 1, "deleted": 0, "quarantined": 0, "pages": 1, "requests": 1}
    }]
})))]
pub(crate) struct Synced {
    /// Whether every calendar's run has ended.
    complete: bool,
    /// The calendars that are synced: the selected ones.
    calendar_ids: Vec<Uuid>,
    /// The runs that have ended, at most one a calendar.
    runs: Vec<SyncRun>,
}

/// Sync a connection now
///
/// Reads all selected calendars of the connection ahead of everything else. With `wait`, the answer comes when all
/// runs have ended, with their counts, or after that many seconds.
#[utoipa::path(
    post,
    path = "/v1/connections/{connectionId}/sync",
    tag = "connections",
    params(("connectionId" = Uuid, Path, description = "The connection's id."), SyncNow),
    responses(
        (status = 200, description = "All runs have ended.", body = Synced),
        (status = 202, description = "Runs are still under way; see the connection's sync runs.", body = Synced),
        (status = 404, description = "`not_found`: there is no such connection."),
        (status = 409, description = "`reauth_required`: the account must be connected again. `sync_disabled`: the user's settings turn syncing off."),
    ),
)]
pub(crate) async fn sync_connection(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<ConnectionId>,
    Query(query): Query<SyncNow>,
) -> Result<(StatusCode, Json<Synced>), Problem> {
    let wait = query.wait()?;
    Ok(answer(
        connections::sync(state.engine(), caller.tenant, id, wait).await?,
    ))
}

impl SyncNow {
    /// How long to wait for the runs.
    pub(crate) fn wait(&self) -> Result<Wait, Problem> {
        match self.wait.unwrap_or(0) {
            0 => Ok(Wait::No),
            seconds @ 1..=25 => Ok(Wait::UpTo(Duration::from_secs(seconds))),
            _ => Err(Problem::field("wait", "must be from 0 to 25")),
        }
    }
}

/// The answer, with the status that says whether it is final.
pub(crate) fn answer(answer: SyncAnswer) -> (StatusCode, Json<Synced>) {
    let complete = answer.is_complete();
    let synced = Synced {
        complete,
        calendar_ids: answer.calendars.into_iter().map(|id| id.0).collect(),
        runs: answer.runs.into_iter().map(SyncRun::from).collect(),
    };
    let status = if complete {
        StatusCode::OK
    } else {
        StatusCode::ACCEPTED
    };
    (status, Json(synced))
}
