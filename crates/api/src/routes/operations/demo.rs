//! `GET /`: the demo's page, on servers that have one.

use askama::Template as _;
use axum::{
    extract::State,
    response::{Html, IntoResponse, Response},
};
use http::header;

use crate::{problem::Problem, routes, state::AppState};

pub(crate) async fn demo(State(state): State<AppState>) -> Response {
    let Some(page) = state.config().demo() else {
        return routes::unknown().await.into_response();
    };
    let policy = (header::CONTENT_SECURITY_POLICY, page.content_security_policy());
    match page.render() {
        Ok(html) => ([policy], Html(html)).into_response(),
        Err(error) => Problem::internal(&error).into_response(),
    }
}
