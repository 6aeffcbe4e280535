//! `/readyz` tells the truth, and which part of it is not well.

use axum::body::Body;
use http::{Request, StatusCode};
use kalends_api::{Api, ApiConfig};
use kalends_engine::{Counting, readiness::Process, replicas::Role, runner::Runner};
use kalends_testkit::{TestServer, both};
use secrecy::SecretSlice;
use serde_json::Value;
use tower::ServiceExt as _;

/// One of two replicas.
fn process(role: Role) -> Process {
    let mut process = Process::default();
    process.role = role;
    process.replicas = tokio::sync::watch::Sender::new(2).subscribe();
    process
}

async fn ask(server: &TestServer, process: &Process, path: &str) -> (StatusCode, Value) {
    let config = ApiConfig::new(
        "http://127.0.0.1:8080".parse().unwrap(),
        SecretSlice::from(vec![7; 32]),
    );
    let config = config.unwrap().with_process(process.clone());
    let router = Api::router(config, server.engine.clone());
    let request = Request::get(path).body(Body::empty()).unwrap();
    let answer = router.oneshot(request).await.unwrap();
    let status = answer.status();
    let body = axum::body::to_bytes(answer.into_body(), 100_000).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

async fn readyz(server: &TestServer, process: &Process) -> (StatusCode, Value) {
    ask(server, process, "/readyz").await
}

both! {
    async fn a_process_that_lacks_nothing_is_ready(database) {
        let server = TestServer::start_on(database).await;
        let (status, body) = readyz(&server, &process(Role::Api)).await;
        assert_eq!(status, 200);
        let expect = serde_json::json!({
            "ready": true, "role": "api", "draining": false, "replicas": 2, "database": "ok", "migrations": "ok",
            "keyRing": "ok", "tasks": "elsewhere", "callCounts": "apart"
        });
        assert_eq!(body, expect);
    }

    async fn missing_tables_are_told(database) {
        let server = TestServer::start_on(database.clone()).await;
        database.tamper("DELETE FROM _sqlx_migrations WHERE version = 6").await;
        let (status, body) = readyz(&server, &process(Role::Api)).await;
        assert_eq!((status.as_u16(), &body["database"], &body["migrations"]), (503, &"ok".into(), &"failing".into()));
        assert_eq!(body["keyRing"], "unknown");
    }

    async fn a_key_ring_that_opens_nothing_is_told(database) {
        let server = TestServer::start_on(database.clone()).await;
        server.other_tenant("Other").await;
        database
            .tamper(
                "UPDATE tenants SET wrapped_by = 'lost', data_key = (SELECT data_key FROM tenants WHERE name = 'Lyceum')
                 WHERE name = 'Other'",
            )
            .await;
        let (status, body) = readyz(&server, &process(Role::Api)).await;
        assert_eq!((status.as_u16(), &body["keyRing"]), (503, &"failing".into()));
    }

    async fn a_process_that_is_to_run_tasks_and_does_not_is_not_ready(database) {
        let server = TestServer::start_on(database).await;
        let worker = process(Role::Worker);
        let (status, body) = readyz(&server, &worker).await;
        assert_eq!((status.as_u16(), &body["tasks"]), (503, &"failing".into()));

        let (runner, until) = (Runner::new(server.engine.clone()), worker.stop.clone());
        let running = tokio::spawn(async move { runner.run(until).await });
        while readyz(&server, &worker).await.0 != 200 {
            tokio::task::yield_now().await;
        }
        assert_eq!(readyz(&server, &worker).await.1["tasks"], "ok");
        worker.stop.cancel();
        running.await.unwrap();
    }

    async fn a_process_that_is_about_to_end_says_so(database) {
        let server = TestServer::start_on(database).await;
        let process = process(Role::Api);
        process.stop.cancel();
        let (status, body) = readyz(&server, &process).await;
        assert_eq!((status.as_u16(), &body["draining"], &body["ready"]), (503, &true.into(), &false.into()));
    }
}

#[tokio::test]
async fn a_redis_that_is_away_is_told_and_no_reason_to_go_elsewhere() {
    let server = TestServer::start().await;
    let alone = process(Role::Api).counting(|| Box::pin(async { Counting::Away }));
    let (status, body) = readyz(&server, &alone).await;
    assert_eq!((status.as_u16(), &body["callCounts"]), (200, &"away".into()));
}

#[tokio::test]
async fn a_worker_answers_nothing_but_whether_it_is_well() {
    let server = TestServer::start().await;
    let worker = process(Role::Worker);
    assert_eq!(ask(&server, &worker, "/livez").await.0, 200);
    for path in ["/v1/users", "/docs", "/connect"] {
        let (status, body) = ask(&server, &worker, path).await;
        assert_eq!(
            (status.as_u16(), &body["code"]),
            (404, &"not_found".into()),
            "{path}"
        );
        assert!(body["detail"].as_str().unwrap().contains("background tasks only"));
    }
}
