//! `GET /v1/conflicts`

use axum::extract::State;
use kalends_core::event::EventKey;
use kalends_engine::conflicts::{self, ListConflicts};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Conflict, Kind};
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
pub(crate) struct Conflicts {
    /// Only those of this user.
    user_id: Option<String>,
    /// Only those of this event, or with it.
    event_key: Option<String>,
    /// Only those that are open, or only those that are resolved.
    state: Option<super::State>,
    /// Only those of this kind.
    kind: Option<Kind>,
    /// Most conflicts of a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `nextCursor` of the page before.
    cursor: Option<String>,
}

/// List conflicts
///
/// What people must look at, in the order in which it was found. Nothing is ever cancelled because of a conflict, and one that is
/// gone closes by itself. Resolved ones are kept for 90 days.
#[utoipa::path(
    get,
    path = "/v1/conflicts",
    tag = "conflicts",
    params(Conflicts),
    responses((status = 200, description = "A page of conflicts.", body = Page<Conflict>)),
)]
pub(crate) async fn list_conflicts(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<Conflicts>,
) -> Result<Json<Page<Conflict>>, Problem> {
    let page = page::asked(query.limit, query.cursor)?;
    let user = query.user_id.map(|id| fields::user_id("userId", id));
    let key = query.event_key.map(EventKey::new);
    let list = ListConflicts {
        user: user.transpose()?,
        key: key
            .transpose()
            .map_err(|error| Problem::field("eventKey", error.to_string()))?,
        kind: query.kind.map(Into::into),
        open: query.state.map(|state| state == super::State::Open),
    };
    let page = conflicts::list(state.engine(), caller.tenant, &list, page).await?;
    Ok(Json(Page::of(page)))
}
