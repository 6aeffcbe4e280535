//! `calendars.get`.

use axum::{
    extract::{Path, State},
    response::Response,
};
use http::StatusCode;
use serde_json::json;

use crate::{
    google::{self, Call, GoogleError, Method, if_none_match},
    state::Sim,
};

/// A calendar's own properties, the same for everyone who sees it.
pub(crate) async fn get(
    State(sim): State<Sim>,
    call: Call,
    Path(calendar): Path<String>,
) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::CalendarsGet)?;
    let directory = sim.directory();
    let (calendar, _) = directory.open(&caller, &calendar)?;
    let etag = format!("\"{}\"", i128::from(calendar.version_us) * 2);
    if let Some(unchanged) = if_none_match(&call.headers, &etag) {
        return Ok(unchanged);
    }
    let mut body = json!({
        "kind": "calendar#calendar", "etag": etag, "id": calendar.id, "summary": calendar.summary,
        "timeZone": calendar.zone.name(),
        "conferenceProperties": {"allowedConferenceSolutionTypes": ["hangoutsMeet"]},
    });
    for (name, text) in [
        ("description", &calendar.description),
        ("location", &calendar.location),
    ] {
        if let Some(text) = text {
            body[name] = text.as_str().into();
        }
    }
    if !calendar.is_primary() && calendar.owner.contains('@') {
        body["dataOwner"] = calendar.owner.as_str().into();
    }
    Ok(google::json(StatusCode::OK, &body))
}
