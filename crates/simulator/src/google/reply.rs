//! Answers and the conditions of HTTP on them.

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;

use super::GoogleError;

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=UTF-8");

/// A JSON answer with Google's content type.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => (status, [(header::CONTENT_TYPE, JSON)], bytes).into_response(),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written as JSON");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// A JSON answer that is written already.
pub(crate) fn json_bytes(status: StatusCode, body: Bytes) -> Response {
    (status, [(header::CONTENT_TYPE, JSON)], body).into_response()
}

/// Refuses a write when `If-Match` names another version than `etag` (quotes included).
pub(crate) fn precondition(headers: &HeaderMap, etag: &str) -> Result<(), GoogleError> {
    match headers.get(header::IF_MATCH) {
        Some(wanted) if !names(wanted, etag) => Err(GoogleError::precondition()),
        _ => Ok(()),
    }
}

/// `304 Not Modified` when the caller already has this version.
pub(crate) fn if_none_match(headers: &HeaderMap, etag: &str) -> Option<Response> {
    let known = headers.get(header::IF_NONE_MATCH)?;
    names(known, etag).then(|| StatusCode::NOT_MODIFIED.into_response())
}

fn names(header: &HeaderValue, etag: &str) -> bool {
    header.to_str().is_ok_and(|list| {
        list.split(',')
            .map(str::trim)
            .any(|one| one == "*" || one == etag)
    })
}
