//! The outermost layer: names the request, logs it, writes problem bodies and the headers that all answers carry.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use kalends_core::ambient::Ambient;
use tracing::Instrument as _;

use crate::problem::Problem;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What finishing a request takes.
#[derive(Clone, Debug)]
pub(super) struct Server {
    /// Makes request ids.
    pub(super) ambient: Ambient,
    /// Whether browsers reach the server over TLS.
    pub(super) https: bool,
}

/// Names, logs and finishes one request.
pub(super) async fn answer(State(server): State<Server>, request: Request, next: Next) -> Response {
    let id = request_id(request.headers(), &server);
    let method = request.method().clone();
    let matched = request.extensions().get::<MatchedPath>().cloned();
    // Paths as written and query strings can hold user ids, tickets and codes; the route's pattern cannot.
    let route = matched.as_ref().map_or("(none)", MatchedPath::as_str);
    let span = tracing::info_span!("request", %method, route, request_id = %id);
    let started = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let problem = response.extensions_mut().remove::<Problem>();
    span.in_scope(|| {
        let elapsed_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let code = problem.as_ref().map(|problem| problem.code().name());
        tracing::info!(
            status = response.status().as_u16(),
            code,
            elapsed_us,
            "request answered"
        );
    });
    if let Some(problem) = problem {
        write_problem(&mut response, &problem, &id);
    }
    put_headers(response.headers_mut(), &id, server.https);
    response
}

/// The caller's id when it is harmless to repeat and to log, else a new one.
fn request_id(headers: &HeaderMap, server: &Server) -> String {
    let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let harmless = |id: &&str| {
        (1..=128).contains(&id.len())
            && id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte))
    };
    given
        .filter(harmless)
        .map_or_else(|| server.ambient.uuid().to_string(), str::to_owned)
}

fn write_problem(response: &mut Response, problem: &Problem, id: &str) {
    let body = serde_json::to_vec(&problem.body(id)).unwrap_or_default();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    *response.body_mut() = body.into();
}

/// Answers hold people's calendars: no cache keeps them, no page frames them, no browser guesses their type. A page
/// states its own policy before.
fn put_headers(headers: &mut HeaderMap, id: &str, https: bool) {
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if https {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
}
