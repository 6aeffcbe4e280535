//! `GET /docs`: the page that shows `/openapi.json` to people.

use axum::response::{IntoResponse, Response};
use http::header;

use super::assets::file;

pub(crate) async fn docs() -> Response {
    let policy = (
        header::CONTENT_SECURITY_POLICY,
        kalends_ui::CONTENT_SECURITY_POLICY,
    );
    ([policy], file("docs.html")).into_response()
}
