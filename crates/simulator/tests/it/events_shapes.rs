//! Which members an answer has, and how their values are written (discovery document, schemas `Event` and `Events`;
//! the answers of the real service that its users have published).

use serde_json::{Value, json};

use crate::harness::{EVENTS, Google};

const TEAM: &str = "/calendar/v3/calendars/c_team%40group.calendar.google.com/events";

async fn ana() -> Google {
    let google = Google::start().await;
    let world = json!({
        "users": [{"email": "ana@example.com", "calendars": [{"id": "c_team@group.calendar.google.com"}]}, {"email": "ben@example.com"}],
        "calendars": [{"id": "c_team@group.calendar.google.com", "summary": "Team", "owner": "ana@example.com", "timeZone": "Europe/Zurich"}],
    });
    google
        .sim
        .control()
        .load_world(world.to_string().as_bytes())
        .unwrap();
    google
        .sim
        .control()
        .advance(jiff::SignedDuration::from_millis(6167));
    google
}

fn lesson() -> Value {
    json!({"summary": "Lesson", "start": {"dateTime": "2026-12-01T16:00:00Z", "timeZone": "UTC"},
        "end": {"dateTime": "2026-12-01T17:00:00Z", "timeZone": "UTC"}})
}

fn with(mut body: Value, members: &Value) -> Value {
    for (name, value) in members.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

#[track_caller]
fn has(event: &Value, members: &str) {
    let mut seen: Vec<&str> = event.as_object().unwrap().keys().map(String::as_str).collect();
    let mut expect: Vec<&str> = members.split_whitespace().collect();
    seen.sort_unstable();
    expect.sort_unstable();
    assert_eq!(seen, expect, "{event}");
}

/// What every event has that is not deleted.
const COMMON: &str = "kind etag id status htmlLink created updated creator organizer start end iCalUID sequence reminders eventType";

#[tokio::test]
async fn an_event_has_what_was_said_and_what_every_event_has() {
    let google = ana().await;
    let bare = json!({"start": {"date": "2026-12-24"}, "end": {"date": "2026-12-25"}});
    has(&google.insert(&bare).await, COMMON);
    let event = google.insert(&lesson()).await;
    has(&event, &format!("{COMMON} summary"));
    // Defaults and empty texts are not told.
    let defaults = json!({"transparency": "opaque", "visibility": "default", "attendees": [], "recurrence": [], "description": "",
        "location": "", "guestsCanInviteOthers": true, "guestsCanSeeOtherGuests": true, "guestsCanModify": false,
        "anyoneCanAddSelf": false, "endTimeUnspecified": false, "extendedProperties": {"private": {}}, "gadget": {"type": "x"},
        "unknown": 1, "htmlLink": "https://own.example", "locked": true});
    has(
        &google.insert(&with(lesson(), &defaults)).await,
        &format!("{COMMON} summary"),
    );
    let all = json!({"transparency": "transparent", "visibility": "public", "attendees": [{"email": "x@example.net"}], "description": "d",
        "location": "l", "colorId": "3", "guestsCanInviteOthers": false, "guestsCanSeeOtherGuests": false, "guestsCanModify": true,
        "anyoneCanAddSelf": true, "extendedProperties": {"private": {"a": "b"}}, "source": {"url": "https://x.example", "title": "t"}});
    has(&google.insert(&with(lesson(), &all)).await, &format!("{COMMON} summary transparency visibility attendees description location
        colorId guestsCanInviteOthers guestsCanSeeOtherGuests guestsCanModify anyoneCanAddSelf extendedProperties source"));
}

#[tokio::test]
async fn values_are_written_as_google_writes_them() {
    let google = ana().await;
    let event = google.insert(&lesson()).await;
    let etag = event["etag"].as_str().unwrap();
    let digits = etag.trim_matches('"');
    assert_eq!(etag, format!("\"{digits}\""));
    assert!(
        digits.len() == 16 && digits.ends_with("000") && digits.bytes().all(|c| c.is_ascii_digit()),
        "{etag}"
    );
    assert_eq!(
        (&event["created"], &event["updated"]),
        (
            &"2026-11-20T12:00:06.000Z".into(),
            &"2026-11-20T12:00:06.167Z".into()
        )
    );
    let second = google.insert(&lesson()).await;
    assert!(second["etag"].as_str().unwrap().ends_with("000\"") && second["etag"] != event["etag"]);
    let eid = event["htmlLink"]
        .as_str()
        .unwrap()
        .strip_prefix("https://www.google.com/calendar/event?eid=")
        .unwrap();
    assert!(
        eid.bytes()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_')),
        "{eid}"
    );
    let team = google.post(TEAM, &lesson()).await.ok();
    assert_eq!(
        team["start"],
        json!({"dateTime": "2026-12-01T17:00:00+01:00", "timeZone": "UTC"})
    );
    let page = google.get(EVENTS).await.ok();
    assert!(page["etag"].as_str().unwrap().starts_with("\"p"));
    assert_eq!(page["updated"], "2026-11-20T12:00:06.167Z");
}

#[tokio::test]
async fn instances_exceptions_and_tombstones_have_their_members() {
    let mut google = ana().await;
    let series = google.insert(&with(lesson(), &json!({"recurrence": ["RRULE:FREQ=WEEKLY;COUNT=3"], "attendees": [{"email": "ben@example.com"}]}))).await;
    has(&series, &format!("{COMMON} summary recurrence attendees"));
    let id = series["id"].as_str().unwrap();
    let instance = google.get(&format!("{EVENTS}/{id}_20261208T160000Z")).await.ok();
    has(
        &instance,
        &format!("{COMMON} summary attendees recurringEventId originalStartTime"),
    );
    google
        .patch(
            &format!("{EVENTS}/{id}_20261208T160000Z"),
            &json!({"summary": "Other"}),
        )
        .await
        .ok();
    google
        .delete(&format!("{EVENTS}/{id}_20261215T160000Z"))
        .await
        .ok();
    let single = google.insert(&lesson()).await;
    let page = google.get(EVENTS).await.ok();
    has(
        &page,
        "kind etag summary description updated timeZone accessRole defaultReminders items nextSyncToken",
    );
    let token = page["nextSyncToken"].as_str().unwrap();
    let items = page["items"].as_array().unwrap();
    let exception = items.iter().find(|one| one["summary"] == "Other").unwrap();
    has(
        exception,
        &format!("{COMMON} summary attendees recurringEventId originalStartTime"),
    );
    let cancelled = items.iter().find(|one| one["status"] == "cancelled").unwrap();
    has(
        cancelled,
        "kind etag id status recurringEventId originalStartTime",
    );
    assert_eq!(
        cancelled["originalStartTime"],
        json!({"dateTime": "2026-12-15T16:00:00Z", "timeZone": "UTC"})
    );
    google
        .delete(&format!("{EVENTS}/{}", single["id"].as_str().unwrap()))
        .await
        .ok();
    let delta = google.get(&format!("{EVENTS}?syncToken={token}")).await.ok();
    has(&delta["items"][0], "kind etag id status");
    // Who asks for deleted events gets what is needed to restore them, but only of the own ones.
    let delta = google
        .get(&format!("{EVENTS}?syncToken={token}&showDeleted=true"))
        .await
        .ok();
    has(&delta["items"][0], &format!("{COMMON} summary"));
    has(
        &google
            .get(&format!("{EVENTS}/{}", single["id"].as_str().unwrap()))
            .await
            .ok(),
        &format!("{COMMON} summary"),
    );
    google.delete(&format!("{EVENTS}/{id}")).await.ok();
    google.act_as("ben@example.com", &["calendar"]);
    let list = google.get(&format!("{EVENTS}?showDeleted=true")).await.ok();
    for one in list["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["recurringEventId"].is_null())
    {
        has(one, "kind etag id status");
    }
}

#[tokio::test]
async fn a_deleted_series_is_told_as_its_instances_where_instances_are_told() {
    let google = ana().await;
    let series = google
        .insert(&with(
            lesson(),
            &json!({"recurrence": ["RRULE:FREQ=WEEKLY;COUNT=3"]}),
        ))
        .await;
    google
        .delete(&format!("{EVENTS}/{}", series["id"].as_str().unwrap()))
        .await
        .ok();
    let count = |page: &Value| page["items"].as_array().unwrap().len();
    assert_eq!(
        count(&google.get(&format!("{EVENTS}?singleEvents=true")).await.ok()),
        0
    );
    assert_eq!(
        count(&google.get(&format!("{EVENTS}?showDeleted=true")).await.ok()),
        1
    );
    let both = google
        .get(&format!("{EVENTS}?singleEvents=true&showDeleted=true"))
        .await
        .ok();
    assert_eq!(count(&both), 3);
    for one in both["items"].as_array().unwrap() {
        has(one, "kind etag id status recurringEventId originalStartTime");
    }
}

#[tokio::test]
async fn a_list_that_has_not_changed_is_304() {
    let google = ana().await;
    google.insert(&lesson()).await;
    let etag = google.get(EVENTS).await.ok()["etag"].as_str().unwrap().to_owned();
    let again = || {
        google
            .request(reqwest::Method::GET, EVENTS)
            .header("if-none-match", &etag)
            .send()
    };
    assert_eq!(again().await.unwrap().status(), 304);
    google.insert(&lesson()).await;
    assert_eq!(again().await.unwrap().status(), 200);
}
