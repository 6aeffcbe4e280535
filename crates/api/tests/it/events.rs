//! The application's events: bodies, versions and conditions.

use axum::{
    body::Body,
    http::{Method, Request},
};
use kalends_testkit::{Answer, Client, TestServer};
use serde_json::{Value, json};

const PATH: &str = "/v1/events/lesson-17";

fn lesson() -> Value {
    json!({
        "title": "Piano lesson", "start": "2026-12-01T10:00:00Z", "end": "2026-12-01T12:00:00+01:00",
        "people": [{"userId": "ada"}],
    })
}

/// Sends a request with a condition.
async fn send(app: &Client, method: Method, body: Option<Value>, condition: (&str, &str)) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(PATH)
        .header("authorization", app.authorization())
        .header("content-type", "application/json")
        .header(condition.0, condition.1);
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    app.raw(request.body(body).unwrap()).await
}

async fn server() -> TestServer {
    let server = TestServer::start().await;
    for user in ["ada", "bob"] {
        let path = format!("/v1/users/{user}");
        server
            .client()
            .put(&path, json!({"timeZone": "Europe/London"}))
            .await
            .expect_status(200);
    }
    server
}

#[tokio::test]
async fn an_event_is_put_read_changed_and_cancelled() {
    let server = server().await;
    let app = server.client();
    let made = app.put(PATH, lesson()).await.expect_status(201);
    assert_eq!(made.header("etag"), "\"1\"");
    insta::assert_json_snapshot!(made.json(), {".id" => "[id]"}, @r#"
    {
      "addedBy": true,
      "attendees": [],
      "conference": false,
      "createdAt": "2026-11-20T10:00:00Z",
      "description": "",
      "end": "2026-12-01T11:00:00Z",
      "id": "[id]",
      "invitations": false,
      "key": "lesson-17",
      "links": [],
      "location": "",
      "metadata": {},
      "people": [
        {
          "role": "organizer",
          "userId": "ada"
        }
      ],
      "recurrence": [],
      "reminders": null,
      "start": "2026-12-01T10:00:00Z",
      "status": "confirmed",
      "sync": true,
      "timeZone": "UTC",
      "title": "Piano lesson",
      "transparency": "opaque",
      "updatedAt": "2026-11-20T10:00:00Z",
      "version": 1,
      "visibility": "default"
    }
    "#);
    let again = app.put(PATH, lesson()).await.expect_status(200);
    assert_eq!((again.header("etag"), &again.text), ("\"1\"", &made.text));
    assert_eq!(app.get(PATH).await.expect_status(200).text, made.text);

    let whole = json!({
        "title": "Concert", "description": "All of it", "location": "Hall", "url": "https://lyceum.example/17",
        "source": {"title": "Lyceum", "url": "https://lyceum.example"},
        "start": "2026-12-05", "end": "2026-12-06", "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=3"],
        "people": [{"userId": "ada", "role": "organizer", "note": "Keys"}, {"userId": "bob"}],
        "attendees": [{"email": "eve@example.com", "name": "Eve", "optional": true}], "invitations": true,
        "reminders": [{"minutesBefore": 60}], "visibility": "private", "transparency": "transparent",
        "color": "sage", "conference": true, "addedBy": "Played by Lyceum", "sync": false, "status": "tentative",
        "metadata": {"course": "piano"},
    });
    let changed = app.put(PATH, whole).await.expect_status(200);
    assert_eq!(changed.header("etag"), "\"2\"");
    insta::assert_json_snapshot!(changed.json(), {".id" => "[id]"}, @r#"
    {
      "addedBy": "Played by Lyceum",
      "attendees": [
        {
          "email": "eve@example.com",
          "name": "Eve",
          "optional": true
        }
      ],
      "color": "sage",
      "conference": true,
      "createdAt": "2026-11-20T10:00:00Z",
      "description": "All of it",
      "end": "2026-12-06",
      "id": "[id]",
      "invitations": true,
      "key": "lesson-17",
      "links": [],
      "location": "Hall",
      "metadata": {
        "course": "piano"
      },
      "people": [
        {
          "note": "Keys",
          "role": "organizer",
          "userId": "ada"
        },
        {
          "role": "participant",
          "userId": "bob"
        }
      ],
      "recurrence": [
        "RRULE:FREQ=WEEKLY;COUNT=3"
      ],
      "reminders": [
        {
          "by": "popup",
          "minutesBefore": 60
        }
      ],
      "source": {
        "title": "Lyceum",
        "url": "https://lyceum.example"
      },
      "start": "2026-12-05",
      "status": "tentative",
      "sync": false,
      "title": "Concert",
      "transparency": "transparent",
      "updatedAt": "2026-11-20T10:00:00Z",
      "url": "https://lyceum.example/17",
      "version": 2,
      "visibility": "private"
    }
    "#);

    let cancelled = app.delete(PATH).await.expect_status(200);
    assert_eq!(
        (&cancelled.json()["status"], &cancelled.json()["version"]),
        (&json!("cancelled"), &json!(3))
    );
    assert_eq!(app.delete(PATH).await.expect_status(200).header("etag"), "\"3\"");
    assert_eq!(app.get(PATH).await.expect_status(200).text, cancelled.text);
}

#[tokio::test]
async fn conditions_are_kept_and_the_version_is_named() {
    let server = server().await;
    let app = server.client();
    let put = |condition| send(app, Method::PUT, Some(lesson()), condition);
    let refused = put(("if-match", "*")).await.expect_status(412);
    assert_eq!(
        (refused.header("etag"), &refused.json()["code"]),
        ("", &json!("version_mismatch"))
    );
    put(("if-none-match", "*")).await.expect_status(201);
    let refused = put(("if-none-match", "*")).await.expect_status(412);
    assert_eq!(refused.header("etag"), "\"1\"");
    put(("if-match", "\"1\"")).await.expect_status(200);
    put(("if-match", "\"2\"")).await.expect_status(412);
    let malformed = put(("if-match", "2")).await.expect_status(400);
    assert_eq!(malformed.json()["errors"][0]["field"], "If-Match");
    let delete = |condition| send(app, Method::DELETE, None, condition);
    delete(("if-match", "\"2\"")).await.expect_status(412);
    delete(("if-match", "\"1\"")).await.expect_status(200);
}

#[tokio::test]
async fn a_person_who_is_no_user_is_named() {
    let server = server().await;
    let app = server.client();
    let mut body = lesson();
    body["people"] = json!([{"userId": "ada", "role": "organizer"}, {"userId": "nobody"}]);
    let refused = app.put(PATH, body).await.expect_status(404).json();
    assert_eq!(refused["code"], "not_found");
    assert_eq!(
        refused["errors"],
        json!([{"field": "people[1].userId", "message": "no such user"}])
    );
    app.get(PATH).await.expect_status(404);
}

#[tokio::test]
async fn another_tenant_has_another_event_of_the_same_key() {
    let server = server().await;
    server.client().put(PATH, lesson()).await.expect_status(201);
    let other = server.other_tenant("Other").await;
    other.get(PATH).await.expect_status(404);
    other.delete(PATH).await.expect_status(404);
    other
        .put("/v1/users/ada", json!({"timeZone": "UTC"}))
        .await
        .expect_status(200);
    other.put(PATH, lesson()).await.expect_status(201);
    assert_eq!(server.client().get(PATH).await.json()["version"], 1);
}

#[tokio::test]
async fn an_event_says_how_its_calendars_stand() {
    let server = server().await;
    let app = server.client();
    server
        .connect_google("ada", "ada@example.com")
        .await
        .expect_status(200);
    server.drain_tasks().await;
    let calendars = app.get("/v1/calendars?userId=ada").await.json();
    let calendar = format!("/v1/calendars/{}", calendars["items"][0]["id"].as_str().unwrap());
    app.patch(&calendar, json!({"writeTarget": true}))
        .await
        .expect_status(200);
    let path = "/v1/users/ada/settings/calendar_write";
    app.put(path, json!({"enabled": true})).await.expect_status(200);
    let made = app.put(PATH, lesson()).await.expect_status(201).json();
    insta::assert_json_snapshot!(made, {
        ".id" => "[id]", ".links[].id" => "[id]", ".links[].calendarId" => "[id]", ".links[].connectionId" => "[id]",
    }, @r#"
    {
      "addedBy": true,
      "attendees": [],
      "conference": false,
      "createdAt": "2026-11-20T10:00:00Z",
      "description": "",
      "end": "2026-12-01T11:00:00Z",
      "id": "[id]",
      "invitations": false,
      "key": "lesson-17",
      "links": [
        {
          "calendarId": "[id]",
          "connectionId": "[id]",
          "id": "[id]",
          "off": false,
          "provider": "google",
          "responses": [],
          "status": "pending",
          "userId": "ada"
        }
      ],
      "location": "",
      "metadata": {},
      "people": [
        {
          "role": "organizer",
          "userId": "ada"
        }
      ],
      "recurrence": [],
      "reminders": null,
      "start": "2026-12-01T10:00:00Z",
      "status": "confirmed",
      "sync": true,
      "syncStatus": "pending",
      "timeZone": "UTC",
      "title": "Piano lesson",
      "transparency": "opaque",
      "updatedAt": "2026-11-20T10:00:00Z",
      "version": 1,
      "visibility": "default"
    }
    "#);
}
