//! `GET /readyz`

use axum::extract::State;

use crate::{
    problem::{Code, Problem},
    state::AppState,
};

/// Whether requests can be answered
///
/// True when the database answers. Send traffic only while this holds.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "operations",
    responses(
        (status = 200, description = "Requests can be answered.", body = String, content_type = "text/plain", example = "ready"),
        (status = 503, description = "`unavailable`: the database does not answer."),
    )
)]
pub(crate) async fn readyz(State(state): State<AppState>) -> Result<&'static str, Problem> {
    state.engine().ready().await.map(|()| "ready").map_err(|error| {
        tracing::warn!(error = &error as &dyn std::error::Error, "not ready");
        Problem::new(Code::Unavailable, "The database does not answer.")
    })
}
