//! `GET /openapi.json`

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::header;

use crate::state::AppState;

/// This document
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "openapi",
    tag = "operations",
    responses((status = 200, description = "The OpenAPI 3.1 document of this server.", body = Object))
)]
pub(crate) async fn openapi(State(state): State<AppState>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], state.openapi()).into_response()
}
