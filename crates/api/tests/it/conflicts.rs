//! Conflicts: found, listed, flagged on both sides, resolved.

use kalends_testkit::{Client, TestServer, on_each_database};
use serde_json::{Value, json};

fn lesson(start: &str, end: &str) -> Value {
    json!({"title": "Piano lesson", "start": start, "end": end, "people": [{"userId": "ada"}]})
}

async fn open(app: &Client) -> Vec<Value> {
    let listed = app.get("/v1/conflicts?state=open").await.expect_status(200);
    listed.json()["items"].as_array().unwrap().clone()
}

async fn put(server: &TestServer, key: &str, event: Value) -> Value {
    let app = server.client();
    let put = app.put(&format!("/v1/events/{key}"), event).await.json();
    server.drain_tasks().await;
    put
}

/// Ada works from 9 to 5, has the dentist from 10 to 11 on Monday, and a lesson over it.
async fn in_conflict(server: &TestServer) -> String {
    let app = server.client();
    server
        .connect_google("ada", "ada@example.com")
        .await
        .expect_status(200);
    let google = server.google("ada@example.com").await;
    let at = |time: &str| json!({"dateTime": time});
    let dentist = json!({
        "summary": "Dentist", "start": at("2026-11-23T10:00:00Z"), "end": at("2026-11-23T11:00:00Z"),
    });
    google.insert(dentist).await;
    let hours = json!({
        "timeZone": "UTC", "openHours": [{"days": [1, 2, 3, 4, 5], "start": "09:00", "end": "17:00"}],
    });
    app.put("/v1/users/ada/settings/working_hours", hours)
        .await
        .expect_status(200);
    server.drain_tasks().await;
    put(
        server,
        "lesson-17",
        lesson("2026-11-23T10:30:00Z", "2026-11-23T11:30:00Z"),
    )
    .await;
    let open = open(app).await;
    assert_eq!(open.len(), 1, "{open:?}");
    open[0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_conflict_is_flagged_on_both_and_told() {
    let transcripts = on_each_database(async |server| {
        let id = in_conflict(&server).await;
        let app = server.client();
        let event = app.get("/v1/events/lesson-17").await.json();
        assert_eq!(event["hasConflict"], true);
        let listed = app.get("/v1/events?userId=ada").await.json();
        assert_eq!(listed["items"][0]["hasConflict"], true);
        let external = app.get("/v1/external-events?userId=ada").await.json();
        assert_eq!(external["items"][0]["conflictsWith"], json!(["lesson-17"]));
        assert_eq!(open(app).await[0]["with"]["id"], external["items"][0]["id"]);
        let feed = app.get("/v1/changes?limit=200").await.json();
        let told = feed["items"].as_array().unwrap().iter();
        let told: Vec<&Value> = told
            .filter(|change| change["type"] == "conflict.detected")
            .collect();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0]["data"]["conflictId"], id);
        let shown = json!([
            open(app).await[0],
            told[0]["data"],
            told[0]["subjectId"],
            told[0]["userId"]
        ]);
        put(
            &server,
            "lesson-17",
            lesson("2026-11-23T11:00:00Z", "2026-11-23T12:00:00Z"),
        )
        .await;
        assert_eq!(app.get("/v1/events/lesson-17").await.json()["hasConflict"], false);
        let external = app.get("/v1/external-events?userId=ada").await.json();
        assert_eq!(external["items"][0].get("conflictsWith"), None);
        shown
    })
    .await;
    for transcript in transcripts {
        insta::assert_json_snapshot!("flagged_and_told", transcript, {
            "[].id" => "[id]", "[].with.id" => "[id]", "[].conflictId" => "[id]",
        });
    }
}

#[tokio::test]
async fn it_is_moved_to_a_suggestion_once() {
    on_each_database(async |server| {
        let id = in_conflict(&server).await;
        let app = server.client();
        let path = format!("/v1/conflicts/{id}");
        let suggested = app
            .get(&format!("{path}/suggestions"))
            .await
            .expect_status(200)
            .json();
        let first = &suggested["suggestions"][0];
        assert_eq!(
            *first,
            json!({"start": "2026-11-23T11:00:00Z", "end": "2026-11-23T12:00:00Z"})
        );

        let taken = json!({"action": "move", "start": "2026-11-23T10:00:00Z"});
        let refused = app
            .post(&format!("{path}/resolve"), taken)
            .await
            .expect_status(409)
            .json();
        assert_eq!(refused["code"], "not_free");
        assert_eq!(refused["alternatives"][0], *first);

        let action = json!({"action": "move", "start": first["start"]});
        let resolved = app
            .post(&format!("{path}/resolve"), action.clone())
            .await
            .expect_status(200)
            .json();
        assert_eq!(
            (&resolved["state"], &resolved["resolution"]),
            (&json!("resolved"), &json!("moved"))
        );
        let again = app
            .post(&format!("{path}/resolve"), action)
            .await
            .expect_status(409)
            .json();
        assert_eq!(again["code"], "conflict_resolved");
        let again = app
            .get(&format!("{path}/suggestions"))
            .await
            .expect_status(409)
            .json();
        assert_eq!(again["code"], "conflict_resolved");
        let event = app.get("/v1/events/lesson-17").await.json();
        assert_eq!(event["start"], "2026-11-23T11:00:00Z");
        server.drain_tasks().await;
        assert!(open(app).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn bad_questions_are_refused_with_the_field_that_is_wrong() {
    let server = TestServer::start().await;
    let id = in_conflict(&server).await;
    let app = server.client();
    let resolve = format!("/v1/conflicts/{id}/resolve");
    for (body, field) in [
        (json!({"action": "move"}), "start"),
        (
            json!({"action": "keep_both", "start": "2026-11-23T12:00:00Z"}),
            "start",
        ),
        (
            json!({"action": "move", "start": "2026-11-19T12:00:00Z"}),
            "start",
        ),
        (json!({"action": "fight"}), "action"),
    ] {
        let refused = app.post(&resolve, body).await.expect_status(400).json();
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
    }
    for (query, field) in [
        ("kind=quarrel", "kind"),
        ("state=closed", "state"),
        ("userId=%01", "userId"),
        ("eventKey=%01", "eventKey"),
        ("limit=0", "limit"),
        ("cursor=x", "cursor"),
    ] {
        let refused = app
            .get(&format!("/v1/conflicts?{query}"))
            .await
            .expect_status(400)
            .json();
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
    }
    assert_eq!(open(app).await.len(), 1);
}

#[tokio::test]
async fn lists_are_filtered_and_paged() {
    let server = TestServer::start().await;
    let id = in_conflict(&server).await;
    let app = server.client();
    put(
        &server,
        "late",
        lesson("2026-11-23T18:00:00Z", "2026-11-23T19:00:00Z"),
    )
    .await;
    let count = async |query: &str| {
        let listed = app
            .get(&format!("/v1/conflicts?{query}"))
            .await
            .expect_status(200)
            .json();
        listed["items"].as_array().unwrap().len()
    };
    assert_eq!(count("").await, 2);
    assert_eq!(count("kind=outside_hours").await, 1);
    assert_eq!(count("eventKey=late").await, 1);
    assert_eq!(count("eventKey=unheard-of").await, 0);
    assert_eq!(count("userId=ada&state=open").await, 2);
    assert_eq!(count("userId=bob").await, 0);
    app.post(
        &format!("/v1/conflicts/{id}/resolve"),
        json!({"action": "keep_both"}),
    )
    .await
    .expect_status(200);
    assert_eq!((count("state=open").await, count("state=resolved").await), (1, 1));
    let first = app.get("/v1/conflicts?limit=1").await.json();
    let cursor = first["nextCursor"].as_str().unwrap();
    let second = app
        .get(&format!("/v1/conflicts?limit=1&cursor={cursor}"))
        .await
        .json();
    assert_eq!(second["items"][0]["eventKey"], "late");
    assert_eq!(second.get("nextCursor"), None);
}

#[tokio::test]
async fn another_tenant_finds_nothing() {
    let server = TestServer::start().await;
    let id = in_conflict(&server).await;
    let other = server.other_tenant("Others").await;
    assert!(open(&other).await.is_empty());
    other
        .get(&format!("/v1/conflicts/{id}/suggestions"))
        .await
        .expect_status(404);
    let resolve = format!("/v1/conflicts/{id}/resolve");
    other
        .post(&resolve, json!({"action": "cancel_ours"}))
        .await
        .expect_status(404);
    assert_eq!(open(server.client()).await.len(), 1);
}
