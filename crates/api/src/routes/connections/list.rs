//! `GET /v1/connections`

use axum::extract::State;
use kalends_engine::{connections, page::Paged};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Connection;
use crate::{
    auth::Caller,
    extract::{Json, Query},
    fields,
    page::{self, Page},
    problem::Problem,
    state::AppState,
};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListConnections {
    /// Only those of this user.
    user_id: Option<String>,
    /// Most connections of a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `nextCursor` of the page before.
    cursor: Option<String>,
}

/// List connections
///
/// In the order in which they were made. Ended ones are listed too, with the state `disconnected`.
#[utoipa::path(
    get,
    path = "/v1/connections",
    tag = "connections",
    params(ListConnections),
    responses((status = 200, description = "A page of connections.", body = Page<Connection>)),
)]
pub(crate) async fn list_connections(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<ListConnections>,
) -> Result<Json<Page<Connection>>, Problem> {
    let user = query
        .user_id
        .map(|id| fields::user_id("userId", id))
        .transpose()?;
    let page = page::asked(query.limit, query.cursor)?;
    let page = connections::list(state.engine(), caller.tenant, user.as_ref(), page).await?;
    let counts = connections::event_counts(state.engine(), caller.tenant, &page.items).await?;
    let items = page.items.into_iter();
    let items = items.map(|connection| Connection::with(connection, &counts));
    Ok(Json(Page::of(Paged {
        items: items.collect::<Vec<Connection>>(),
        next: page.next,
    })))
}
