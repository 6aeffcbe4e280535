//! `POST` or `GET /revoke`: ends everything that the account has granted to the client's project.

use axum::{body::Bytes, extract::State, response::Response};
use http::StatusCode;
use serde_json::json;

use crate::{
    google::{self, Call, Query},
    state::Sim,
};

/// The endpoint; `token` comes in the form or the query and may be a live access token or a refresh token.
pub(crate) async fn revoke(State(sim): State<Sim>, call: Call, body: Bytes) -> Response {
    let form = Query::parse(&String::from_utf8_lossy(&body));
    let Some(token) = form.text("token").or_else(|| call.query.text("token")) else {
        let body =
            json!({"error": "invalid_request", "error_description": "Missing required parameter: token"});
        return google::json(StatusCode::BAD_REQUEST, &body);
    };
    let mut grants = sim.grants();
    let found = grants
        .bearer(token, sim.now())
        .and_then(|(email, id)| Some((email, sim.client(&id)?)));
    let Some((email, client)) = found else {
        let body = json!({"error": "invalid_token", "error_description": "Token expired or revoked"});
        return google::json(StatusCode::BAD_REQUEST, &body);
    };
    let project = client.project();
    grants.revoke(&email, project, |id| {
        sim.client(id).is_some_and(|other| other.project() == project)
    });
    google::json(StatusCode::OK, &json!({}))
}
