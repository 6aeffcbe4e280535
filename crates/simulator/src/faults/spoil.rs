//! What trouble does to an answer that was made.

use std::io;

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use bytes::Bytes;
use futures::{StreamExt, stream};
use http::{HeaderValue, StatusCode, header};

/// Damage to an answer.
pub(super) enum Damage {
    /// Breaks off after so many bytes, or in the middle.
    Truncate(Option<usize>),
    Corrupt,
    ContentType(String),
}

/// What [`break_off`] is to do with an answer.
#[derive(Clone, Copy)]
struct BreakOff(Option<usize>);

/// The answer with its damage.
pub(super) async fn spoil(mut response: Response, damage: Damage) -> Response {
    match damage {
        Damage::Truncate(kept) => {
            response.extensions_mut().insert(BreakOff(kept));
            response
        }
        Damage::ContentType(value) => {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(header::CONTENT_TYPE, value);
            }
            response
        }
        Damage::Corrupt => {
            let (parts, body) = response.into_parts();
            let mut bytes = whole(body).await.to_vec();
            let middle = bytes.len() / 2;
            // RFC 8259 section 7 allows no bare control character, inside strings or out.
            if let Some(byte) = bytes.get_mut(middle) {
                *byte = 0;
            }
            Response::from_parts(parts, Body::from(bytes))
        }
    }
}

/// Breaks off the bodies that are to be truncated; stands outside of compression, which would hold them back.
pub(crate) async fn break_off(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let Some(BreakOff(kept)) = response.extensions_mut().remove() else {
        return response;
    };
    let (mut parts, body) = response.into_parts();
    let bytes = whole(body).await;
    let kept = kept.unwrap_or(bytes.len() / 2).min(bytes.len());
    parts
        .headers
        .insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    let first = bytes.slice(..kept);
    let rest = stream::once(async {
        // What has been written goes out before the connection breaks.
        tokio::task::yield_now().await;
        Err(io::Error::other("broken off by order"))
    });
    let body = stream::iter([Ok(first)]).chain(rest);
    Response::from_parts(parts, Body::from_stream(body))
}

/// The simulator's own bodies are in memory and cannot fail.
async fn whole(body: Body) -> Bytes {
    to_bytes(body, usize::MAX).await.unwrap_or_default()
}

/// A front end's page, as it stands before a service that it cannot reach.
pub(super) fn page(status: Option<u16>) -> Response {
    let status = status.and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.unwrap_or(StatusCode::BAD_GATEWAY);
    let code = status.as_u16();
    let page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<title>Error {code}</title>\n\
         <p><b>{code}.</b> The server cannot answer at the moment. Please try again in 30 seconds.</p>\n</html>\n"
    );
    (status, Html(page)).into_response()
}
