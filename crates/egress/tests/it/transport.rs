//! Bodies, connections, headers.

use std::io::Write;

use axum::{Router, response::Redirect, routing::get as on_get};
use flate2::{Compression, write::GzEncoder};
use http::{HeaderMap, Method, StatusCode, header};
use kalends_egress::{Egress, EgressError};

use crate::server::{Server, config, get};

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

fn gzipped(plain: &[u8]) -> Router {
    let body = gzip(plain);
    Router::new().route(
        "/",
        on_get(|| async move { ([(header::CONTENT_ENCODING, "gzip")], body) }),
    )
}

fn with_limit(limit: usize) -> Egress {
    let mut config = config();
    config.body_limit = limit;
    Egress::new(config).unwrap()
}

#[tokio::test]
async fn compressed_answers_are_asked_for_and_unpacked() {
    let plain = b"BEGIN:VCALENDAR\r\n".repeat(1_000);
    let server = Server::start(gzipped(&plain)).await;
    let answer = with_limit(plain.len()).send(get(&server.url("/"))).await.unwrap();
    assert_eq!(answer.body, plain);

    let echo = |headers: HeaderMap| async move {
        let text = |name| headers[name].to_str().unwrap().to_owned();
        format!("{} | {}", text(header::ACCEPT_ENCODING), text(header::USER_AGENT))
    };
    let server = Server::start(Router::new().route("/", on_get(echo))).await;
    let answer = with_limit(1_000).send(get(&server.url("/"))).await.unwrap();
    let expect = concat!("gzip | kalends/", env!("CARGO_PKG_VERSION"), " (gzip)");
    assert_eq!(answer.body, expect);
}

#[tokio::test]
async fn a_gzip_bomb_is_stopped_at_the_limit() {
    let bomb = vec![0; 8_000_000];
    let server = Server::start(gzipped(&bomb)).await;
    let error = with_limit(1_000_000)
        .send(get(&server.url("/")))
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            EgressError::BodyTooLarge {
                limit_bytes: 1_000_000
            }
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_body_may_reach_the_limit_and_no_more() {
    let server = Server::start(Router::new().route("/", on_get(|| async { vec![b'x'; 1_000] }))).await;
    assert_eq!(
        with_limit(1_000)
            .send(get(&server.url("/")))
            .await
            .unwrap()
            .body
            .len(),
        1_000
    );
    let error = with_limit(999).send(get(&server.url("/"))).await.unwrap_err();
    assert!(matches!(error, EgressError::BodyTooLarge { .. }), "{error:?}");
}

#[tokio::test]
async fn connections_are_reused_and_shared_by_clones() {
    let server = Server::start(Router::new().route("/", on_get(|| async { "here" }))).await;
    let egress = Egress::new(config()).unwrap();
    for _ in 0..10 {
        egress.clone().send(get(&server.url("/"))).await.unwrap();
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_configured_target_gets_its_redirects_back() {
    let router = Router::new().route("/", on_get(|| async { Redirect::temporary("/elsewhere") }));
    let server = Server::start(router).await;
    let answer = Egress::new(config())
        .unwrap()
        .send(get(&server.url("/")))
        .await
        .unwrap();
    assert_eq!(answer.status, StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(answer.headers[header::LOCATION], "/elsewhere");
}

#[tokio::test]
async fn no_cookie_comes_back() {
    let router = Router::new().route(
        "/",
        on_get(|headers: HeaderMap| async move {
            let seen = headers.contains_key(header::COOKIE).to_string();
            ([(header::SET_COOKIE, "a=b; Path=/")], seen)
        }),
    );
    let server = Server::start(router).await;
    let egress = Egress::new(config()).unwrap();
    for _ in 0..2 {
        assert_eq!(egress.send(get(&server.url("/"))).await.unwrap().body, "false");
    }
}

#[tokio::test]
async fn an_empty_body_is_announced() {
    let length = |headers: HeaderMap| async move {
        headers
            .get(header::CONTENT_LENGTH)
            .map_or("none".to_owned(), |value| value.to_str().unwrap().to_owned())
    };
    let server = Server::start(Router::new().route("/", on_get(length).post(length))).await;
    let egress = Egress::new(config()).unwrap();
    for (method, expect) in [(Method::GET, "none"), (Method::POST, "0")] {
        let mut call = get(&server.url("/"));
        *call.request.method_mut() = method.clone();
        assert_eq!(egress.send(call).await.unwrap().body, expect, "{method}");
    }
}
