//! `Idempotency-Key`: a request that changes something can be repeated without being carried out twice.
//!
//! A route takes keys when it is wrapped in [`idempotent`]; that documents it, too. The header follows the IETF draft
//! draft-ietf-httpapi-idempotency-key-header; only answers of success are kept, because a request that was refused has
//! changed nothing.

mod keyed;

use axum::{
    Extension,
    body::Body,
    extract::Request,
    middleware::{Next, from_fn},
    response::{IntoResponse as _, Response},
};
use http::{Method, StatusCode, header};
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

use keyed::{LONGEST_KEY_BYTES, keyed};

use crate::{
    problem::{Code, Problem},
    state::AppState,
};

/// The header of the request, as the documentation writes it.
pub(crate) const KEY: &str = "Idempotency-Key";
/// The header of an answer that was given before, as the documentation writes it.
pub(crate) const REPLAYED: &str = "Idempotency-Replayed";

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
