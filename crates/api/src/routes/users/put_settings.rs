//! `PUT /v1/users/{userId}/settings/{kind}`

use axum::extract::State;
use kalends_core::{settings::SettingKind, time::UserId};
use kalends_engine::settings;

use super::settings::{self as wire, Settings};
use crate::{
    auth::Caller,
    extract::{Json, JsonBytes, Path},
    problem::Problem,
    state::AppState,
};

/// Set the settings of a kind
///
/// Replaces all settings of the kind; fields that are left out get their defaults. Changed rules of `calendar_read`
/// recompile the user's busy times in the background.
#[utoipa::path(
    put,
    path = "/v1/users/{userId}/settings/{kind}",
    tag = "users",
    params(
        ("userId" = String, Path, description = "The application's own id of the person.", example = "ada"),
        ("kind" = String, Path, description = "`calendar_read`, `calendar_write`, `drive`, `meet`, `sync` or `working_hours`.", example = "working_hours"),
    ),
    request_body(content = Settings, examples(
        ("working_hours" = (value = json!({"timeZone": "Europe/Zurich", "openHours": [{"days": [1, 2, 3, 4, 5], "start": "09:00", "end": "17:30"}], "overrides": [{"date": "2026-12-24", "intervals": [["09:00", "12:00"]]}]}))),
        ("calendar_read" = (value = json!({"tentativeBlocks": false, "windowAheadDays": 180}))),
        ("sync" = (value = json!({"syncEnabled": true, "autoSync": true, "syncIntervalMinutes": 5}))),
    )),
    responses(
        (status = 200, description = "The settings now in force.", body = Settings),
        (status = 404, description = "`not_found`: there is no such user."),
    ),
)]
pub(crate) async fn put_settings(
    State(state): State<AppState>,
    caller: Caller,
    Path((user, kind)): Path<(UserId, SettingKind)>,
    body: JsonBytes,
) -> Result<Json<Settings>, Problem> {
    let setting = wire::read(kind, &body)?;
    settings::put(state.engine(), caller.tenant, &user, setting.clone()).await?;
    Ok(Json(setting.into()))
}
