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

/// Ada has her events written to her main calendar.
async fn writes(server: &TestServer) {
    let app = server.client();
    server
        .connect_google_for("ada", "ada@example.com", &["calendar_read", "calendar_write"])
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
      "hasConflict": false,
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
      "hasConflict": false,
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
    writes(&server).await;
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
      "hasConflict": false,
      "id": "[id]",
      "invitations": false,
      "key": "lesson-17",
      "links": [
        {
          "calendarId": "[id]",
          "connectionId": "[id]",
          "hasConflict": false,
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

/// The keys of the events that a query lists.
async fn listed(app: &Client, query: &str) -> Vec<String> {
    let page = app
        .get(&format!("/v1/events{query}"))
        .await
        .expect_status(200)
        .json();
    let keys = page["items"].as_array().unwrap().iter();
    keys.map(|event| event["key"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn events_are_found_by_person_time_status_and_metadata() {
    let server = server().await;
    let app = server.client();
    let put = async |key: &str, change: Value| {
        let mut body = lesson();
        for (field, value) in change.as_object().unwrap() {
            body[field] = value.clone();
        }
        app.put(&format!("/v1/events/{key}"), body)
            .await
            .expect_status(201);
    };
    put("a", json!({"metadata": {"course": "piano", "room": "a:b"}})).await;
    put(
        "b",
        json!({"start": "2026-12-02T10:00:00Z", "end": "2026-12-02T11:00:00Z", "people": [{"userId": "bob"}]}),
    )
    .await;
    put(
        "c",
        json!({
            "start": "2026-12-01T10:30:00Z", "end": "2026-12-01T11:30:00Z", "timeZone": "UTC",
            "recurrence": ["RRULE:FREQ=WEEKLY"], "metadata": {"course": "piano"},
        }),
    )
    .await;
    put("d", json!({"start": "2026-12-03", "end": "2026-12-04"})).await;
    app.delete("/v1/events/d").await.expect_status(200);

    assert_eq!(listed(app, "").await, ["a", "c", "b", "d"]);
    assert_eq!(listed(app, "?userId=bob").await, ["b"]);
    assert_eq!(listed(app, "?userId=nobody").await, [""; 0]);
    assert_eq!(listed(app, "?status=cancelled").await, ["d"]);
    assert_eq!(listed(app, "?from=2026-12-01T11:00:00Z").await, ["c", "b", "d"]);
    assert_eq!(
        listed(app, "?from=2026-12-10T00:00:00Z&to=2026-12-11T00:00:00Z").await,
        ["c"]
    );
    assert_eq!(listed(app, "?metadata=course:piano").await, ["a", "c"]);
    assert_eq!(
        listed(app, "?metadata=course:piano&metadata=room:a:b").await,
        ["a"]
    );
    assert_eq!(listed(app, "?syncStatus=pending").await, [""; 0]);
    let other = server.other_tenant("Other").await;
    assert_eq!(listed(&other, "").await, [""; 0]);

    let first = app.get("/v1/events?limit=3").await.expect_status(200).json();
    let next = first["nextCursor"].as_str().unwrap();
    assert_eq!(listed(app, &format!("?limit=3&cursor={next}")).await, ["d"]);
}

#[tokio::test]
async fn an_event_is_taken_off_one_calendar_and_put_back() {
    let server = server().await;
    let app = server.client();
    writes(&server).await;
    let made = app.put(PATH, lesson()).await.expect_status(201).json();
    server.drain_tasks().await;
    assert_eq!(app.get(PATH).await.json()["syncStatus"], "synced");
    let link = format!("{PATH}/links/{}", made["links"][0]["id"].as_str().unwrap());
    for _ in 0..2 {
        let off = app
            .post(&format!("{link}/remove"), Value::Null)
            .await
            .expect_status(200)
            .json();
        assert_eq!(off["links"][0]["off"], true);
        server.drain_tasks().await;
    }
    assert_eq!(listed(app, "?syncStatus=removed").await, ["lesson-17"]);
    let mut moved = lesson();
    moved["title"] = json!("Violin lesson");
    let moved = app.put(PATH, moved).await.expect_status(200).json();
    assert_eq!(
        (&moved["syncStatus"], &moved["links"][0]["off"]),
        (&json!("removed"), &json!(true))
    );
    app.post(&format!("{link}/restore"), Value::Null)
        .await
        .expect_status(200);
    server.drain_tasks().await;
    let back = app.get(PATH).await.json();
    assert_eq!(
        (&back["syncStatus"], &back["links"][0]["off"]),
        (&json!("synced"), &json!(false))
    );

    let unknown = format!("{PATH}/links/01982f6e-5c00-7a41-8a5e-7d0f3c1b2a90/remove");
    app.post(&unknown, Value::Null).await.expect_status(404);
    let other = server.other_tenant("Other").await;
    other
        .post(&format!("{link}/remove"), Value::Null)
        .await
        .expect_status(404);
}

#[tokio::test]
async fn what_nobody_did_is_not_undone() {
    let server = server().await;
    let app = server.client();
    app.put(PATH, lesson()).await.expect_status(201);
    let undo = format!("{PATH}/undo");
    let unknown = app.post(&undo, json!({"seq": 1})).await.expect_status(404).json();
    assert_eq!(
        (&unknown["code"], &unknown["errors"][0]["field"]),
        (&json!("not_found"), &json!("seq"))
    );
    let wrong = app
        .post(&undo, json!({"seq": "x"}))
        .await
        .expect_status(400)
        .json();
    assert_eq!(wrong["code"], "invalid_request");
    app.post("/v1/events/nobody/undo", json!({"seq": 1}))
        .await
        .expect_status(404);
}

#[tokio::test]
async fn single_times_of_a_series_are_changed_and_cancelled() {
    let server = server().await;
    let app = server.client();
    let mut series = lesson();
    series["recurrence"] = json!(["RRULE:FREQ=WEEKLY;COUNT=4"]);
    series["timeZone"] = json!("Europe/London");
    app.put(PATH, series.clone()).await.expect_status(201);
    let second = format!("{PATH}/occurrences/2026-12-08T10:00:00Z");
    let moved = json!({"start": "2026-12-08T14:00:00Z", "end": "2026-12-08T15:00:00Z", "location": "Room 5"});
    let changed = app.put(&second, moved.clone()).await.expect_status(200);
    assert_eq!(changed.header("etag"), "\"2\"");
    assert_eq!(
        changed.json()["exceptions"],
        json!([{
            "originalStart": "2026-12-08T10:00:00Z", "start": "2026-12-08T14:00:00Z", "end": "2026-12-08T15:00:00Z",
            "location": "Room 5",
        }])
    );
    let again = app.put(&second, moved).await.expect_status(200);
    assert_eq!(again.header("etag"), "\"2\"");
    let put = app.put(PATH, series.clone()).await.expect_status(200);
    assert_eq!(
        put.text, again.text,
        "putting the series keeps what single times are"
    );

    let third = format!("{PATH}/occurrences/20261215T100000Z");
    for _ in 0..2 {
        let without = app.delete(&third).await.expect_status(200);
        assert_eq!(without.header("etag"), "\"3\"");
        assert_eq!(without.json()["recurrence"][1], "EXDATE:20261215T100000Z");
    }
    let like_others = app.put(&second, json!({})).await.expect_status(200).json();
    assert_eq!(like_others["exceptions"], Value::Null);

    let none = format!("{PATH}/occurrences/2026-12-09T10:00:00Z");
    let refused = app
        .put(&none, json!({"title": "x"}))
        .await
        .expect_status(404)
        .json();
    assert_eq!(refused["errors"][0]["field"], "start");
    app.delete(&none).await.expect_status(404);
    app.put(&third, json!({"title": "x"})).await.expect_status(404);
    let wrong = [
        (json!({"start": "2026-12-08T14:00:00Z"}), "end"),
        (json!({"end": "2026-12-08T14:00:00Z"}), "start"),
        (json!({"start": "2026-12-08", "end": "2026-12-09"}), "timeZone"),
        (json!({"titel": "x"}), "titel"),
        (json!({"title": ""}), "exceptions[20261208T100000Z].title"),
    ];
    for (body, field) in wrong {
        let refused = app.put(&second, body).await.expect_status(400).json();
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
    }
    let nonsense = app
        .delete(&format!("{PATH}/occurrences/tomorrow"))
        .await
        .expect_status(400);
    assert_eq!(nonsense.json()["errors"][0]["field"], "start");
    let other = server.other_tenant("Other").await;
    other.delete(&second).await.expect_status(404);
}

#[tokio::test]
async fn a_series_is_split_into_two() {
    let server = server().await;
    let app = server.client();
    writes(&server).await;
    let mut series = lesson();
    series["recurrence"] = json!(["RRULE:FREQ=WEEKLY;COUNT=4"]);
    series["timeZone"] = json!("Europe/London");
    app.put(PATH, series).await.expect_status(201);
    server.drain_tasks().await;
    let split = format!("{PATH}/split");
    let at = |start: &str, key: &str| json!({"start": start, "key": key});
    let taken = app
        .post(&split, at("2026-12-15T10:00:00Z", "lesson-17"))
        .await
        .expect_status(409);
    assert_eq!(taken.json()["errors"][0]["field"], "key");
    let first = app
        .post(&split, at("2026-12-01T10:00:00Z", "b"))
        .await
        .expect_status(409);
    assert_eq!(first.json()["errors"][0]["field"], "start");
    app.post(&split, at("2026-12-16T10:00:00Z", "b"))
        .await
        .expect_status(404);
    app.post(&split, at("soon", "b")).await.expect_status(400);
    app.post(&split, at("2026-12-15T10:00:00Z", ""))
        .await
        .expect_status(400);

    let tail = app
        .post(&split, at("2026-12-15T10:00:00Z", "lesson-17-b"))
        .await
        .expect_status(201)
        .json();
    assert_eq!(tail["recurrence"], json!(["RRULE:COUNT=2;FREQ=WEEKLY"]));
    assert_eq!(tail["start"], "2026-12-15T10:00:00Z");
    server.drain_tasks().await;
    for path in [PATH, "/v1/events/lesson-17-b"] {
        assert_eq!(app.get(path).await.json()["syncStatus"], "synced", "{path}");
    }
    let head = app.get(PATH).await.json();
    assert_eq!(
        head["recurrence"],
        json!(["RRULE:FREQ=WEEKLY;UNTIL=20261215T095959Z"])
    );
    let query = "?from=2026-12-20T00:00:00Z";
    assert_eq!(listed(app, query).await, ["lesson-17-b"]);
}
