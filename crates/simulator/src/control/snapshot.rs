//! Snapshots of the whole state.

use axum::{
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use http::header;
use serde_json::json;

use super::{
    Control, ControlError,
    http::{Answer, Refused, aside, done},
};
use crate::{
    snapshot::{self, SnapshotError},
    state::Sim,
};

impl Control {
    /// The whole state as a JSON document for [`Self::load_snapshot`].
    pub fn save_snapshot(&self) -> Result<Vec<u8>, SnapshotError> {
        snapshot::save(&self.sim)
    }

    /// Goes on from a saved state; when it cannot be read nothing changes.
    pub fn load_snapshot(&self, text: &[u8]) -> Result<(), SnapshotError> {
        snapshot::load(&self.sim, text)
    }
}

/// `GET /_sim/snapshot`.
pub(crate) async fn save_snapshot(State(sim): State<Sim>) -> Result<Response, Refused> {
    let text = aside(move || Control::new(sim).save_snapshot().map_err(ControlError::from)).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
}

/// `PUT /_sim/snapshot`.
pub(crate) async fn load_snapshot(State(sim): State<Sim>, body: Bytes) -> Answer {
    aside(move || Ok(Control::new(sim).load_snapshot(&body)?)).await?;
    Ok(done(&json!({})))
}
