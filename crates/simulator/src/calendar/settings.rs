//! `settings.list` and `settings.get`.

use axum::{
    extract::{Path, State},
    response::Response,
};
use http::StatusCode;
use serde_json::{Value, json};

use crate::{
    google::{self, Call, GoogleError, Method, Position},
    state::Sim,
};

/// All settings of the person.
pub(crate) async fn list(State(sim): State<Sim>, call: Call) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::SettingsList)?;
    let directory = sim.directory();
    let user = directory.user(&caller.email).ok_or_else(GoogleError::not_found)?;
    let question = format!("settings {}", user.email);
    // Settings never change here, so a delta is empty.
    let delta = call.query.text("syncToken");
    if let Some(token) = delta {
        sim.tokens()
            .read(token, &question)
            .map_err(|_| GoogleError::bad_sync_token())?;
    }
    let all = user.settings.iter().filter(|_| delta.is_none());
    let items: Vec<Value> = all.map(|(id, value)| setting(id, value)).collect();
    let end = Position::Sync {
        revision: 0,
        epoch: 0,
        given: sim.now().as_second(),
    };
    let body = json!({"kind": "calendar#settings", "etag": "\"p1a0g\"", "items": items,
        "nextSyncToken": sim.tokens().write(&end, &question)});
    Ok(google::json(StatusCode::OK, &body))
}

/// One setting, such as `timezone`.
pub(crate) async fn get(
    State(sim): State<Sim>,
    call: Call,
    Path(id): Path<String>,
) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::SettingsGet)?;
    let directory = sim.directory();
    let user = directory.user(&caller.email).ok_or_else(GoogleError::not_found)?;
    let value = user.settings.get(&id).ok_or_else(GoogleError::not_found)?;
    Ok(google::json(StatusCode::OK, &setting(&id, value)))
}

fn setting(id: &str, value: &str) -> Value {
    json!({"kind": "calendar#setting", "etag": "\"0\"", "id": id, "value": value})
}
