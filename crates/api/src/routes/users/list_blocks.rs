//! `GET /v1/users/{userId}/blocks`

use axum::extract::State;
use jiff::Timestamp;
use kalends_core::time::UserId;
use kalends_engine::blocks;
use serde::Deserialize;
use utoipa::IntoParams;

use super::Block;
use crate::{
    auth::Caller,
    extract::{Json, Path, Query},
    fields,
    page::{self, Page},
    problem::Problem,
    state::AppState,
};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListBlocks {
    /// Only blocks that end after this instant.
    from: Option<Timestamp>,
    /// Only blocks that start before this instant.
    to: Option<Timestamp>,
    /// Most blocks of a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `nextCursor` of the page before.
    cursor: Option<String>,
}

/// List time blocked by hand
///
/// In the order in which they were made.
#[utoipa::path(
    get,
    path = "/v1/users/{userId}/blocks",
    tag = "users",
    params(
        ("userId" = String, Path, description = "The application's own id of the person.", example = "ada"),
        ListBlocks,
    ),
    responses(
        (status = 200, description = "A page of blocks.", body = Page<Block>),
        (status = 404, description = "`not_found`: there is no such user."),
    ),
)]
pub(crate) async fn list_blocks(
    State(state): State<AppState>,
    caller: Caller,
    Path(user): Path<UserId>,
    Query(query): Query<ListBlocks>,
) -> Result<Json<Page<Block>>, Problem> {
    let page = page::asked(query.limit, query.cursor)?;
    let window = fields::window(query.from, query.to)?;
    let page = blocks::list(state.engine(), caller.tenant, &user, window, page).await?;
    Ok(Json(Page::of(page)))
}
