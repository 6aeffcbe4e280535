//! `POST /v1/tasks/{taskId}/retry`

use axum::extract::State;
use http::StatusCode;
use kalends_core::time::TaskId;
use kalends_engine::tasks;

use crate::{auth::Caller, extract::Path, problem::Problem, state::AppState};

/// Try a dead task again
///
/// Makes it due at once, with its failures forgotten. When it fails again it is tried with growing pauses, as at first.
#[utoipa::path(
    post,
    path = "/v1/tasks/{taskId}/retry",
    tag = "tasks",
    params(("taskId" = uuid::Uuid, Path, description = "The task's id.")),
    responses(
        (status = 202, description = "It is due."),
        (status = 404, description = "`not_found`: there is no such task; one that was done is gone."),
        (status = 409, description = "`task_not_dead`: it waits for its time or runs already."),
    ),
)]
pub(crate) async fn retry_task(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<TaskId>,
) -> Result<StatusCode, Problem> {
    tasks::retry(state.engine(), caller.tenant, id).await?;
    Ok(StatusCode::ACCEPTED)
}
