//! `GET /assets/{name}`: styles and scripts of the embedded pages.

use axum::{
    body::Body,
    extract::Path,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};

use crate::problem::Problem;

pub(crate) async fn assets(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let answer = file(&name);
    let version = answer.headers().get(header::ETAG);
    if version.is_some() && headers.get(header::IF_NONE_MATCH) == version {
        let mut unchanged = StatusCode::NOT_MODIFIED.into_response();
        unchanged.headers_mut().clone_from(answer.headers());
        return unchanged;
    }
    answer
}

/// The embedded file; browsers ask again whether it has changed, as its name does not.
pub(super) fn file(name: &str) -> Response {
    let Some(asset) = kalends_ui::asset(name) else {
        return Problem::not_found("file").into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, asset.media_type.to_owned()),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
        (header::ETAG, format!("\"{}\"", asset.version)),
    ];
    (headers, Body::from(asset.bytes.into_owned())).into_response()
}
