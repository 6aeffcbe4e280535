//! What makes a request the same as another: who asks, under which key, for what.

use aws_lc_rs::digest::{Context, SHA256};
use axum::{
    body::Body,
    extract::{FromRequestParts as _, MatchedPath, Request},
};
use http::{Uri, request::Parts};
use kalends_engine::idempotency::KeyedRequest;

use super::KEY;
use crate::{auth::Caller, extract::whole_body, problem::Problem, state::AppState};

pub(super) const LONGEST_KEY_BYTES: usize = 255;

/// What the request asks for under its key, and the request again, its body read.
pub(super) async fn keyed(state: &AppState, request: Request) -> Result<(KeyedRequest, Request), Problem> {
    let (mut parts, body) = request.into_parts();
    let caller = Caller::from_request_parts(&mut parts, state).await?;
    let key = key(&parts)?;
    let route = parts.extensions.get::<MatchedPath>();
    let route = route.map_or(parts.uri.path(), MatchedPath::as_str).to_owned();
    let body = whole_body(Request::from_parts(parts.clone(), body)).await?;
    let keyed = KeyedRequest {
        tenant: caller.tenant,
        route,
        key,
        request_hash: fingerprint(&parts.uri, &body),
    };
    Ok((keyed, Request::from_parts(parts, Body::from(body))))
}

fn key(parts: &Parts) -> Result<String, Problem> {
    let mut values = parts.headers.get_all(KEY).iter();
    let key = match (values.next(), values.next()) {
        (Some(key), None) => key.as_bytes(),
        _ => return Err(Problem::field(KEY, "must be sent once")),
    };
    if (1..=LONGEST_KEY_BYTES).contains(&key.len()) && key.iter().all(u8::is_ascii_graphic) {
        Ok(String::from_utf8_lossy(key).into_owned())
    } else {
        let message = format!("must have 1 to {LONGEST_KEY_BYTES} visible ASCII characters");
        Err(Problem::field(KEY, message))
    }
}

/// What makes two requests the same: the address with its query, and the body byte by byte.
fn fingerprint(uri: &Uri, body: &[u8]) -> [u8; 32] {
    let address = uri.path_and_query().map_or("", |address| address.as_str());
    let mut hash = Context::new(&SHA256);
    hash.update(&(address.len() as u64).to_be_bytes());
    hash.update(address.as_bytes());
    hash.update(body);
    let mut bytes = [0; 32];
    bytes.copy_from_slice(hash.finish().as_ref());
    bytes
}
