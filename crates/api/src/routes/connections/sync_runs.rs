//! `GET /v1/connections/{connectionId}/sync-runs`

use axum::extract::State;
use kalends_core::time::ConnectionId;
use kalends_engine::connections;
use serde::Deserialize;
use utoipa::IntoParams;

use super::sync_run::SyncRun;
use crate::{
    auth::Caller,
    extract::{Json, Path, Query},
    page::{self, Page},
    problem::Problem,
    state::AppState,
};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListSyncRuns {
    /// Most runs of a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `nextCursor` of the page before.
    cursor: Option<String>,
}

/// List sync runs
///
/// The passes over the connection's calendars, the latest first.
#[utoipa::path(
    get,
    path = "/v1/connections/{connectionId}/sync-runs",
    tag = "connections",
    params(("connectionId" = Uuid, Path, description = "The connection's id."), ListSyncRuns),
    responses(
        (status = 200, description = "A page of runs.", body = Page<SyncRun>),
        (status = 404, description = "`not_found`: there is no such connection."),
    ),
)]
pub(crate) async fn list_sync_runs(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<ConnectionId>,
    Query(query): Query<ListSyncRuns>,
) -> Result<Json<Page<SyncRun>>, Problem> {
    let page = page::asked(query.limit, query.cursor)?;
    let page = connections::sync_runs(state.engine(), caller.tenant, id, page).await?;
    Ok(Json(Page::of(page)))
}
