//! Why an instant is offered or not.

use std::sync::Mutex;

use kalends_testkit::{TestServer, on_each_database};
use serde_json::{Value, json};

/// Ada is open on Tuesdays from nine to noon and has a lesson at ten; charles is open at all times.
async fn school(server: &TestServer) {
    let app = server.client();
    for user in ["ada", "charles"] {
        app.put(&format!("/v1/users/{user}"), json!({"timeZone": "UTC"}))
            .await
            .expect_status(200);
    }
    let hours = json!({
        "timeZone": "Europe/London",
        "openHours": [{"days": [2], "start": "09:00", "end": "12:00"}],
        "overrides": [{"date": "2026-12-08", "intervals": []}],
    });
    app.put("/v1/users/ada/settings/working_hours", hours)
        .await
        .expect_status(200);
    let account = server.google("ada@example.com").await;
    account
        .insert(json!({
            "summary": "Secret lesson",
            "start": {"dateTime": "2026-12-01T10:00:00Z"}, "end": {"dateTime": "2026-12-01T10:45:00Z"},
        }))
        .await;
    server
        .connect_google("ada", "ada@example.com")
        .await
        .expect_status(200);
    server.drain_tasks().await;
}

fn question(at: &str, change: &Value) -> Value {
    let mut question = json!({
        "at": at, "userIds": ["ada"], "from": "2026-12-01T00:00:00Z", "to": "2026-12-15T00:00:00Z",
        "durationMinutes": 30,
    });
    for (field, value) in change.as_object().unwrap() {
        question[field] = value.clone();
    }
    question
        .as_object_mut()
        .unwrap()
        .retain(|_, value| !value.is_null());
    question
}

#[tokio::test]
async fn a_busy_instant_names_its_calendar_and_no_title_on_either_database() {
    on_each_database(a_busy_instant_names_its_calendar_and_no_title).await;
}

async fn a_busy_instant_names_its_calendar_and_no_title(server: TestServer) {
    school(&server).await;
    let answer = server
        .client()
        .post(
            "/v1/availability/explain",
            question("2026-12-01T10:30:00Z", &json!({})),
        )
        .await
        .expect_status(200);
    assert!(!answer.text.contains("Secret"), "{}", answer.text);
    let answer = answer.json();
    let calendar = answer["users"][0]["calendars"][0]["calendarId"].as_str().unwrap();
    let shown = answer.to_string().replace(calendar, "[calendar]");
    let shown: Value = serde_json::from_str(&shown).unwrap();
    insta::allow_duplicates! {
        insta::assert_json_snapshot!(shown);
    }
}

#[tokio::test]
async fn the_first_rule_that_fails_is_the_reason() {
    let server = TestServer::start().await;
    school(&server).await;
    let app = server.client();
    let told = Mutex::new(Vec::new());
    let check = async |at: &str, change: Value, reason: Option<&str>| {
        let body = question(at, &change);
        let answer = app
            .post("/v1/availability/explain", body.clone())
            .await
            .expect_status(200)
            .json();
        assert_eq!(
            answer.get("reason").and_then(Value::as_str),
            reason,
            "{at} {change}: {answer:#}"
        );
        assert_eq!(answer["offered"], reason.is_none());
        let calendar = answer["users"][0]["calendars"][0]["calendarId"].as_str().unwrap();
        let summary = answer["summary"]
            .as_str()
            .unwrap()
            .replace(calendar, "[calendar]");
        told.lock().unwrap().push(summary);
        // What is explained is what is offered.
        let mut asked = body;
        asked.as_object_mut().unwrap().remove("at");
        let slots = app.post("/v1/slots", asked).await.expect_status(200).json();
        let offered = slots["slots"]
            .as_array()
            .unwrap()
            .iter()
            .any(|slot| slot["start"] == at);
        assert_eq!(offered, reason.is_none(), "{at} {change}");
    };
    let none = json!({});
    check("2026-12-01T09:00:00Z", none.clone(), None).await;
    check("2026-11-30T09:00:00Z", none.clone(), Some("window")).await;
    check(
        "2026-12-01T09:00:00Z",
        json!({"minimumNoticeMinutes": 30_000}),
        Some("notice"),
    )
    .await;
    check("2026-12-01T09:00:00Z", json!({"horizonDays": 2}), Some("horizon")).await;
    check("2026-12-01T13:00:00Z", none.clone(), Some("open_hours")).await;
    check("2026-12-08T10:00:00Z", none.clone(), Some("open_hours")).await;
    check(
        "2026-12-01T09:30:00Z",
        json!({"bufferAfterMinutes": 10}),
        Some("buffers"),
    )
    .await;
    check("2026-12-01T09:10:00Z", none.clone(), Some("grid")).await;
    check(
        "2026-12-01T09:00:00Z",
        json!({"limits": {"day": {"appointments": 0}}}),
        Some("limits"),
    )
    .await;
    check(
        "2026-12-01T09:00:00Z",
        json!({"totalLimits": {"week": {"appointments": 0}}}),
        Some("organiser_limits"),
    )
    .await;
    check(
        "2026-12-01T09:30:00Z",
        json!({"maxResults": 1}),
        Some("max_results"),
    )
    .await;
    let to = json!({"to": "2027-06-30T00:00:00Z"});
    check("2027-06-01T09:00:00Z", to, Some("unknown")).await;
    let two = json!({"userIds": null, "groups": [{"name": "teachers", "userIds": ["ada", "charles"], "required": 2}]});
    check("2026-12-01T10:00:00Z", two, Some("busy")).await;
    let turn = json!({
        "userIds": null, "people": [{"userId": "ada", "earlierAppointments": 4}],
        "groups": [{"userIds": ["ada", "charles"], "required": 1, "choose": "max_fairness"}],
        "appointments": [{"userIds": ["charles"], "start": "2026-12-01T09:00:00Z", "end": "2026-12-01T09:30:00Z"}],
    });
    check("2026-12-01T09:00:00Z", turn, Some("turn")).await;
    let shape = json!({"shape": "slots", "stepMinutes": 15});
    check("2026-12-01T09:15:00Z", shape, Some("overlap")).await;
    let told = told.into_inner().unwrap().join("\n");
    insta::assert_snapshot!(told);
}
