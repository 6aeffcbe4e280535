//! `GET /v1/tasks`

use axum::extract::State;
use kalends_engine::tasks;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{DeadTask, TaskState};
use crate::{
    auth::Caller,
    extract::{Json, Query},
    page::{self, Page},
    problem::Problem,
    state::AppState,
};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListTasks {
    /// Which tasks; others than dead ones come and go too fast to be listed.
    #[expect(dead_code, reason = "reading it checks it; there is one list so far")]
    state: TaskState,
    /// Most tasks of a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `nextCursor` of the page before.
    cursor: Option<String>,
}

/// List dead tasks
///
/// Background work that failed too often and rests, in the order in which it was enqueued. It comes back by itself after a
/// day, when its subject changes, or when you ask for it.
#[utoipa::path(
    get,
    path = "/v1/tasks",
    tag = "tasks",
    params(ListTasks),
    responses((status = 200, description = "A page of tasks.", body = Page<DeadTask>)),
)]
pub(crate) async fn list_tasks(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<ListTasks>,
) -> Result<Json<Page<DeadTask>>, Problem> {
    let page = page::asked(query.limit, query.cursor)?;
    let page = tasks::dead(state.engine(), caller.tenant, page).await?;
    Ok(Json(Page::of(page)))
}
