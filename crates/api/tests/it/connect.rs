//! From a connect link to a connection, as a person's browser goes.

use jiff::SignedDuration;
use kalends_testkit::{TestServer, on_each_database};
use serde_json::{Value, json};
use url::Url;

const RETURN_TO: &str = "https://app.example.com/settings?tab=calendar";

async fn link(server: &TestServer, session: Value) -> String {
    let session = server
        .client()
        .post("/v1/connect-sessions", session)
        .await
        .expect_status(201);
    session.json()["url"].as_str().unwrap().to_owned()
}

fn query(address: &str, name: &str) -> Option<String> {
    let address = Url::parse(address).unwrap();
    let found = address.query_pairs().find(|(key, _)| key == name);
    found.map(|(_, value)| value.into_owned())
}

#[tokio::test]
async fn a_person_connects_and_comes_back_on_either_database() {
    on_each_database(a_person_connects_and_comes_back).await;
}

async fn a_person_connects_and_comes_back(server: TestServer) {
    let app = server.client();
    server.google("ada@example.com").await;
    let browser = server.browser();

    let link = link(
        &server,
        json!({"userId": "ada", "provider": "google", "returnTo": RETURN_TO}),
    )
    .await;
    assert!(
        link.starts_with("http://127.0.0.1:8080/v1/oauth/google/start?ticket="),
        "{link}"
    );
    let start = browser.open(&link).await.expect_status(303);
    let cookie = start.header("set-cookie");
    assert!(
        cookie.starts_with("kalends-oauth-") && cookie.contains("; HttpOnly; SameSite=Lax"),
        "{cookie}"
    );
    let authorize = start.header("location");
    assert_eq!(query(authorize, "code_challenge_method").as_deref(), Some("S256"));

    let callback = browser.consent(authorize, "ada@example.com").await;
    let back = browser.open(&callback).await.expect_status(303);
    assert!(
        back.header("set-cookie").contains("Max-Age=0"),
        "the cookie is taken away"
    );
    let location = back.header("location");
    assert!(
        location.starts_with("https://app.example.com/settings?tab=calendar&status=connected"),
        "{location}"
    );

    let connections = app.get("/v1/connections?userId=ada").await.json();
    let connection = &connections["items"][0];
    assert_eq!(
        connection["id"].as_str(),
        query(location, "connectionId").as_deref()
    );
    insta::allow_duplicates! {
    insta::assert_json_snapshot!(connection, {".id" => "[id]"}, @r#"
    {
      "account": "ada@example.com",
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
      "provider": "google",
      "state": "active",
      "updatedAt": "2026-11-20T10:00:00Z",
      "userId": "ada"
    }
    "#);
    }

    browser.open(&callback).await.expect_status(403);
    let repeated = browser.open(&link).await.expect_status(403);
    assert!(
        repeated.text.contains("This link was used already"),
        "{}",
        repeated.text
    );
    let kinds: Vec<Value> = app.get("/v1/changes").await.json()["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["type"].clone())
        .collect();
    assert_eq!(kinds, ["connection.created"]);
}

#[tokio::test]
async fn the_same_account_again_is_the_same_connection() {
    let server = TestServer::start().await;
    server.google("ada@example.com").await;
    server
        .connect_google("ada", "ada@example.com")
        .await
        .expect_status(200);
    server
        .connect_google("ada", "ada@example.com")
        .await
        .expect_status(200);
    server.clock.advance(SignedDuration::from_secs(1));
    server
        .connect_google("ada", "ada.private@example.com")
        .await
        .expect_status(200);
    let connections = server.client().get("/v1/connections").await.json();
    let accounts: Vec<&Value> = connections["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["account"])
        .collect();
    assert_eq!(accounts, ["ada@example.com", "ada.private@example.com"]);
}

#[tokio::test]
async fn a_person_declines() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let with_return = link(
        &server,
        json!({"userId": "ada", "provider": "google", "returnTo": RETURN_TO}),
    )
    .await;
    let start = browser.open(&with_return).await.expect_status(303);
    let callback = browser.decline(start.header("location")).await;
    let back = browser.open(&callback).await.expect_status(303);
    let expected = "https://app.example.com/settings?tab=calendar&status=error&code=access_denied";
    assert_eq!(back.header("location"), expected);

    let without = link(&server, json!({"userId": "ada", "provider": "google"})).await;
    let start = browser.open(&without).await.expect_status(303);
    let callback = browser.decline(start.header("location")).await;
    let page = browser.open(&callback).await.expect_status(403);
    assert!(page.text.contains("You did not give access"), "{}", page.text);
    assert_eq!(
        server.client().get("/v1/connections").await.json()["items"],
        json!([])
    );
}

#[tokio::test]
async fn a_callback_counts_only_in_the_browser_that_started() {
    let server = TestServer::start().await;
    server.google("ada@example.com").await;
    let (victim, attacker) = (server.browser(), server.browser());
    let link = link(&server, json!({"userId": "ada", "provider": "google"})).await;
    let start = attacker.open(&link).await.expect_status(303);
    let callback = attacker
        .consent(start.header("location"), "ada@example.com")
        .await;
    let page = victim.open(&callback).await.expect_status(403);
    assert!(page.text.contains("another browser"), "{}", page.text);
    // The state is used up by the attempt.
    attacker.open(&callback).await.expect_status(403);
    assert_eq!(
        server.client().get("/v1/connections").await.json()["items"],
        json!([])
    );
}

#[tokio::test]
async fn links_and_round_trips_end() {
    let server = TestServer::start().await;
    server.google("ada@example.com").await;
    let browser = server.browser();
    let late = link(&server, json!({"userId": "ada", "provider": "google"})).await;
    let slow = link(&server, json!({"userId": "ada", "provider": "google"})).await;
    let start = browser.open(&slow).await.expect_status(303);
    let callback = browser.consent(start.header("location"), "ada@example.com").await;
    server.clock.advance(SignedDuration::from_mins(11));
    browser.open(&callback).await.expect_status(403);
    server.clock.advance(SignedDuration::from_mins(20));
    browser.open(&late).await.expect_status(403);
    for path in [
        "/v1/oauth/google/callback",
        "/v1/oauth/google/callback?state=nonsense&code=nonsense",
        "/v1/oauth/microsoft/callback?state=nonsense&code=nonsense",
        "/v1/oauth/google/start?ticket=nonsense",
        "/connect?ticket=nonsense",
    ] {
        browser.open(path).await.expect_status(403);
    }
    for path in [
        "/v1/oauth/gogle/start?ticket=nonsense",
        "/v1/oauth/google/start",
        "/connect",
    ] {
        let page = browser.open(path).await.expect_status(400);
        assert!(
            page.text.starts_with("<!doctype html>"),
            "people get a page: {}",
            page.text
        );
    }
    let problem = server
        .client()
        .get("/v1/oauth/google/start?ticket=nonsense")
        .await
        .expect_status(403);
    assert_eq!(
        problem.json()["code"],
        "ticket_invalid",
        "programs get the problem itself"
    );
}

#[tokio::test]
async fn a_person_chooses_on_the_page() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let link = link(&server, json!({"userId": "ada"})).await;
    assert!(
        link.starts_with("http://127.0.0.1:8080/connect?ticket="),
        "{link}"
    );
    let page = browser.open(&link).await.expect_status(200);
    assert!(page.text.contains("<strong>Lyceum</strong>"));
    assert!(page.text.contains("action=\"/v1/oauth/google/start\""));
    assert!(page.text.contains("action=\"/connect/ics\""));
    assert!(
        page.header("content-security-policy")
            .contains("frame-ancestors 'none'")
    );
    let ticket = query(&link, "ticket").unwrap();
    let start = browser
        .open(&format!("/v1/oauth/google/start?ticket={ticket}"))
        .await
        .expect_status(303);
    assert!(start.header("location").starts_with(server.simulator.base_url()));
    browser.open(&link).await.expect_status(403);
}

#[tokio::test]
async fn a_link_for_one_provider_serves_no_other() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let link = link(&server, json!({"userId": "ada", "provider": "ics"})).await;
    let page = browser.open(&link).await.expect_status(200);
    assert!(!page.text.contains("/v1/oauth/google/start"));
    let ticket = query(&link, "ticket").unwrap();
    browser
        .open(&format!("/v1/oauth/google/start?ticket={ticket}"))
        .await
        .expect_status(400);
    browser.open(&link).await.expect_status(200);
}

#[tokio::test]
async fn the_expected_account_is_named_to_the_provider() {
    let server = TestServer::start().await;
    let wish = json!({"userId": "ada", "provider": "google", "loginHint": "ada@example.com"});
    let link = link(&server, wish).await;
    let start = server.browser().open(&link).await.expect_status(303);
    let hint = query(start.header("location"), "login_hint");
    assert_eq!(hint.as_deref(), Some("ada@example.com"));
    let wish = json!({"userId": "ada", "loginHint": "a".repeat(321)});
    let problem = server
        .client()
        .post("/v1/connect-sessions", wish)
        .await
        .expect_status(400);
    assert_eq!(problem.json()["errors"][0]["field"], "loginHint");
}
