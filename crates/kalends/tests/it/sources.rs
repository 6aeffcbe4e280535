//! What one source may ask of `kalends serve` without a key.

use kalends_testkit::{Answer, Client, DatabaseKind};

use crate::process::{Installation, google};

const TWICE_AN_HOUR: (&str, &str) = ("KALENDS_SERVER__PUSH_REQUESTS_PER_SOURCE", "2 per h");

/// Sends a message of a channel that nobody has, as from that address behind a proxy.
async fn push(server: &Client, forwarded_for: Option<&str>) -> Answer {
    let mut headers = vec![
        ("x-goog-channel-id", "nobody's"),
        ("x-goog-resource-state", "exists"),
    ];
    headers.extend(forwarded_for.map(|source| ("x-forwarded-for", source)));
    server.post_without_key("/v1/push/google", &headers).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_asks_too_much_is_told_when_to_ask_again() {
    let google = google().await;
    DatabaseKind::Sqlite
        .run(async |database| {
            let installation = Installation::new(&database, &google);
            let server = installation.serve_with(&[TWICE_AN_HOUR]);
            let app = Client::at(&server.address, "none".into());
            for _ in 0..2 {
                push(&app, Some("203.0.113.1")).await.expect_status(204);
            }
            let refused = push(&app, Some("203.0.113.1")).await.expect_status(429);
            assert_eq!(refused.json()["code"], "rate_limited");
            let seconds: u32 = refused.header("retry-after").parse().unwrap();
            assert!((1_700..=1_800).contains(&seconds), "{seconds}");

            push(&app, Some("203.0.113.2")).await.expect_status(204);
            for _ in 0..3 {
                // This machine itself, and what is no message.
                push(&app, None).await.expect_status(204);
                app.get("/livez").await.expect_status(200);
            }
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_no_trusted_proxy_speaks_for_itself() {
    let google = google().await;
    DatabaseKind::Sqlite
        .run(async |database| {
            let installation = Installation::new(&database, &google);
            let nobody = ("KALENDS_SERVER__TRUSTED_PROXIES", "203.0.113.7");
            let server = installation.serve_with(&[TWICE_AN_HOUR, nobody]);
            let app = Client::at(&server.address, "none".into());
            push(&app, Some("203.0.113.1")).await.expect_status(204);
            push(&app, Some("203.0.113.2")).await.expect_status(204);
            push(&app, Some("203.0.113.3")).await.expect_status(429);
            push(&app, None).await.expect_status(429);
        })
        .await;
}
