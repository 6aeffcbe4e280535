//! Background work that was given up.

mod list;
mod retry;

use jiff::Timestamp;
use kalends_engine::tasks;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{layers::idempotent, state::AppState};

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list_tasks))
        .routes(idempotent(routes!(retry::retry_task)))
}

/// Background work that was given up.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(examples(json!({
    "id": "01982f6e-5c00-7a41-8a5e-7d0f3c1b2a90", "state": "dead", "kind": "pull",
    "key": "01982f6e-6a10-7c02-9d41-0c55e8a7b311", "calendarId": "01982f6e-6a10-7c02-9d41-0c55e8a7b311",
    "lastError": "provider_rejected", "attempts": 5, "diedAt": "2026-11-20T09:58:12Z",
    "message": "Reading the calendar failed 5 times and was given up. It is tried again after a day, or now when you ask for it."
})))]
pub(crate) struct DeadTask {
    /// Its id.
    id: Uuid,
    /// Where it is in its life.
    state: TaskState,
    /// What was to be done; new words may come.
    #[schema(examples("pull"))]
    kind: String,
    /// What it was to be done to, as the task names it; unique for the kind.
    key: String,
    /// The calendar that it was to be done to, when it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    calendar_id: Option<Uuid>,
    /// The connection that it was to be done to, when it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    connection_id: Option<Uuid>,
    /// Stable code of the last failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("provider_rejected"))]
    last_error: Option<String>,
    /// Attempts that failed.
    attempts: u32,
    /// When it was given up.
    died_at: Timestamp,
    /// The same for a person.
    message: String,
}

/// Where a task is in its life. `dead`: it failed too often and rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TaskState {
    Dead,
}

impl From<tasks::DeadTask> for DeadTask {
    fn from(task: tasks::DeadTask) -> Self {
        let message = message(&task);
        let (calendar_id, connection_id) = match task.subject {
            Some(tasks::Subject::Calendar(id)) => (Some(id.0), None),
            Some(tasks::Subject::Connection(id)) => (None, Some(id.0)),
            None => (None, None),
        };
        Self {
            id: task.id.0,
            state: TaskState::Dead,
            kind: task.kind,
            key: task.key,
            calendar_id,
            connection_id,
            last_error: task.last_error,
            attempts: task.attempts,
            died_at: task.died_at,
            message,
        }
    }
}

fn message(task: &tasks::DeadTask) -> String {
    let work = match task.kind.as_str() {
        "pull" => "Reading the calendar",
        "recompile" => "Working out the calendar's busy times",
        "discover" => "Listing the account's calendars",
        "revoke" => "Ending the access at the provider",
        "conflicts" => "Looking for a person's conflicts",
        "keep_alive" => "Renewing the access to the account",
        _ => "A piece of background work",
    };
    let times = match task.attempts {
        1 => "once".to_owned(),
        attempts => format!("{attempts} times"),
    };
    format!(
        "{work} failed {times} and was given up. It is tried again after a day, or now when you ask for it."
    )
}
