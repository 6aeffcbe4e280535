//! Limits and breakers when everyone calls at once.

use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicUsize, Ordering},
};

use axum::{Router, routing::post as on_post};
use bytes::Bytes;
use futures::future::join_all;
use http::StatusCode;
use jiff::Timestamp;
use kalends_egress::{
    Answer, Call, ClientKey, Egress, EgressConfig, EgressError, ServicePolicy, Surroundings, Window,
};

use crate::server::{SERVICE, Server, config};

/// A server that always answers with this status, and the number of calls it got.
async fn counting(status: StatusCode) -> (Server, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    let handler = move || async move {
        counter.fetch_add(1, Ordering::SeqCst);
        status
    };
    (
        Server::start(Router::new().route("/", on_post(handler))).await,
        calls,
    )
}

fn post(server: &Server) -> Call {
    Call::new(
        SERVICE,
        ClientKey::default(),
        http::Request::post(server.url("/")).body(Bytes::new()).unwrap(),
    )
}

async fn all_at_once(egress: &Egress, server: &Server, calls: usize) -> Vec<Result<Answer, EgressError>> {
    let tasks = (0..calls).map(|_| {
        let (egress, call) = (egress.clone(), post(server));
        tokio::spawn(async move { egress.send(call).await })
    });
    join_all(tasks).await.into_iter().map(Result::unwrap).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_more_calls_than_the_window_holds() {
    let (server, calls) = counting(StatusCode::OK).await;
    let policy = ServicePolicy {
        per_client: vec![Window::new(50, 3600)],
        ..ServicePolicy::default()
    };
    let egress = Egress::new(config().with_service(SERVICE, policy)).unwrap();
    let results = all_at_once(&egress, &server, 200).await;
    let limited = results
        .iter()
        .filter(|result| matches!(result, Err(EgressError::RateLimited { .. })))
        .count();
    // Lanes below the interactive one leave a fifth of the 50.
    assert_eq!((limited, calls.load(Ordering::SeqCst)), (160, 40));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_probe_and_no_more() {
    let (server, calls) = counting(StatusCode::SERVICE_UNAVAILABLE).await;
    let second = Arc::new(AtomicI64::new(1_800_000_000));
    let clock = Arc::clone(&second);
    let now = move || Timestamp::from_second(clock.load(Ordering::SeqCst)).unwrap();
    let egress = Egress::new(EgressConfig::new(Surroundings::new(now, || 0.0))).unwrap();
    for _ in 0..5 {
        egress.send(post(&server)).await.unwrap_err();
    }
    all_at_once(&egress, &server, 50).await;
    assert_eq!(calls.load(Ordering::SeqCst), 5, "open");
    second.fetch_add(30, Ordering::SeqCst);
    let results = all_at_once(&egress, &server, 50).await;
    assert_eq!(calls.load(Ordering::SeqCst), 6, "half-open");
    let refused = results
        .iter()
        .filter(|result| matches!(result, Err(EgressError::CircuitOpen { .. })))
        .count();
    assert_eq!(refused, 49);
}
