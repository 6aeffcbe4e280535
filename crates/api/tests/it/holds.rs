//! Holds and demands of free time: of all who want one time one gets it, and the others hear what there is instead.

use kalends_testkit::TestServer;
use serde_json::{Value, json};

async fn server() -> TestServer {
    let server = TestServer::start().await;
    for user in ["ada", "bob"] {
        let path = format!("/v1/users/{user}");
        let profile = json!({"timeZone": "Europe/London"});
        server.client().put(&path, profile).await.expect_status(200);
    }
    server
}

fn lesson(start: &str, end: &str) -> Value {
    json!({
        "title": "Piano lesson", "start": format!("2026-12-01T{start}:00Z"), "end": format!("2026-12-01T{end}:00Z"),
        "people": [{"userId": "ada"}],
    })
}

fn with(mut event: Value, field: &str, value: Value) -> Value {
    event[field] = value;
    event
}

#[tokio::test]
async fn a_hold_is_placed_read_extended_and_confirmed() {
    let server = server().await;
    let app = server.client();
    let body = json!({"key": "cart-5", "ttlSeconds": 600, "event": lesson("10:00", "11:00")});
    let placed = app.post("/v1/holds", body).await.expect_status(201).json();
    insta::assert_json_snapshot!(placed, {".id" => "[id]"});
    let hold = format!("/v1/holds/{}", placed["id"].as_str().unwrap());
    assert_eq!(app.get(&hold).await.expect_status(200).json(), placed);
    let extended = app
        .post(&format!("{hold}/extend"), json!({"ttlSeconds": 1200}))
        .await;
    assert_eq!(
        extended.expect_status(200).json()["expiresAt"],
        "2026-11-20T10:20:00Z"
    );

    // Its time is taken; explanations and slots know by what.
    let question = json!({
        "userIds": ["ada"], "from": "2026-12-01T10:00:00Z", "to": "2026-12-01T12:00:00Z", "durationMinutes": 60,
        "at": "2026-12-01T10:00:00Z",
    });
    let why = app.post("/v1/availability/explain", question.clone()).await;
    let why = why.expect_status(200).json();
    let busy = why["rules"]
        .as_array()
        .unwrap()
        .iter()
        .find(|rule| rule["rule"] == "busy")
        .unwrap();
    assert!(
        busy.to_string().contains(placed["id"].as_str().unwrap()),
        "{busy}"
    );
    let mut ignoring = question;
    ignoring.as_object_mut().unwrap().remove("at");
    ignoring["ignore"] = json!([{"holdId": placed["id"]}]);
    let slots = app.post("/v1/slots", ignoring).await.expect_status(200).json();
    assert_eq!(slots["slots"].as_array().unwrap().len(), 2);

    let confirm = json!({"eventKey": "lesson-17", "event": {"title": "Piano lesson with Bob"}});
    let confirmed = app.post(&format!("{hold}/confirm"), confirm.clone()).await;
    let confirmed = confirmed.expect_status(200).json();
    assert_eq!(
        (&confirmed["state"], &confirmed["eventKey"]),
        (&json!("confirmed"), &json!("lesson-17"))
    );
    let event = app.get("/v1/events/lesson-17").await.expect_status(200).json();
    assert_eq!(
        (&event["id"], &event["status"], &event["title"]),
        (
            &placed["id"],
            &json!("confirmed"),
            &json!("Piano lesson with Bob")
        )
    );
    app.post(&format!("{hold}/confirm"), confirm)
        .await
        .expect_status(200);
    let late = app
        .post(&format!("{hold}/extend"), json!({}))
        .await
        .expect_status(409);
    assert_eq!(late.json()["code"], "hold_ended");
    assert_eq!(
        app.delete(&hold).await.expect_status(409).json()["code"],
        "hold_ended"
    );
    let listed = app.get("/v1/holds?userId=ada&state=confirmed&key=cart-5").await;
    assert_eq!(listed.expect_status(200).json()["items"][0]["id"], placed["id"]);
}

#[tokio::test]
async fn who_comes_late_hears_by_what_and_when_instead() {
    let server = server().await;
    let app = server.client();
    let free = |event: Value| with(event, "requireFree", json!(true));
    app.put("/v1/events/lesson-17", free(lesson("10:00", "11:00")))
        .await
        .expect_status(201);
    let refused = app
        .put("/v1/events/lesson-18", free(lesson("10:30", "11:30")))
        .await;
    let refused = refused.expect_status(409).json();
    insta::assert_json_snapshot!(refused, {".requestId" => "[id]"});
    app.get("/v1/events/lesson-18").await.expect_status(404);
    // The same again keeps what it has; without the demand everything goes.
    app.put("/v1/events/lesson-17", free(lesson("10:00", "11:00")))
        .await
        .expect_status(200);
    app.put("/v1/events/lesson-18", lesson("10:30", "11:30"))
        .await
        .expect_status(201);
    let terms = json!({"bufferBeforeMinutes": 15, "onUnreachable": "open"});
    let close = with(lesson("11:40", "12:00"), "requireFree", terms);
    let refused = app
        .put("/v1/events/lesson-19", close)
        .await
        .expect_status(409)
        .json();
    assert_eq!(refused["taken"][0]["by"][0]["eventKey"], "lesson-18");
    let hold = json!({"event": lesson("10:00", "11:00")});
    assert_eq!(
        app.post("/v1/holds", hold).await.expect_status(409).json()["code"],
        "not_free"
    );
}

#[tokio::test]
async fn a_hold_runs_out_and_can_be_released() {
    let server = server().await;
    let app = server.client();
    let body = || json!({"key": "cart-5", "event": lesson("10:00", "11:00")});
    let first = app.post("/v1/holds", body()).await.expect_status(201).json();
    let taken = app
        .post("/v1/holds", with(body(), "event", lesson("12:00", "13:00")))
        .await;
    assert_eq!(taken.expect_status(409).json()["code"], "hold_exists");
    let path = format!("/v1/holds/{}", first["id"].as_str().unwrap());
    app.delete(&path).await.expect_status(204);
    app.delete(&path).await.expect_status(204);
    let second = app.post("/v1/holds", body()).await.expect_status(201).json();
    server.clock.advance(jiff::SignedDuration::from_mins(15));
    server.drain_tasks().await;
    let path = format!("/v1/holds/{}", second["id"].as_str().unwrap());
    assert_eq!(app.get(&path).await.json()["state"], "expired");
    let late = app
        .post(&format!("{path}/confirm"), json!({"eventKey": "a"}))
        .await;
    assert_eq!(late.expect_status(409).json()["code"], "hold_ended");
    let changes = app.get("/v1/changes?after=0").await.json();
    let kinds: Vec<&str> = changes["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["type"].as_str().unwrap())
        .filter(|kind| kind.starts_with("hold."))
        .collect();
    assert_eq!(
        kinds,
        ["hold.placed", "hold.released", "hold.placed", "hold.expired"]
    );
}

#[tokio::test]
async fn holds_of_another_tenant_are_not_there() {
    let server = server().await;
    let body = json!({"event": lesson("10:00", "11:00")});
    let placed = server
        .client()
        .post("/v1/holds", body)
        .await
        .expect_status(201)
        .json();
    let hold = format!("/v1/holds/{}", placed["id"].as_str().unwrap());
    let other = server.other_tenant("Other").await;
    other.get(&hold).await.expect_status(404);
    other.delete(&hold).await.expect_status(404);
    other
        .post(&format!("{hold}/extend"), json!({}))
        .await
        .expect_status(404);
    other
        .post(&format!("{hold}/confirm"), json!({"eventKey": "a"}))
        .await
        .expect_status(404);
    assert_eq!(other.get("/v1/holds").await.json()["items"], json!([]));
}
