//! Health and description of the server; nobody needs a key for these.

mod assets;
mod demo;
mod docs;
mod livez;
mod openapi;
mod readyz;

use axum::routing::get;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::AppState;

pub(crate) fn router() -> OpenApiRouter<AppState> {
    health()
        .routes(routes!(openapi::openapi))
        .route("/", get(demo::demo))
        .route("/docs", get(docs::docs))
        .route("/assets/{name}", get(assets::assets))
}

/// Whether the process runs and can do its part.
pub(crate) fn health() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(livez::livez))
        .routes(routes!(readyz::readyz))
}
