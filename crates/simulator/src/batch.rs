//! Several calls in one request: `POST /batch/calendar/v3` (Google Calendar API guide "Send batch requests").
//!
//! Each part is a call of its own: it goes through the same routes as one that comes alone, is authorized, metered,
//! recorded and struck by faults by itself, and its answer says nothing about the others. The answer to the whole is 200.

mod parse;
mod write;

use axum::{
    Router,
    body::{Body, Bytes},
    extract::ConnectInfo,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, Request, StatusCode, header};
use tower::ServiceExt as _;

use self::parse::{Call, Part};
use crate::{
    google::{GoogleError, json_bytes},
    listener::Cord,
};

/// Calls in one request; Google's limit for calendars.
const MOST_CALLS: usize = 50;
/// Headers that speak of the whole request and not of its parts.
const OUTER_ONLY: [header::HeaderName; 7] = [
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::ACCEPT_ENCODING,
    header::CONNECTION,
    header::EXPECT,
    header::HOST,
];

/// Runs the calls one after the other and answers them in the order in which they came.
pub(crate) async fn run(
    api: Router,
    ConnectInfo(cord): ConnectInfo<Cord>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, GoogleError> {
    let boundary = parse::boundary(&headers)
        .ok_or_else(|| refused("the Content-Type must be multipart/mixed with a boundary"))?;
    let parts = parse::parts(&body, &boundary).map_err(|why| refused(&why.to_string()))?;
    if parts.len() > MOST_CALLS {
        return Err(refused(&format!(
            "it has {} calls, at most {MOST_CALLS} are allowed",
            parts.len()
        )));
    }
    let boundary = write::boundary(&parts);
    let mut answer = Vec::new();
    for part in parts {
        let response = match part.call {
            Ok(call) => answer_to(&api, call, &headers, &cord).await?,
            Err(why) => refused(&why.to_string()).into_response(),
        };
        write::part(&mut answer, &boundary, part.content_id.as_deref(), response).await?;
    }
    write::end(&mut answer, &boundary);
    let mut response = json_bytes(StatusCode::OK, answer.into());
    let content_type = http::HeaderValue::from_str(&format!("multipart/mixed; boundary={boundary}"))
        .map_err(|_| GoogleError::internal())?;
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    Ok(response)
}

/// What the routes say to one call. Headers of the whole request count where the call has none of its own.
async fn answer_to(
    api: &Router,
    call: Call,
    outer: &HeaderMap,
    cord: &Cord,
) -> Result<Response, GoogleError> {
    let mut request = Request::new(Body::from(call.body));
    *request.method_mut() = call.method;
    *request.uri_mut() = call.target;
    let headers = request.headers_mut();
    for (name, value) in outer {
        if !OUTER_ONLY.contains(name) && !call.headers.contains_key(name) {
            headers.append(name, value.clone());
        }
    }
    headers.extend(call.headers);
    request.extensions_mut().insert(ConnectInfo(cord.clone()));
    api.clone().oneshot(request).await.map_err(|never| match never {})
}

fn refused(why: &str) -> GoogleError {
    GoogleError::bad("badRequest", &format!("Failed to parse batch request: {why}."))
}
