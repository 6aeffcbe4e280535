//! Servers that are slow, broken or away.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    routing::{get as on_get, post as on_post},
};
use bytes::Bytes;
use futures::{StreamExt, stream};
use http::StatusCode;
use kalends_egress::{Call, ClientKey, Cut, Egress, EgressError, ErrorClass, RetryPolicy, ServicePolicy};

use crate::server::{SERVICE, Server, config, get};

const SHORT: Duration = Duration::from_millis(100);

fn impatient() -> Egress {
    let policy = ServicePolicy {
        attempt_timeout: SHORT,
        ..ServicePolicy::default()
    };
    Egress::new(config().with_service(SERVICE, policy)).unwrap()
}

/// Repeats without waiting.
fn eager() -> Egress {
    let mut config = config();
    config.retry = RetryPolicy {
        base: Duration::ZERO,
        ..RetryPolicy::default()
    };
    Egress::new(config).unwrap()
}

fn post(url: &str) -> Call {
    Call::new(
        SERVICE,
        ClientKey::default(),
        http::Request::post(url).body(Bytes::from_static(b"{}")).unwrap(),
    )
}

#[tokio::test]
async fn headers_that_never_come() {
    let server = Server::start(Router::new().route("/", on_get(std::future::pending::<()>))).await;
    let error = impatient().send(get(&server.url("/"))).await.unwrap_err();
    assert!(
        matches!(
            error,
            EgressError::Timeout {
                waited: SHORT,
                cut: Cut::Attempt
            }
        ),
        "{error:?}"
    );
    let short = Call {
        deadline: SHORT,
        ..get(&server.url("/"))
    };
    let error = Egress::new(config()).unwrap().send(short).await.unwrap_err();
    // Less than the deadline: the attempt itself gave up, in time for the breaker to see it.
    assert!(
        matches!(error, EgressError::Timeout { waited, cut: Cut::Deadline } if waited < SHORT),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_body_that_never_ends() {
    let drip = || async {
        let first = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"BEGIN"))]);
        Body::from_stream(first.chain(stream::pending()))
    };
    let server = Server::start(Router::new().route("/", on_get(drip))).await;
    let error = impatient().send(get(&server.url("/"))).await.unwrap_err();
    assert!(
        matches!(
            error,
            EgressError::Timeout {
                cut: Cut::Attempt,
                ..
            }
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn connections_that_fail_or_break() {
    let egress = eager();
    let server = Server::raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nBEGIN").await;
    let error = egress.send(get(&server.url("/"))).await.unwrap_err();
    assert!(matches!(error, EgressError::Interrupted(_)), "{error:?}");
    assert_eq!(error.class(), ErrorClass::Transient);

    let server = Server::raw(b"SSH-2.0-OpenSSH\r\n").await;
    let error = egress.send(get(&server.url("/"))).await.unwrap_err();
    assert!(matches!(error, EgressError::Interrupted(_)), "{error:?}");

    let error = eager().send(get("http://127.0.0.1:1/")).await.unwrap_err();
    assert!(matches!(error, EgressError::Connect(_)), "{error:?}");

    let plain = Server::start(Router::new()).await;
    let error = eager()
        .send(get(&format!("https://{}/", plain.addr)))
        .await
        .unwrap_err();
    assert!(matches!(error, EgressError::Tls(_)), "{error:?}");

    let error = egress.send(get("/relative")).await.unwrap_err();
    assert!(matches!(error, EgressError::Invalid { .. }), "{error:?}");
}

#[tokio::test]
async fn a_failing_service_is_left_alone_after_five_failures() {
    let egress = Egress::new(config()).unwrap();
    for _ in 0..5 {
        let error = egress.send(get("http://127.0.0.1:1/")).await.unwrap_err();
        assert!(matches!(error, EgressError::Connect(_)), "{error:?}");
    }
    let error = egress.send(get("http://127.0.0.1:1/")).await.unwrap_err();
    assert!(matches!(error, EgressError::CircuitOpen { .. }), "{error:?}");
    assert_eq!(
        error.to_string(),
        "test is failing; not called before 2026-11-20T10:00:30Z"
    );
    let other = Call {
        client: ClientKey::from("other"),
        ..get("http://127.0.0.1:1/")
    };
    assert!(matches!(
        egress.send(other).await.unwrap_err(),
        EgressError::Connect(_)
    ));
}

#[tokio::test]
async fn a_write_is_repeated_only_when_it_was_refused() {
    let calls = Arc::new(AtomicUsize::new(0));
    let first = |status| {
        let calls = Arc::clone(&calls);
        on_post(move |body: Bytes| async move {
            assert_eq!(body, "{}");
            if calls.fetch_add(1, Ordering::SeqCst) == 0 {
                status
            } else {
                StatusCode::CREATED
            }
        })
    };
    let server = Server::start(
        Router::new()
            .route("/503", first(StatusCode::SERVICE_UNAVAILABLE))
            .route("/429", first(StatusCode::TOO_MANY_REQUESTS)),
    )
    .await;

    let error = eager().send(post(&server.url("/503"))).await.unwrap_err();
    assert!(
        matches!(error, EgressError::Unavailable { status, .. } if status == 503),
        "{error:?}"
    );
    assert_eq!(calls.swap(0, Ordering::SeqCst), 1);

    assert_eq!(eager().send(post(&server.url("/429"))).await.unwrap().status, 201);
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}
