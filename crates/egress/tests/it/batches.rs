//! Calls that travel together to a batch endpoint.

use std::sync::{Arc, Mutex};

use axum::{Router, extract::State, http::StatusCode, response::IntoResponse, routing::post};
use bytes::Bytes;
use kalends_egress::{
    AccountKey, Answer, BatchEndpoint, BatchForm, Call, Egress, EgressError, ServicePolicy, Window,
};
use uuid::Uuid;

use crate::server::{SERVICE, Server, config, get};

#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<String>>>);

/// Answers each part of a JSON batch by its path: `/fast` with 429 in the first request that holds it.
async fn batch(State(seen): State<Seen>, body: String) -> impl IntoResponse {
    let asked: serde_json::Value = serde_json::from_str(&body).unwrap();
    let is_first = seen.0.lock().unwrap().is_empty();
    seen.0.lock().unwrap().push(body);
    let answer = |part: &serde_json::Value| {
        let status = match part["url"].as_str().unwrap() {
            "/fast" if is_first => 429,
            "/lost" => return None,
            "/gone" => 410,
            _ => 200,
        };
        Some(serde_json::json!({"id": part["id"], "status": status, "body": part["url"]}))
    };
    let parts: Vec<_> = asked["requests"]
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .filter_map(answer)
        .collect();
    axum::Json(serde_json::json!({ "responses": parts }))
}

async fn serve() -> (Server, Seen) {
    let seen = Seen::default();
    let router = Router::new()
        .route("/v1.0/$batch", post(batch))
        .route(
            "/broken/$batch",
            post(|| async { StatusCode::SERVICE_UNAVAILABLE }),
        )
        .with_state(seen.clone());
    (Server::start(router).await, seen)
}

fn to(server: &Server, folder: &str, path: &str) -> Call {
    Call {
        account: Some(AccountKey(Uuid::from_u128(1))),
        batch: Some(Arc::new(BatchEndpoint {
            url: server.url(&format!("{folder}/$batch")).parse().unwrap(),
            form: BatchForm::Json,
            most: 3,
        })),
        ..get(&server.url(&format!("{folder}{path}")))
    }
}

async fn send_all(egress: &Egress, calls: Vec<Call>) -> Vec<Result<Answer, EgressError>> {
    futures::future::join_all(calls.into_iter().map(|call| egress.send(call))).await
}

#[tokio::test]
async fn calls_made_together_travel_together_and_get_their_own_answers() {
    let (server, seen) = serve().await;
    let egress = Egress::new(config()).unwrap();
    let calls = ["/a", "/gone", "/b", "/c"].map(|path| to(&server, "/v1.0", path));
    let answers = send_all(&egress, calls.into()).await;
    let said: Vec<_> = answers
        .into_iter()
        .map(Result::unwrap)
        .map(|answer| (answer.status.as_u16(), answer.body))
        .collect();
    let expect = [(200, "/a"), (410, "/gone"), (200, "/b"), (200, "/c")]
        .map(|(status, path)| (status, Bytes::from(format!("\"{path}\""))));
    assert_eq!(said, expect);
    assert_eq!(
        seen.0.lock().unwrap().len(),
        2,
        "three in the first, one in the second"
    );
}

#[tokio::test]
async fn a_rate_limit_is_that_of_its_part_and_each_part_pays() {
    let (server, seen) = serve().await;
    let mut config = config();
    config.retry.base = std::time::Duration::from_millis(1);
    let policy = ServicePolicy {
        per_account: vec![Window::new(5, 3600)],
        ..ServicePolicy::default()
    };
    let egress = Egress::new(config.with_service(SERVICE, policy)).unwrap();
    let calls = ["/a", "/fast", "/b"].map(|path| to(&server, "/v1.0", path));
    for answer in send_all(&egress, calls.into()).await {
        assert_eq!(answer.unwrap().status, 200);
    }
    let requests = seen.0.lock().unwrap().clone();
    assert_eq!(requests.len(), 2, "the refused part alone went again");
    assert_eq!(requests[1].matches("\"url\"").count(), 1);
    // One of the five is left for calls that somebody waits for.
    let fifth = to(&server, "/v1.0", "/c");
    assert!(
        matches!(egress.send(fifth).await, Err(EgressError::RateLimited { .. })),
        "four attempts were paid"
    );
}

#[tokio::test]
async fn a_batch_that_fails_is_one_failure() {
    let (server, _) = serve().await;
    let egress = Egress::new(config()).unwrap();
    let once = |path| Call {
        repeat: kalends_egress::Repeat::OnlyIfRefused,
        ..to(&server, "/broken", path)
    };
    for _ in 0..2 {
        let answers = send_all(&egress, vec![once("/a"), once("/b"), once("/c")]).await;
        let unavailable = answers
            .iter()
            .filter(|answer| matches!(answer, Err(EgressError::Unavailable { .. })));
        assert_eq!(
            unavailable.count(),
            1,
            "six calls, two failures: the circuit stays closed"
        );
        let beside = answers
            .iter()
            .filter(|answer| matches!(answer, Err(EgressError::BatchFailed)));
        assert_eq!(beside.count(), 2);
    }
}

#[tokio::test]
async fn a_part_without_an_answer_is_not_taken_for_done() {
    let (server, _) = serve().await;
    let egress = Egress::new(config()).unwrap();
    let answers = send_all(
        &egress,
        vec![to(&server, "/v1.0", "/a"), to(&server, "/v1.0", "/lost")],
    )
    .await;
    assert!(answers[0].is_ok());
    assert!(matches!(answers[1], Err(EgressError::BatchFailed)));
}
