//! `GET /v1/users`

use axum::extract::State;
use kalends_engine::users;
use serde::Deserialize;
use utoipa::IntoParams;

use super::User;
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
pub(crate) struct ListUsers {
    /// Most users of a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `nextCursor` of the page before.
    cursor: Option<String>,
}

/// List users
///
/// In the order of their ids.
#[utoipa::path(
    get,
    path = "/v1/users",
    tag = "users",
    params(ListUsers),
    responses((status = 200, description = "A page of users.", body = Page<User>)),
)]
pub(crate) async fn list_users(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<ListUsers>,
) -> Result<Json<Page<User>>, Problem> {
    let request = page::asked(query.limit, query.cursor)?;
    let page = users::list(state.engine(), caller.tenant, request).await?;
    Ok(Json(Page::of(page)))
}
