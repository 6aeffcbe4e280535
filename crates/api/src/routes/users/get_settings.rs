//! `GET /v1/users/{userId}/settings/{kind}`

use axum::extract::State;
use kalends_core::{settings::SettingKind, time::UserId};
use kalends_engine::settings;

use super::settings::Settings;
use crate::{
    auth::Caller,
    extract::{Json, Path},
    problem::Problem,
    state::AppState,
};

/// Read the settings of a kind
///
/// What was never set has its defaults: without `working_hours` a user is open at all times.
#[utoipa::path(
    get,
    path = "/v1/users/{userId}/settings/{kind}",
    tag = "users",
    params(
        ("userId" = String, Path, description = "The application's own id of the person.", example = "ada"),
        ("kind" = String, Path, description = "`calendar_read`, `calendar_write`, `drive`, `meet`, `sync` or `working_hours`.", example = "working_hours"),
    ),
    responses(
        (status = 200, description = "The settings in force.", body = Settings, examples(
            ("calendar_read" = (value = json!({"tentativeBlocks": true, "unacceptedBlocks": true, "outOfOfficeBlocks": true, "allDayBlocks": true, "windowBackDays": 30, "windowAheadDays": 90}))),
            ("sync" = (value = json!({"syncEnabled": true, "autoSync": true, "syncIntervalMinutes": 15, "direction": "two_way", "policy": null}))),
            ("working_hours" = (value = json!({"timeZone": "Europe/Zurich", "openHours": [{"days": [1, 2, 3, 4, 5], "start": "09:00", "end": "17:30"}], "overrides": [{"date": "2026-12-24", "intervals": [["09:00", "12:00"]]}]}))),
        )),
        (status = 404, description = "`not_found`: there is no such user."),
    ),
)]
pub(crate) async fn get_settings(
    State(state): State<AppState>,
    caller: Caller,
    Path((user, kind)): Path<(UserId, SettingKind)>,
) -> Result<Json<Settings>, Problem> {
    let setting = settings::get(state.engine(), caller.tenant, &user, kind).await?;
    Ok(Json(setting.into()))
}
