//! Connections: reading, syncing, ending.

use jiff::SignedDuration;
use kalends_testkit::TestServer;
use serde_json::{Value, json};

async fn connected(server: &TestServer) -> String {
    server.google("ada@example.com").await;
    server
        .connect_google("ada", "ada@example.com")
        .await
        .expect_status(200);
    server.drain_tasks().await;
    server.clock.advance(SignedDuration::from_mins(1));
    let connections = server.client().get("/v1/connections").await.json();
    connections["items"][0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_sync_is_asked_for_and_its_run_is_kept() {
    let server = TestServer::start().await;
    let app = server.client();
    let id = connected(&server).await;
    let account = server.google("ada@example.com").await;
    account
        .insert(json!({
            "summary": "Lesson",
            "start": {"dateTime": "2026-12-01T10:00:00Z"}, "end": {"dateTime": "2026-12-01T11:00:00Z"},
        }))
        .await;

    let asked = app
        .post(&format!("/v1/connections/{id}/sync"), Value::Null)
        .await
        .expect_status(202)
        .json();
    assert_eq!(asked["complete"], false);
    assert_eq!(asked["calendarIds"].as_array().map(Vec::len), Some(1));
    server.drain_tasks().await;

    let runs = app
        .get(&format!("/v1/connections/{id}/sync-runs"))
        .await
        .expect_status(200)
        .json();
    insta::assert_json_snapshot!(runs["items"][0], {".id" => "[id]", ".calendarId" => "[id]"}, @r#"
    {
      "calendarId": "[id]",
      "counts": {
        "created": 1,
        "deleted": 0,
        "pages": 1,
        "quarantined": 0,
        "requests": 1,
        "updated": 0
      },
      "finishedAt": "2026-11-20T10:01:00Z",
      "id": "[id]",
      "kind": "delta",
      "outcome": "completed",
      "startedAt": "2026-11-20T10:01:00Z",
      "trigger": "request"
    }
    "#);
    let first = runs["items"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&first["kind"], &first["outcome"]),
        (&json!("full"), &json!("completed"))
    );
}

#[tokio::test]
async fn a_caller_may_wait_for_the_run() {
    let server = TestServer::start().await;
    let id = connected(&server).await;
    let path = format!("/v1/connections/{id}/sync?wait=25");
    let work = async {
        tokio::task::yield_now().await;
        loop {
            server.drain_tasks().await;
            tokio::task::yield_now().await;
        }
    };
    let answer = tokio::select! {
        answer = server.client().post(&path, Value::Null) => answer.expect_status(200).json(),
        () = work => unreachable!("the work never ends by itself"),
    };
    assert_eq!(answer["complete"], true);
    assert_eq!(answer["runs"][0]["trigger"], "request");
}

#[tokio::test]
async fn disconnecting_ends_everything_at_once() {
    let server = TestServer::start().await;
    let app = server.client();
    let id = connected(&server).await;
    app.delete(&format!("/v1/connections/{id}"))
        .await
        .expect_status(204);
    app.delete(&format!("/v1/connections/{id}"))
        .await
        .expect_status(204);
    let connection = app
        .get(&format!("/v1/connections/{id}"))
        .await
        .expect_status(200)
        .json();
    assert_eq!(connection["state"], "disconnected");
    let events = app
        .get("/v1/external-events?userId=ada")
        .await
        .expect_status(200)
        .json();
    assert_eq!(events["items"], json!([]));
    let refused = app
        .post(&format!("/v1/connections/{id}/sync"), Value::Null)
        .await
        .expect_status(409);
    assert_eq!(refused.json()["code"], "reauth_required");
}

#[tokio::test]
async fn syncing_can_be_turned_off() {
    let server = TestServer::start().await;
    let app = server.client();
    let id = connected(&server).await;
    let off = json!({"syncEnabled": false});
    app.put("/v1/users/ada/settings/sync", off)
        .await
        .expect_status(200);
    for path in [
        format!("/v1/connections/{id}/sync"),
        "/v1/users/ada/sync".to_owned(),
    ] {
        let refused = app.post(&path, Value::Null).await.expect_status(409);
        assert_eq!(refused.json()["code"], "sync_disabled");
    }
}
