//! ICS feeds, given by the application or typed in by a person.

use std::sync::{Arc, Mutex};

use axum::{Router, http::StatusCode, routing::get};
use kalends_testkit::TestServer;
use serde_json::json;

const FEED: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nX-WR-CALNAME:Timetable\r\n\
    BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20261101T000000Z\r\nDTSTART:20261201T100000Z\r\nDTEND:20261201T113000Z\r\n\
    SUMMARY:Rehearsal\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

/// A web server of the tests' own that serves one feed and a page that is none; answers its base address.
async fn host(feed: Arc<Mutex<String>>) -> (TestServer, String) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new()
        .route(
            "/feed.ics",
            get(move || async move { feed.lock().unwrap().clone() }),
        )
        .route("/page", get(|| async { "<html>no calendar</html>" }))
        .route("/secret", get(|| async { StatusCode::FORBIDDEN }));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let server = TestServer::start_allowing(&address.to_string()).await;
    (server, format!("http://{address}"))
}

#[tokio::test]
async fn a_feed_counts_for_availability() {
    let feed = Arc::new(Mutex::new(FEED.to_owned()));
    let (server, host) = host(feed.clone()).await;
    let app = server.client();
    let body = json!({"userId": "ada", "url": format!("{host}/feed.ics"), "name": "School"});
    let connection = app
        .post("/v1/connections/ics", body)
        .await
        .expect_status(201)
        .json();
    insta::assert_json_snapshot!(connection, {".id" => "[id]"}, @r#"
    {
      "account": "School",
      "createdAt": "2026-11-20T10:00:00Z",
      "events": {
        "blocked": 0,
        "failed": 0,
        "pending": 0,
        "removed": 0,
        "synced": 0
      },
      "features": [
        {
          "feature": "calendar_read",
          "status": "granted"
        }
      ],
      "id": "[id]",
      "provider": "ics",
      "state": "active",
      "updatedAt": "2026-11-20T10:00:00Z",
      "userId": "ada"
    }
    "#);
    server.drain_tasks().await;

    let question = json!({"userIds": ["ada"], "from": "2026-12-01T00:00:00Z", "to": "2026-12-02T00:00:00Z"});
    let answer = app
        .post("/v1/availability", question.clone())
        .await
        .expect_status(200)
        .json();
    let busy = json!([{"start": "2026-12-01T10:00:00Z", "end": "2026-12-01T11:30:00Z"}]);
    assert_eq!(answer["users"][0]["busy"], busy);

    *feed.lock().unwrap() = FEED.replace("T100000Z", "T090000Z");
    let mut fresh = question;
    fresh["maxStalenessSeconds"] = json!(0);
    app.post("/v1/users/ada/sync", json!(null))
        .await
        .expect_status(202);
    server.drain_tasks().await;
    let answer = app
        .post("/v1/availability", fresh)
        .await
        .expect_status(200)
        .json();
    assert_eq!(answer["users"][0]["busy"][0]["start"], "2026-12-01T09:00:00Z");
}

#[tokio::test]
async fn an_address_that_is_no_calendar_says_so() {
    let (server, host) = host(Arc::default()).await;
    for (path, code) in [
        ("/page", "feed_unreadable"),
        ("/secret", "feed_unreadable"),
        ("/nothing", "feed_unreadable"),
    ] {
        let body = json!({"userId": "ada", "url": format!("{host}{path}")});
        let problem = server
            .client()
            .post("/v1/connections/ics", body)
            .await
            .expect_status(400)
            .json();
        assert_eq!(
            (&problem["code"], &problem["errors"][0]["field"]),
            (&json!(code), &json!("url")),
            "{problem}"
        );
    }
    assert_eq!(
        server.client().get("/v1/connections").await.json()["items"],
        json!([])
    );
}

#[tokio::test]
async fn a_person_corrects_a_mistyped_address() {
    let (server, host) = host(Arc::new(Mutex::new(FEED.to_owned()))).await;
    let app = server.client();
    let browser = server.browser();
    let session = json!({"userId": "ada", "provider": "ics", "returnTo": "https://app.example.com/done"});
    let session = app
        .post("/v1/connect-sessions", session)
        .await
        .expect_status(201)
        .json();
    let page = browser
        .open(session["url"].as_str().unwrap())
        .await
        .expect_status(200);

    let wrong = [
        ("ticket", ticket(&page.text)),
        ("url", format!("{host}/page\"><b>")),
    ];
    let wrong: Vec<_> = wrong
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let page = browser.submit("/connect/ics", &wrong).await.expect_status(400);
    assert!(page.text.contains("role=\"alert\""), "{}", page.text);
    assert!(!page.text.contains("<b>"), "what was typed in is escaped");
    browser.submit("/connect/ics", &wrong).await.expect_status(403);

    let address = format!("{host}/feed.ics");
    let right = [("ticket", ticket(&page.text)), ("url", address)];
    let right: Vec<_> = right
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let back = browser.submit("/connect/ics", &right).await.expect_status(303);
    assert!(
        back.header("location")
            .starts_with("https://app.example.com/done?status=connected&connectionId=")
    );
    browser.submit("/connect/ics", &right).await.expect_status(403);
    assert_eq!(
        app.get("/v1/connections").await.json()["items"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    browser
        .submit("/connect/ics", &[("url", "x")])
        .await
        .expect_status(400);
}

fn ticket(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"ticket\" value=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}
