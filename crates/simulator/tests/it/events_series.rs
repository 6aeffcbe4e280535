//! Series as clients handle them (Google Calendar API guide "Recurring events"; discovery document, `recurrence`,
//! `originalStartTime`, `visibility`).

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{EVENTS, Google};

async fn zurich() -> Google {
    let google = Google::start().await;
    let world = json!({"users": [{"email": "ana@example.com", "settings": {"timezone": "Europe/Zurich"}}]});
    google
        .sim
        .control()
        .load_world(world.to_string().as_bytes())
        .unwrap();
    google
}

/// Tuesdays at four in Zurich from the first of December.
fn weekly(rule: &str) -> Value {
    json!({"summary": "Piano", "start": {"dateTime": "2026-12-01T16:00:00", "timeZone": "Europe/Zurich"},
        "end": {"dateTime": "2026-12-01T17:00:00", "timeZone": "Europe/Zurich"}, "recurrence": [rule]})
}

fn path(event: &Value) -> String {
    format!("{EVENTS}/{}", event["id"].as_str().unwrap())
}

async fn shown(google: &Google, query: &str) -> Vec<Value> {
    let page = google
        .get(&format!("{EVENTS}?singleEvents=true&orderBy=startTime{query}"))
        .await
        .ok();
    page["items"].as_array().unwrap().clone()
}

fn starts(items: &[Value]) -> Vec<&str> {
    items
        .iter()
        .map(|one| one["start"]["dateTime"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn an_instance_has_its_place_and_nothing_of_the_rule() {
    let google = zurich().await;
    let series = google.insert(&weekly("RRULE:FREQ=WEEKLY;COUNT=2")).await;
    let id = series["id"].as_str().unwrap();
    let items = shown(&google, "").await;
    assert_eq!(items[1]["id"], format!("{id}_20261208T150000Z"));
    assert_eq!(items[1]["recurringEventId"], *id);
    let at = json!({"dateTime": "2026-12-08T16:00:00+01:00", "timeZone": "Europe/Zurich"});
    assert_eq!((&items[1]["start"], &items[1]["originalStartTime"]), (&at, &at));
    assert!(items[1].get("recurrence").is_none());
    for same in [
        "iCalUID",
        "etag",
        "created",
        "updated",
        "sequence",
        "summary",
        "creator",
        "organizer",
        "reminders",
    ] {
        assert_eq!(items[1][same], series[same], "{same}");
    }
    assert_ne!(items[1]["htmlLink"], items[0]["htmlLink"]);
    assert_eq!(
        google.get(&format!("{EVENTS}/{id}_20261208T150000Z")).await.ok(),
        items[1]
    );
    let days = google.insert(&json!({"recurrence": ["RRULE:FREQ=DAILY;COUNT=2"], "start": {"date": "2026-12-24"}, "end": {"date": "2026-12-25"}})).await;
    let id = days["id"].as_str().unwrap();
    let day = google.get(&format!("{EVENTS}/{id}_20261225")).await.ok();
    assert_eq!(
        (&day["originalStartTime"], &day["end"]),
        (&json!({"date": "2026-12-25"}), &json!({"date": "2026-12-26"}))
    );
    assert_eq!(
        google.get(&format!("{EVENTS}/{id}_20261226")).await.refused(),
        (404, "notFound")
    );
}

#[tokio::test]
async fn this_and_following_is_an_end_and_a_new_series() {
    let google = zurich().await;
    let series = google.insert(&weekly("RRULE:FREQ=WEEKLY;COUNT=5")).await;
    let sync = google.get(&format!("{EVENTS}?singleEvents=true")).await.ok();
    let token = sync["nextSyncToken"].as_str().unwrap();
    let until = json!({"recurrence": ["RRULE:FREQ=WEEKLY;UNTIL=20261215T145959Z"]});
    let ended = google.patch(&path(&series), &until).await.ok();
    assert_eq!(ended["sequence"], 1);
    let mut rest = weekly("RRULE:FREQ=WEEKLY;COUNT=3");
    rest["id"] = format!(
        "{}r20261215t150000z",
        series["id"].as_str().unwrap().replace(|c| c > 'v', "0")
    )
    .replace(['z', 't'], "0")
    .into();
    rest["start"]["dateTime"] = "2026-12-15T18:00:00".into();
    rest["end"]["dateTime"] = "2026-12-15T19:00:00".into();
    let rest = google.insert(&rest).await;
    assert_eq!(
        starts(&shown(&google, "").await),
        [
            "2026-12-01T16:00:00+01:00",
            "2026-12-08T16:00:00+01:00",
            "2026-12-15T18:00:00+01:00",
            "2026-12-22T18:00:00+01:00",
            "2026-12-29T18:00:00+01:00",
        ]
    );
    let delta = google
        .get(&format!("{EVENTS}?singleEvents=true&syncToken={token}"))
        .await
        .ok();
    let items = delta["items"].as_array().unwrap();
    let gone: Vec<&str> = items
        .iter()
        .filter(|one| one["status"] == "cancelled")
        .map(|one| one["originalStartTime"]["dateTime"].as_str().unwrap())
        .collect();
    assert_eq!(
        gone,
        [
            "2026-12-15T16:00:00+01:00",
            "2026-12-22T16:00:00+01:00",
            "2026-12-29T16:00:00+01:00"
        ]
    );
    assert_eq!(
        items
            .iter()
            .filter(|one| one["recurringEventId"] == rest["id"])
            .count(),
        3
    );
}

#[tokio::test]
async fn exceptions_follow_their_series_in_what_they_left_as_it_was() {
    let google = zurich().await;
    let series = google.insert(&weekly("RRULE:FREQ=WEEKLY;COUNT=3")).await;
    let second = format!("{}_20261208T150000Z", path(&series));
    google
        .patch(
            &second,
            &json!({"summary": "Recital", "attendees": [{"email": "x@example.net"}]}),
        )
        .await
        .ok();
    google.patch(&path(&series), &json!({"summary": "Piano lesson", "location": "Hall", "attendees": [{"email": "y@example.net"}]})).await.ok();
    let exception = google.get(&second).await.ok();
    assert_eq!(
        (&exception["summary"], &exception["location"]),
        (&"Recital".into(), &"Hall".into())
    );
    let guests: Vec<&Value> = exception["attendees"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["email"])
        .collect();
    assert_eq!(guests, ["x@example.net", "y@example.net"]);
}

#[tokio::test]
async fn moving_a_series_drops_the_exceptions_whose_place_is_gone() {
    let google = zurich().await;
    let series = google.insert(&weekly("RRULE:FREQ=WEEKLY;COUNT=3")).await;
    let second = format!("{}_20261208T150000Z", path(&series));
    google.patch(&second, &json!({"summary": "Recital"})).await.ok();
    // A longer lesson keeps every place.
    google
        .patch(
            &path(&series),
            &json!({"end": {"dateTime": "2026-12-01T17:30:00+01:00"}}),
        )
        .await
        .ok();
    assert_eq!(google.get(&second).await.ok()["status"], "confirmed");
    google
        .patch(
            &path(&series),
            &json!({"start": {"dateTime": "2026-12-01T15:00:00+01:00"}}),
        )
        .await
        .ok();
    assert_eq!(google.get(&second).await.ok()["status"], "cancelled");
    assert_eq!(
        starts(&shown(&google, "").await),
        [
            "2026-12-01T15:00:00+01:00",
            "2026-12-08T15:00:00+01:00",
            "2026-12-15T15:00:00+01:00"
        ]
    );
}

#[tokio::test]
async fn a_stricter_visibility_of_one_instance_is_that_of_all() {
    let google = zurich().await;
    let series = google.insert(&weekly("RRULE:FREQ=WEEKLY;COUNT=2")).await;
    let first = format!("{}_20261201T150000Z", path(&series));
    google.patch(&first, &json!({"visibility": "public"})).await.ok();
    assert!(
        google.get(&first).await.ok().get("visibility").is_none(),
        "a less restrictive one is ignored"
    );
    google.patch(&first, &json!({"visibility": "private"})).await.ok();
    assert!(
        shown(&google, "")
            .await
            .iter()
            .all(|one| one["visibility"] == "private")
    );
}

#[tokio::test]
async fn a_series_that_becomes_one_event_takes_its_instances_back() {
    let google = zurich().await;
    let series = google.insert(&weekly("RRULE:FREQ=WEEKLY;COUNT=3")).await;
    let token = google.get(&format!("{EVENTS}?singleEvents=true")).await.ok()["nextSyncToken"]
        .as_str()
        .unwrap()
        .to_owned();
    let single = google
        .patch(&path(&series), &json!({"recurrence": null}))
        .await
        .ok();
    assert!(single.get("recurrence").is_none());
    let delta = google
        .get(&format!("{EVENTS}?singleEvents=true&syncToken={token}"))
        .await
        .ok();
    let states: Vec<&Value> = delta["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["status"])
        .collect();
    assert_eq!(states, ["confirmed", "cancelled", "cancelled", "cancelled"]);
}

#[tokio::test]
async fn an_update_revives_what_was_deleted_and_a_patch_alone_does_not() {
    let google = zurich().await;
    let event = google.insert(&weekly("RRULE:FREQ=WEEKLY;COUNT=2")).await;
    google.delete(&path(&event)).await.ok();
    assert_eq!(
        google.patch(&path(&event), &json!({"summary": "x"})).await.ok()["status"],
        "cancelled"
    );
    let put = google
        .send(Method::PUT, &path(&event), &weekly("RRULE:FREQ=WEEKLY;COUNT=2"))
        .await
        .ok();
    assert_eq!(put["status"], "confirmed");
    assert_eq!(shown(&google, "").await.len(), 2);
}

#[tokio::test]
async fn recurrence_lines_that_google_refuses_are_refused() {
    let google = zurich().await;
    for line in [
        "DTSTART:20261201T160000",
        "RRULE:FREQ=SOMETIMES",
        "RRULE:INTERVAL=2",
        "EXDATE:tomorrow",
        "",
    ] {
        assert_eq!(
            google.post(EVENTS, &weekly(line)).await.refused(),
            (400, "invalid"),
            "{line}"
        );
    }
    let series = google.insert(&weekly("RRULE:FREQ=WEEKLY;COUNT=2")).await;
    let instance = format!("{}_20261208T150000Z", path(&series));
    let again = json!({"recurrence": ["RRULE:FREQ=DAILY"]});
    assert_eq!(google.patch(&instance, &again).await.refused(), (400, "invalid"));
    let extra = json!({"recurrence": ["RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE;TZID=Europe/Zurich:20261208T160000", "RDATE;TZID=Europe/Zurich:20261210T160000"]});
    google.patch(&path(&series), &extra).await.ok();
    assert_eq!(
        starts(&shown(&google, "").await),
        [
            "2026-12-01T16:00:00+01:00",
            "2026-12-10T16:00:00+01:00",
            "2026-12-15T16:00:00+01:00"
        ]
    );
}
