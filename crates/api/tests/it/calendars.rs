//! Calendars: what counts, what is written to.

use kalends_testkit::TestServer;
use serde_json::json;

#[tokio::test]
async fn a_calendar_is_found_deselected_and_selected() {
    let server = TestServer::start().await;
    let app = server.client();
    let account = server.google("ada@example.com").await;
    account
        .insert(json!({
            "summary": "Lesson",
            "start": {"dateTime": "2026-12-01T10:00:00Z"}, "end": {"dateTime": "2026-12-01T11:00:00Z"},
        }))
        .await;
    server
        .connect_google("ada", "ada@example.com")
        .await
        .expect_status(200);
    server.drain_tasks().await;

    let calendars = app
        .get("/v1/calendars?userId=ada")
        .await
        .expect_status(200)
        .json();
    let calendar = &calendars["items"][0];
    insta::assert_json_snapshot!(calendar, {".id" => "[id]", ".connectionId" => "[id]"}, @r##"
    {
      "accessRole": "own",
      "canCreateMeet": true,
      "canWrite": true,
      "color": "#9fe1e7",
      "connectionId": "[id]",
      "coverage": {
        "from": "2026-10-21T10:00:00Z",
        "until": "2027-03-01T00:00:00Z"
      },
      "freeBusyOnly": false,
      "id": "[id]",
      "lastSyncedAt": "2026-11-20T10:00:00Z",
      "name": "ada@example.com",
      "primary": true,
      "provider": "google",
      "push": {
        "reason": "no_public_url",
        "state": "off"
      },
      "quarantined": 0,
      "retryCount": 0,
      "selected": true,
      "syncStatus": "idle",
      "timeZone": "UTC",
      "userId": "ada",
      "writeTarget": false
    }
    "##);

    let path = format!("/v1/calendars/{}", calendar["id"].as_str().unwrap());
    let question = json!({"userIds": ["ada"], "from": "2026-12-01T00:00:00Z", "to": "2026-12-02T00:00:00Z"});
    let busy = || async {
        let answer = app
            .post("/v1/availability", question.clone())
            .await
            .expect_status(200)
            .json();
        answer["users"][0]["busy"].clone()
    };
    assert_eq!(
        busy().await,
        json!([{"start": "2026-12-01T10:00:00Z", "end": "2026-12-01T11:00:00Z"}])
    );
    let off = app
        .patch(&path, json!({"selected": false}))
        .await
        .expect_status(200)
        .json();
    assert_eq!(off["selected"], false);
    assert_eq!(busy().await, json!([]));
    app.patch(&path, json!({"selected": true}))
        .await
        .expect_status(200);
    server.drain_tasks().await;
    assert_eq!(
        busy().await,
        json!([{"start": "2026-12-01T10:00:00Z", "end": "2026-12-01T11:00:00Z"}])
    );

    let target = app
        .patch(&path, json!({"writeTarget": true}))
        .await
        .expect_status(200)
        .json();
    assert_eq!(target["writeTarget"], true);
    app.patch("/v1/calendars/01982f6e-5c00-7a41-8a5e-7d0f3c1b2a90", json!({}))
        .await
        .expect_status(404);
}
