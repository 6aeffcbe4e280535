//! `Idempotency-Key`: a request that changes something can be repeated without being carried out twice.
//!
//! A route takes keys when it is wrapped in [`idempotent`]; that documents it, too. The header follows the IETF draft
//! draft-ietf-httpapi-idempotency-key-header; only answers of success are kept, because a request that was refused has
//! changed nothing.

use aws_lc_rs::digest::{Context, SHA256};
use axum::{
    Extension,
    body::Body,
    extract::{FromRequestParts as _, MatchedPath, Request},
    middleware::{Next, from_fn},
    response::{IntoResponse as _, Response},
};
use http::{Method, StatusCode, Uri, header, request::Parts};
use kalends_engine::idempotency::{self, Ending, KeptAnswer, KeyState, KeyedRequest};
use secrecy::ExposeSecret;
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument as _;
use utoipa::openapi::{
    ObjectBuilder, RefOr, Type,
    path::{Parameter, ParameterBuilder, ParameterIn},
};
use utoipa_axum::router::UtoipaMethodRouter;
use uuid::Uuid;

use crate::{
    auth::Caller,
    extract::whole_body,
    problem::{Code, Problem},
    state::AppState,
};

/// The header of the request, as the documentation writes it.
pub(crate) const KEY: &str = "Idempotency-Key";
/// The header of an answer that was given before, as the documentation writes it.
pub(crate) const REPLAYED: &str = "Idempotency-Replayed";
const LONGEST_KEY_BYTES: usize = 255;

/// Lets the `POST` of these routes be repeated under an idempotency key.
pub(crate) fn idempotent(
    (schemas, mut paths, routes): UtoipaMethodRouter<AppState>,
) -> UtoipaMethodRouter<AppState> {
    for item in paths.paths.values_mut() {
        if let Some(operation) = &mut item.post {
            operation
                .parameters
                .get_or_insert_default()
                .push(RefOr::T(parameter()));
        }
    }
    // A panic becomes an answer further in, so that it frees the key.
    let routes = routes
        .route_layer(CatchPanicLayer::custom(super::panicked))
        .route_layer(from_fn(once));
    (schemas, paths, routes)
}

fn parameter() -> Parameter {
    let text = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(LONGEST_KEY_BYTES));
    ParameterBuilder::new()
        .name(KEY)
        .parameter_in(ParameterIn::Header)
        .description(Some(
            "Makes it safe to repeat the request: choose a new value, such as a UUID, for each thing to be done, and send \
             it again with each repetition. For 24 hours the first success is answered again, with \
             `Idempotency-Replayed: true`, instead of being done again. Visible ASCII characters.",
        ))
        .schema(Some(text))
        .build()
}

async fn once(Extension(state): Extension<AppState>, request: Request, next: Next) -> Response {
    if request.method() != Method::POST || !request.headers().contains_key(KEY) {
        return next.run(request).await;
    }
    match keyed(&state, request).await {
        Ok((keyed, request)) => answer(state, keyed, request, next).await,
        Err(problem) => problem.into_response(),
    }
}

/// What the request asks for under its key, and the request again, its body read.
async fn keyed(state: &AppState, request: Request) -> Result<(KeyedRequest, Request), Problem> {
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

async fn answer(state: AppState, keyed: KeyedRequest, request: Request, next: Next) -> Response {
    match idempotency::begin(state.engine(), &keyed).await {
        Ok(KeyState::Begun(attempt)) => {
            // In a task of its own: a caller that hangs up and asks again gets the answer.
            let task = carry_out(state, keyed, attempt, request, next).in_current_span();
            tokio::spawn(task)
                .await
                .unwrap_or_else(|error| Problem::internal(&error).into_response())
        }
        Ok(KeyState::Answered(kept)) => replay(&kept),
        Ok(KeyState::UnderWay) => Problem::new(
            Code::IdempotencyKeyInUse,
            "A request with this Idempotency-Key is under way. Repeat it in a moment to get its answer.",
        )
        .retry_after(1)
        .into_response(),
        Ok(KeyState::OtherRequest) => Problem::new(
            Code::IdempotencyKeyReused,
            "This Idempotency-Key was sent with another address or body. Choose a new key for a new request.",
        )
        .into_response(),
        Err(error) => Problem::from(error).into_response(),
    }
}

async fn carry_out(
    state: AppState,
    keyed: KeyedRequest,
    attempt: Uuid,
    request: Request,
    next: Next,
) -> Response {
    let (response, ending) = read(next.run(request).await).await;
    if let Err(error) = idempotency::finish(state.engine(), &keyed, attempt, &ending).await {
        // What was done is done, and the caller should know; the key is free again after its lease.
        let error: &(dyn std::error::Error + 'static) = &error;
        tracing::warn!(error, "the answer to a keyed request was not kept");
    }
    response
}

/// The answer, and what of it is kept.
async fn read(response: Response) -> (Response, Ending) {
    if !response.status().is_success() {
        return (response, Ending::Undone);
    }
    let (parts, body) = response.into_parts();
    let bytes = match axum::body::to_bytes(body, usize::MAX).await {
        Ok(bytes) => bytes,
        Err(error) => return (Problem::internal(&error).into_response(), Ending::Undone),
    };
    let kept = KeptAnswer {
        status: parts.status.as_u16(),
        body: String::from_utf8_lossy(&bytes).into_owned().into(),
    };
    (Response::from_parts(parts, Body::from(bytes)), Ending::Done(kept))
}

/// Answers of routes that take keys are JSON and say nothing in headers of their own.
fn replay(kept: &KeptAnswer) -> Response {
    let status = StatusCode::from_u16(kept.status).unwrap_or(StatusCode::OK);
    let headers = [
        (header::CONTENT_TYPE.as_str(), "application/json"),
        (REPLAYED, "true"),
    ];
    (status, headers, kept.body.expose_secret().to_owned()).into_response()
}
