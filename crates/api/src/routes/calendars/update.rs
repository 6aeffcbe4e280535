//! `PATCH /v1/calendars/{calendarId}`

use axum::extract::State;
use kalends_core::time::CalendarId;
use kalends_engine::calendars;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Calendar;
use crate::{
    auth::Caller,
    extract::{Json, Path},
    problem::Problem,
    state::AppState,
};

/// What to change; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({"selected": true})))]
pub(crate) struct UpdateCalendar {
    /// Whether it counts for availability. Selecting syncs at once, deselecting removes its busy times at once.
    #[schema(examples(true))]
    selected: Option<bool>,
    /// Whether it gets the user's events. A user has at most one write target: the one before stops being it.
    #[schema(examples(false))]
    write_target: Option<bool>,
}

/// Select a calendar or make it the write target
#[utoipa::path(
    patch,
    path = "/v1/calendars/{calendarId}",
    tag = "calendars",
    params(("calendarId" = Uuid, Path, description = "The calendar's id.")),
    request_body = UpdateCalendar,
    responses(
        (status = 200, description = "The calendar as it is now.", body = Calendar),
        (status = 404, description = "`not_found`: there is no such calendar."),
        (status = 409, description = "`calendar_not_usable`: it cannot be written to, or is gone at the provider."),
    ),
)]
pub(crate) async fn update_calendar(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<CalendarId>,
    Json(body): Json<UpdateCalendar>,
) -> Result<Json<Calendar>, Problem> {
    let update = calendars::UpdateCalendar {
        selected: body.selected,
        write_target: body.write_target,
    };
    let calendar = calendars::update(state.engine(), caller.tenant, id, update).await?;
    Ok(Json(calendar.into()))
}
