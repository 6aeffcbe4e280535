//! What belongs to another tenant is not found.

use kalends_testkit::TestServer;
use serde_json::json;

#[tokio::test]
async fn another_tenants_things_are_not_found() {
    let server = TestServer::start().await;
    let ours = server.client();
    server.google("ada@example.com").await;
    server
        .connect_google("ada", "ada@example.com")
        .await
        .expect_status(200);
    server.drain_tasks().await;
    let connection = ours.get("/v1/connections").await.json()["items"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let calendar = ours.get("/v1/calendars").await.json()["items"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let block = json!({"start": "2026-12-01T09:00:00Z", "end": "2026-12-01T10:00:00Z"});
    let block = ours
        .post("/v1/users/ada/blocks", block)
        .await
        .expect_status(201)
        .json();
    let block = block["id"].as_str().unwrap();

    let theirs = server.other_tenant("Autoschool").await;
    for list in ["/v1/users", "/v1/connections", "/v1/calendars", "/v1/changes"] {
        let page = theirs.get(list).await.expect_status(200).json();
        assert_eq!(page["items"], json!([]), "{list}");
        assert_ne!(ours.get(list).await.json()["items"], json!([]), "{list}");
    }
    for path in [
        "/v1/users/ada".to_owned(),
        "/v1/users/ada/blocks".to_owned(),
        "/v1/users/ada/settings/sync".to_owned(),
        format!("/v1/connections/{connection}"),
        format!("/v1/connections/{connection}/sync-runs"),
        "/v1/external-events?userId=ada".to_owned(),
    ] {
        theirs.get(&path).await.expect_status(404);
        ours.get(&path).await.expect_status(200);
    }
    theirs
        .post(&format!("/v1/connections/{connection}/sync"), json!({}))
        .await
        .expect_status(404);
    theirs
        .patch(&format!("/v1/calendars/{calendar}"), json!({"selected": false}))
        .await
        .expect_status(404);
    theirs
        .delete(&format!("/v1/users/ada/blocks/{block}"))
        .await
        .expect_status(404);
    theirs
        .delete(&format!("/v1/connections/{connection}"))
        .await
        .expect_status(404);
    theirs.delete("/v1/users/ada").await.expect_status(404);
    let window = json!({"from": "2026-12-01T00:00:00Z", "to": "2026-12-02T00:00:00Z", "durationMinutes": 30});
    for subject in [json!({"userIds": ["ada"]}), json!({"calendarIds": [calendar]})] {
        let mut question = window.clone();
        question.as_object_mut().unwrap().remove("durationMinutes");
        question
            .as_object_mut()
            .unwrap()
            .extend(subject.as_object().unwrap().clone());
        theirs.post("/v1/availability", question).await.expect_status(404);
    }
    let mut question = window;
    question["userIds"] = json!(["ada"]);
    theirs.post("/v1/slots", question).await.expect_status(404);
    ours.get(&format!("/v1/connections/{connection}"))
        .await
        .expect_status(200);
}

#[tokio::test]
async fn a_tenant_says_which_side_stays() {
    let server = TestServer::start().await;
    let app = server.client();
    let tenant = app.get("/v1/tenant").await.expect_status(200).json();
    assert_eq!(tenant["policy"], "newest_wins");
    let changed = app
        .patch("/v1/tenant", json!({"policy": "ask"}))
        .await
        .expect_status(200);
    assert_eq!(changed.json()["policy"], "ask");
    let same = app.patch("/v1/tenant", json!({})).await.expect_status(200);
    assert_eq!(same.json()["policy"], "ask");
    let wrong = app
        .patch("/v1/tenant", json!({"policy": "mine"}))
        .await
        .expect_status(400)
        .json();
    assert_eq!(
        (&wrong["code"], &wrong["errors"][0]["field"]),
        (&json!("invalid_request"), &json!("policy"))
    );
}
