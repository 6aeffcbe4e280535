//! `GET /v1/calendars`

use axum::extract::State;
use kalends_engine::calendars;
use serde::Deserialize;
use utoipa::IntoParams;

use super::Calendar;
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
pub(crate) struct ListCalendars {
    /// Only those of this user.
    user_id: Option<String>,
    /// Most calendars of a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `nextCursor` of the page before.
    cursor: Option<String>,
}

/// List calendars
///
/// While a first sync runs, `progress` says how far it has come.
#[utoipa::path(
    get,
    path = "/v1/calendars",
    tag = "calendars",
    params(ListCalendars),
    responses((status = 200, description = "A page of calendars.", body = Page<Calendar>)),
)]
pub(crate) async fn list_calendars(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<ListCalendars>,
) -> Result<Json<Page<Calendar>>, Problem> {
    let user = query
        .user_id
        .map(|id| fields::user_id("userId", id))
        .transpose()?;
    let page = page::asked(query.limit, query.cursor)?;
    let page = calendars::list(state.engine(), caller.tenant, user.as_ref(), page).await?;
    Ok(Json(Page::of(page)))
}
