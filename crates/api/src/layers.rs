//! What every request passes, outside in: [`answer`] (request id, log, problem bodies, common headers), then the limits of
//! what one source may ask without a key ([`sources`]), then the panic guard, then compression, then the limit of the body. Routes that change something add [`idempotent`] of their own.

mod answer;
mod idempotent;
mod sources;

use std::any::Any;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::from_fn_with_state,
    response::{IntoResponse, Response},
};
use http::header;
use kalends_core::ambient::Ambient;
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer,
    sensitive_headers::SetSensitiveRequestHeadersLayer,
};

use crate::{
    config::ApiConfig,
    problem::{Code, Problem},
};

pub(crate) use idempotent::{KEY as IDEMPOTENCY_KEY, REPLAYED as IDEMPOTENCY_REPLAYED, idempotent};

/// Puts the layers around all routes.
pub(crate) fn around(router: Router, config: &ApiConfig, ambient: &Ambient) -> Router {
    let server = answer::Server {
        ambient: ambient.clone(),
        https: config.is_https(),
    };
    let sources = sources::Sources::new(config.sources(), ambient);
    router.layer(
        ServiceBuilder::new()
            .layer(SetSensitiveRequestHeadersLayer::new([
                header::AUTHORIZATION,
                header::COOKIE,
            ]))
            .layer(from_fn_with_state(server, answer::answer))
            .layer(from_fn_with_state(sources, sources::by_source))
            .layer(CatchPanicLayer::custom(panicked))
            .layer(CompressionLayer::new())
            .layer(DefaultBodyLimit::max(ApiConfig::BODY_LIMIT_BYTES)),
    )
}

/// The hook of the process has logged the panic with its place; the caller learns nothing of it.
fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a request handler panicked");
    Problem::new(
        Code::Internal,
        "The server failed to answer. The log has the cause under this request's id.",
    )
    .into_response()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::{body::Body, routing::get};
    use http::{Request, StatusCode};
    use jiff::Timestamp;
    use kalends_core::ambient::{Clock, Entropy};
    use secrecy::SecretSlice;
    use tower::ServiceExt as _;

    use super::*;

    #[derive(Debug)]
    struct Still;

    impl Clock for Still {
        fn now(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH
        }
    }

    impl Entropy for Still {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    async fn ask(url: &str, path: &str) -> Response {
        let config = ApiConfig::new(url.parse().unwrap(), SecretSlice::from(vec![7; 32])).unwrap();
        let ambient = Ambient::new(Arc::new(Still), Arc::new(Still));
        let routes = Router::new()
            .route("/panic", get(async || -> &'static str { panic!("secret words") }))
            .route("/fine", get(async || "fine"));
        let request = Request::get(path).body(Body::empty()).unwrap();
        around(routes, &config, &ambient).oneshot(request).await.unwrap()
    }

    #[tokio::test]
    async fn a_panic_is_a_problem_that_tells_nothing() {
        let answer = ask("http://127.0.0.1:1", "/panic").await;
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/problem+json");
        let body = axum::body::to_bytes(answer.into_body(), 10_000).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["code"], "internal");
        assert_eq!(body["requestId"], "00000000-0000-7707-8707-070707070707");
        assert!(!body.to_string().contains("secret words"));
    }

    #[tokio::test]
    async fn only_tls_promises_tls() {
        let answer = ask("https://calendar.example", "/fine").await;
        assert_eq!(
            answer.headers()[header::STRICT_TRANSPORT_SECURITY],
            "max-age=31536000"
        );
        let answer = ask("http://127.0.0.1:1", "/fine").await;
        assert!(!answer.headers().contains_key(header::STRICT_TRANSPORT_SECURITY));
    }
}
