//! `GET /v1/holds`

use axum::extract::State;
use kalends_core::event::EventKey;
use kalends_engine::holds::{self, HoldsOf};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Hold, State as HoldState};
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
pub(crate) struct ListHolds {
    /// Only those that take this user's time.
    user_id: Option<String>,
    /// Only those of this name.
    key: Option<String>,
    /// Only those in this state.
    #[param(inline)]
    state: Option<HoldState>,
    /// Most holds of a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `nextCursor` of the page before.
    cursor: Option<String>,
}

/// List holds
///
/// In the order in which they were placed, those that are over too.
#[utoipa::path(
    get,
    path = "/v1/holds",
    tag = "holds",
    params(ListHolds),
    responses((status = 200, description = "A page of holds.", body = Page<Hold>)),
)]
pub(crate) async fn list_holds(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<ListHolds>,
) -> Result<Json<Page<Hold>>, Problem> {
    let refused = |error: kalends_core::event::EventKeyError| Problem::field("key", error.to_string());
    let of = HoldsOf {
        user: query
            .user_id
            .map(|id| fields::user_id("userId", id))
            .transpose()?,
        key: query.key.map(EventKey::new).transpose().map_err(refused)?,
        state: query.state.map(Into::into),
    };
    let page = page::asked(query.limit, query.cursor)?;
    let page = holds::list(state.engine(), caller.tenant, of, page).await?;
    Ok(Json(Page::of(page)))
}
