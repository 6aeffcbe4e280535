//! A request that is repeated under its key is carried out once.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::{Method, Request, header},
    routing::get,
};
use jiff::SignedDuration;
use kalends_testkit::{Answer, Client, TestServer, on_each_database};
use serde_json::{Value, json};
use tokio::sync::Notify;

const BLOCKS: &str = "/v1/users/ada/blocks";

/// `POST` under a key.
async fn post(app: &Client, key: &str, path: &str, body: Value) -> Answer {
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::AUTHORIZATION, app.authorization())
        .header(header::CONTENT_TYPE, "application/json")
        .header("idempotency-key", key);
    app.raw(request.body(Body::from(body.to_string())).unwrap()).await
}

fn dentist() -> Value {
    json!({"start": "2026-12-01T09:00:00Z", "end": "2026-12-01T12:00:00Z", "title": "Dentist"})
}

async fn with_ada(server: &TestServer) -> Client {
    let app = server.client().clone();
    app.put("/v1/users/ada", json!({"timeZone": "UTC"}))
        .await
        .expect_status(200);
    app
}

async fn blocks(app: &Client) -> usize {
    app.get(BLOCKS).await.json()["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_repetition_gets_the_first_answer() {
    on_each_database(async |server: TestServer| {
        let app = with_ada(&server).await;
        let first = post(&app, "k-1", BLOCKS, dentist()).await.expect_status(201);
        assert_eq!(first.header("idempotency-replayed"), "");
        server.clock.advance(SignedDuration::from_hours(23));
        let again = post(&app, "k-1", BLOCKS, dentist()).await.expect_status(201);
        assert_eq!(again.json(), first.json());
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert_eq!(again.header("content-type"), "application/json");
        assert_eq!(blocks(&app).await, 1);

        post(&app, "k-2", BLOCKS, dentist()).await.expect_status(201);
        assert_eq!(blocks(&app).await, 2);
        server.clock.advance(SignedDuration::from_hours(1));
        post(&app, "k-1", BLOCKS, dentist()).await.expect_status(201);
        assert_eq!(blocks(&app).await, 3, "an answer is kept for a day");
    })
    .await;
}

#[tokio::test]
async fn a_key_serves_one_request_of_one_tenant() {
    on_each_database(async |server: TestServer| {
        let app = with_ada(&server).await;
        app.put("/v1/users/bob", json!({"timeZone": "UTC"}))
            .await
            .expect_status(200);
        post(&app, "k", BLOCKS, dentist()).await.expect_status(201);
        let mut later = dentist();
        later["end"] = json!("2026-12-01T13:00:00Z");
        for (path, body) in [(BLOCKS, later), ("/v1/users/bob/blocks", dentist())] {
            let problem = post(&app, "k", path, body).await.expect_status(422);
            assert_eq!(problem.json()["code"], "idempotency_key_reused");
        }
        assert_eq!(blocks(&app).await, 1);
        // Another operation and another tenant have keys of their own.
        post(&app, "k", "/v1/connect-sessions", json!({"userId": "ada"}))
            .await
            .expect_status(201);
        let other = server.other_tenant("Gymnasium").await;
        other
            .put("/v1/users/ada", json!({"timeZone": "UTC"}))
            .await
            .expect_status(200);
        let theirs = post(&other, "k", BLOCKS, dentist()).await.expect_status(201);
        assert_eq!(theirs.header("idempotency-replayed"), "");
    })
    .await;
}

#[tokio::test]
async fn a_refused_request_may_be_tried_again() {
    on_each_database(async |server: TestServer| {
        let app = server.client();
        post(app, "k", BLOCKS, dentist()).await.expect_status(404);
        let app = with_ada(&server).await;
        post(&app, "k", BLOCKS, json!({"start": "2026-12-01T09:00:00Z"}))
            .await
            .expect_status(400);
        post(&app, "k", BLOCKS, dentist()).await.expect_status(201);
        assert_eq!(blocks(&app).await, 1);
    })
    .await;
}

#[tokio::test]
async fn of_two_requests_at_once_one_is_carried_out() {
    on_each_database(async |server: TestServer| {
        let app = with_ada(&server).await;
        let ask = || {
            let app = app.clone();
            tokio::spawn(async move { post(&app, "k", BLOCKS, dentist()).await })
        };
        let (one, other) = (ask(), ask());
        let (one, other) = (one.await.unwrap(), other.await.unwrap());
        let carried_out =
            |answer: &Answer| answer.status == 201 && answer.header("idempotency-replayed").is_empty();
        assert!(carried_out(&one) != carried_out(&other), "{one:?} {other:?}");
        assert_eq!(blocks(&app).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_request_goes_on_when_its_caller_hangs_up() {
    let (asked, answered) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let host = slow_feed(asked.clone(), answered.clone()).await;
    let server = TestServer::start_allowing(&host).await;
    let app = server.client();
    let body = json!({"userId": "ada", "url": format!("http://{host}/feed.ics")});
    let connect = |key: &'static str| {
        let (app, body) = (app.clone(), body.clone());
        tokio::spawn(async move { post(&app, key, "/v1/connections/ics", body).await })
    };
    let first = connect("k");
    asked.notified().await;
    let problem = connect("k").await.unwrap().expect_status(409);
    assert_eq!(problem.json()["code"], "idempotency_key_in_use");
    assert_eq!(problem.header("retry-after"), "1");

    first.abort();
    first.await.unwrap_err();
    answered.notify_one();
    let answer = loop {
        let answer = connect("k").await.unwrap();
        if answer.status != 409 {
            break answer.expect_status(201);
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(answer.header("idempotency-replayed"), "true");
    let connections = app.get("/v1/connections").await.json();
    assert_eq!(connections["items"], json!([answer.json()]));
}

/// A host whose feed is sent when the test says so; answers its `host:port`.
async fn slow_feed(asked: Arc<Notify>, answered: Arc<Notify>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let feed = move || {
        let (asked, answered) = (asked.clone(), answered.clone());
        async move {
            asked.notify_one();
            answered.notified().await;
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nEND:VCALENDAR\r\n"
        }
    };
    let router = Router::new().route("/feed.ics", get(feed));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

#[tokio::test]
async fn a_one_time_link_is_repeated_as_it_was() {
    let server = TestServer::start().await;
    let app = server.client();
    let session = json!({"userId": "ada", "provider": "google"});
    let first = post(app, "k", "/v1/connect-sessions", session.clone())
        .await
        .expect_status(201);
    let again = post(app, "k", "/v1/connect-sessions", session)
        .await
        .expect_status(201);
    assert_eq!(first.json()["url"], again.json()["url"]);
}

#[tokio::test]
async fn keys_are_visible_text() {
    let server = TestServer::start().await;
    let app = with_ada(&server).await;
    let long = "x".repeat(256);
    for key in ["", "two words", "tab\t", "schl\u{fc}ssel", long.as_str()] {
        let problem = post(&app, key, BLOCKS, dentist()).await.expect_status(400);
        assert_eq!(problem.json()["errors"][0]["field"], "Idempotency-Key");
    }
    post(&app, &long[1..], BLOCKS, dentist()).await.expect_status(201);
    assert_eq!(blocks(&app).await, 1);
    // Before anything else the caller must be known, and what only reads takes no notice of keys.
    let request = Request::post(BLOCKS)
        .header("idempotency-key", "k")
        .body(Body::empty())
        .unwrap();
    app.raw(request).await.expect_status(401);
    let question = json!({"userIds": ["ada"], "from": "2026-12-01T00:00:00Z", "to": "2026-12-02T00:00:00Z"});
    for _ in 0..2 {
        let answer = post(&app, "k", "/v1/availability", question.clone())
            .await
            .expect_status(200);
        assert_eq!(answer.header("idempotency-replayed"), "");
    }
}
