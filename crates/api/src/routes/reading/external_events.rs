//! `GET /v1/external-events`

use axum::extract::State;
use jiff::Timestamp;
use kalends_core::time::CalendarId;
use kalends_engine::external_events::{self, Filter};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::external_event::ExternalEvent;
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
pub(crate) struct ListExternalEvents {
    /// Whose calendars.
    #[param(example = "ada")]
    user_id: String,
    /// Only events of this calendar.
    calendar_id: Option<Uuid>,
    /// Only events that can end after this instant.
    from: Option<Timestamp>,
    /// Only events that can start before this instant.
    to: Option<Timestamp>,
    /// Most events of a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `nextCursor` of the page before.
    cursor: Option<String>,
}

/// List events of connected calendars
///
/// What the providers' calendars hold, as they stated it: single events, masters of series with their rules, and
/// overrides of single occurrences. With `from` or `to`, a series is listed when any of its occurrences can lie there.
#[utoipa::path(
    get,
    path = "/v1/external-events",
    tag = "reading",
    params(ListExternalEvents),
    responses(
        (status = 200, description = "A page of events.", body = Page<ExternalEvent>),
        (status = 404, description = "`not_found`: there is no such user or calendar."),
    ),
)]
pub(crate) async fn list_external_events(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<ListExternalEvents>,
) -> Result<Json<Page<ExternalEvent>>, Problem> {
    let filter = Filter {
        user: fields::user_id("userId", query.user_id)?,
        calendar: query.calendar_id.map(CalendarId),
        window: fields::window(query.from, query.to)?,
    };
    let page = page::asked(query.limit, query.cursor)?;
    let page = external_events::list(state.engine(), caller.tenant, filter, page).await?;
    Ok(Json(Page::of(page)))
}
