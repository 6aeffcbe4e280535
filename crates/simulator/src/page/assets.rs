//! The pages' scripts and styles, inside the binary.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// One file.
pub(super) async fn file(Path(file): Path<String>) -> Response {
    let (kind, text) = match file.as_str() {
        "person.js" => (SCRIPT, include_str!("../../assets/person.js")),
        "api.js" => (SCRIPT, include_str!("../../assets/api.js")),
        "time.js" => (SCRIPT, include_str!("../../assets/time.js")),
        "week.js" => (SCRIPT, include_str!("../../assets/week.js")),
        "form.js" => (SCRIPT, include_str!("../../assets/form.js")),
        "page.css" => ("text/css; charset=utf-8", include_str!("../../assets/page.css")),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")];
    (headers, text).into_response()
}
