//! Nothing is written to a calendar that is as it should be.

use kalends_testkit::{Client, TestServer, on_each_database};
use serde_json::{Value, json};

const EMAIL: &str = "ada@example.com";
const EVENTS: u32 = 20;

fn lesson(number: u32) -> Value {
    let event = json!({
        "title": format!("Lesson {number}"), "description": "Scales", "location": "Room 3",
        "url": format!("https://lyceum.example/{number}"), "timeZone": "Europe/Zurich",
        "start": format!("2026-12-{:02}T10:00:00Z", 1 + number), "end": format!("2026-12-{:02}T11:00:00Z", 1 + number),
        "people": [{"userId": "ada", "role": "organizer", "note": "Bring the Bach."}],
        "attendees": [{"email": "Eve@example.com", "name": "Eve"}], "reminders": [{"minutesBefore": 60}],
    });
    match number % 4 {
        0 => with(event, &json!({"recurrence": ["RRULE:FREQ=WEEKLY;COUNT=5"]})),
        1 => {
            let days = json!({"start": "2026-12-05", "end": "2026-12-07", "timeZone": null});
            let mut event = with(event, &days);
            event.as_object_mut().unwrap().remove("timeZone");
            event
        }
        2 => with(
            event,
            &json!({"conference": true, "visibility": "private", "color": "sage"}),
        ),
        _ => event,
    }
}

fn with(mut event: Value, more: &Value) -> Value {
    let members = more.as_object().unwrap().clone();
    event.as_object_mut().unwrap().extend(members);
    event
}

async fn put_all(app: &Client) {
    for number in 0..EVENTS {
        let answer = app
            .put(&format!("/v1/events/lesson-{number}"), lesson(number))
            .await;
        assert!(answer.status.is_success(), "{answer:?}");
    }
}

/// A call of the calendar API that Google was asked.
#[derive(Debug)]
struct Call {
    method: String,
    path: String,
}

impl Call {
    /// Whether it is a write of an event, or asks for a single one.
    fn is_about_one(&self) -> bool {
        let rest = self.path.split("/events").nth(1);
        rest.is_some_and(|rest| rest != "/watch" && (self.method != "GET" || !rest.is_empty()))
    }

    fn is_list(&self) -> bool {
        self.method == "GET" && self.path.ends_with("/events")
    }
}

/// Calls since `seq`, and the number of the last.
fn calls(server: &TestServer, seq: u64) -> (Vec<Call>, u64) {
    let calls = server.simulator.control().calls_after(seq);
    let last = calls.last().map_or(seq, |call| call.seq);
    let calls = calls.into_iter().map(|call| Call {
        method: call.method,
        path: call.path,
    });
    (
        calls.filter(|call| call.path.contains("/calendar/v3/")).collect(),
        last,
    )
}

async fn story(server: TestServer) {
    let app = server.client();
    let google = server.google(EMAIL).await;
    server
        .connect_google_for("ada", EMAIL, &["calendar_read", "calendar_write"])
        .await
        .expect_status(200);
    server.drain_tasks().await;
    let calendars = app.get("/v1/calendars?userId=ada").await.json();
    let calendar = format!("/v1/calendars/{}", calendars["items"][0]["id"].as_str().unwrap());
    app.patch(&calendar, json!({"writeTarget": true}))
        .await
        .expect_status(200);
    app.put("/v1/users/ada/settings/calendar_write", json!({"enabled": true}))
        .await
        .expect_status(200);
    let theirs = json!({"summary": "Dentist", "start": {"dateTime": "2026-12-03T08:00:00Z"},
        "end": {"dateTime": "2026-12-03T09:00:00Z"}});
    google.insert(theirs).await;
    put_all(app).await;
    server.drain_tasks().await;
    let (made, mut seq) = calls(&server, 0);
    let inserts = made
        .iter()
        .filter(|call| call.method == "POST" && call.path.ends_with("/events"));
    // One of Ada's own besides.
    assert_eq!(inserts.count(), EVENTS as usize + 1, "{made:#?}");
    // The calendar as a delta tells it after our writes, and then nothing more.
    sync(&server).await;
    seq = calls(&server, seq).1;

    let before = app.get("/v1/changes?after=0&limit=1").await.json()["lastSeq"].clone();
    for _ in 0..2 {
        server.simulator.control().expire_sync_tokens(None).unwrap();
        sync(&server).await;
    }
    put_all(app).await;
    server.drain_tasks().await;
    let (after, _) = calls(&server, seq);
    // A refused delta and a full reading, twice.
    let lists = after.iter().filter(|call| call.is_list()).count();
    assert!(lists >= 4, "the calendar was not read in full twice: {after:#?}");
    let about_one: Vec<&Call> = after.iter().filter(|call| call.is_about_one()).collect();
    assert!(about_one.is_empty(), "{about_one:#?}");

    let news = app
        .get(&format!("/v1/changes?after={before}&limit=200"))
        .await
        .json();
    let of_events = |item: &&Value| item["type"].as_str().unwrap().starts_with("event.");
    let news: Vec<&Value> = news["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(of_events)
        .collect();
    assert!(news.is_empty(), "{news:#?}");
    let external = app.get("/v1/external-events?userId=ada&limit=200").await.json();
    assert_eq!(external["items"].as_array().unwrap().len(), 1, "{external:#}");
}

async fn sync(server: &TestServer) {
    let answer = server.client().post("/v1/users/ada/sync", Value::Null).await;
    assert!(answer.status.is_success(), "{answer:?}");
    server.drain_tasks().await;
}

#[tokio::test]
async fn a_full_sync_of_an_unchanged_world_writes_nothing() {
    on_each_database(story).await;
}
