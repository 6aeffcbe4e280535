//! `GET /v1/events`

use axum::extract::State;
use jiff::Timestamp;
use kalends_engine::events::{self, Filter};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{answer::Event, link::SyncStatus};
use crate::{
    auth::Caller,
    extract::{Json, Query},
    fields,
    page::{self, Page},
    problem::Problem,
    state::AppState,
    words::Status,
};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListEvents {
    /// Only events in which this user has a part.
    user_id: Option<String>,
    /// Only events that can end after this instant.
    from: Option<Timestamp>,
    /// Only events that can start before this instant.
    to: Option<Timestamp>,
    /// Only events of this status.
    status: Option<Status>,
    /// Only events that stand so on calendars.
    sync_status: Option<SyncStatus>,
    /// Only events with this entry in their metadata, as `name:value`; may be given several times, and all must hold.
    #[serde(default)]
    #[param(example = json!(["course:piano"]), explode = true)]
    metadata: Vec<String>,
    /// Most events of a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `nextCursor` of the page before.
    cursor: Option<String>,
}

/// List events
///
/// By their first start, cancelled ones too. A series is listed once, when any of its times can lie in the window.
#[utoipa::path(
    get,
    path = "/v1/events",
    tag = "events",
    params(ListEvents),
    responses((status = 200, description = "A page of events.", body = Page<Event>)),
)]
pub(crate) async fn list_events(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<ListEvents>,
) -> Result<Json<Page<Event>>, Problem> {
    let page = page::asked(query.limit, query.cursor)?;
    let user = query.user_id.map(|id| fields::user_id("userId", id));
    let filter = Filter {
        user: user.transpose()?,
        window: fields::window(query.from, query.to)?,
        status: query.status.map(Into::into),
        sync_status: query.sync_status.map(Into::into),
        metadata: query
            .metadata
            .iter()
            .map(|text| entry(text))
            .collect::<Result<_, _>>()?,
    };
    let page = events::list(state.engine(), caller.tenant, &filter, page).await?;
    Ok(Json(Page::of(page)))
}

/// Reads `name:value`.
fn entry(text: &str) -> Result<(String, String), Problem> {
    let (name, value) = text
        .split_once(':')
        .filter(|(name, _)| !name.is_empty())
        .ok_or_else(|| Problem::field("metadata", "must be a name and a value, as course:piano"))?;
    Ok((name.to_owned(), value.to_owned()))
}
