//! What all routes have in common.

use axum::{
    body::Body,
    http::{Method, Request},
};
use kalends_testkit::TestServer;
use serde_json::json;

#[tokio::test]
async fn without_a_good_key_nothing_opens() {
    let server = TestServer::start().await;
    let app = server.client();
    for authorization in [
        "",
        "Bearer",
        "Bearer ",
        "Bearer kal_00000000_nonsense",
        "Basic a2FsOng=",
        "Bearer \u{a0}",
    ] {
        let request = Request::get("/v1/users").header("authorization", authorization);
        let answer = app
            .raw(request.body(Body::empty()).unwrap())
            .await
            .expect_status(401);
        assert_eq!(answer.json()["code"], "unauthorized");
        assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"kalends\"");
    }
    app.get("/v1/users").await.expect_status(200);
}

#[tokio::test]
async fn a_problem_is_complete() {
    let server = TestServer::start().await;
    let request = Request::get("/v1/users/nobody").header("x-request-id", "abc-123");
    let answer = server.client().raw(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.header("x-request-id"), "abc-123");
    insta::assert_json_snapshot!(answer.json(), @r#"
    {
      "code": "unauthorized",
      "detail": "Send a key of the tenant as `Authorization: Bearer kal_...`; `kalends keys create` makes one.",
      "requestId": "abc-123",
      "status": 401,
      "title": "An API key is needed",
      "type": "/docs#problem-unauthorized"
    }
    "#);
}

#[tokio::test]
async fn request_ids_are_made_unless_a_harmless_one_is_given() {
    let server = TestServer::start().await;
    let evil = "x".repeat(129);
    for given in ["", "two words", "<script>", &evil] {
        let request = Request::get("/livez").header("x-request-id", given);
        let answer = server.client().raw(request.body(Body::empty()).unwrap()).await;
        let made = answer.header("x-request-id");
        assert!(made.parse::<uuid::Uuid>().is_ok(), "{given:?} -> {made:?}");
    }
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_problems_too() {
    let server = TestServer::start().await;
    let app = server.client();
    assert_eq!(
        app.get("/v1/nothing").await.expect_status(404).json()["code"],
        "not_found"
    );
    let answer = app.delete("/v1/slots").await.expect_status(405);
    assert_eq!(answer.json()["code"], "method_not_allowed");
    assert_eq!(answer.header("allow"), "POST");
}

#[tokio::test]
async fn bodies_must_be_json_of_a_reasonable_size() {
    let server = TestServer::start().await;
    let app = server.client();
    let key = app.authorization();
    let put = |media_type: &str, body: String| {
        let request = Request::builder().method(Method::PUT).uri("/v1/users/ada");
        let request = request
            .header("authorization", &key)
            .header("content-type", media_type);
        app.raw(request.body(Body::from(body)).unwrap())
    };
    let good = r#"{"timeZone": "UTC"}"#.to_owned();
    for (media_type, body, status, code) in [
        ("text/plain", good.clone(), 415, "unsupported_media_type"),
        ("", good.clone(), 415, "unsupported_media_type"),
        ("application/json", "{".to_owned(), 400, "malformed_body"),
        ("application/json", String::new(), 400, "malformed_body"),
        (
            "application/json",
            "{\"timeZone\": \"\u{0}\"}".to_owned(),
            400,
            "malformed_body",
        ),
        ("application/json", " ".repeat(300_000), 413, "body_too_large"),
    ] {
        let answer = put(media_type, body).await.expect_status(status);
        assert_eq!(answer.json()["code"], code);
    }
    put("application/json; charset=utf-8", good)
        .await
        .expect_status(200);
}

#[tokio::test]
async fn answers_are_kept_by_nobody_and_framed_by_nobody() {
    let server = TestServer::start().await;
    let app = server.client();
    let answer = app.put("/v1/users/ada", json!({"timeZone": "UTC"})).await;
    for (name, value) in [
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        (
            "content-security-policy",
            "default-src 'none'; frame-ancestors 'none'",
        ),
        ("content-type", "application/json"),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
}

#[tokio::test]
async fn answers_are_compressed_on_request() {
    let server = TestServer::start().await;
    let request = Request::get("/openapi.json").header("accept-encoding", "gzip");
    let response = server
        .client()
        .raw_response(request.body(Body::empty()).unwrap())
        .await;
    assert_eq!(response.headers()["content-encoding"], "gzip");
}

#[tokio::test]
async fn health_and_documentation_need_no_key() {
    let server = TestServer::start().await;
    let browser = server.browser();
    assert_eq!(browser.open("/livez").await.expect_status(200).text, "ok");
    assert_eq!(
        browser.open("/readyz").await.expect_status(200).json()["ready"],
        true
    );
    let docs = browser.open("/docs").await.expect_status(200);
    assert_eq!(docs.header("content-type"), "text/html; charset=utf-8");
    for asset in ["/assets/docs.js", "/assets/docs.css", "/assets/kalends.css"] {
        assert!(
            asset == "/assets/kalends.css" || docs.text.contains(asset),
            "{asset} is not used"
        );
        let file = browser.open(asset).await.expect_status(200);
        let again = Request::get(asset).header("if-none-match", file.header("etag"));
        server
            .client()
            .raw(again.body(Body::empty()).unwrap())
            .await
            .expect_status(304);
    }
    browser.open("/assets/nothing.js").await.expect_status(404);
}
