//! The audit: what a caller believes of a calendar against what the calendar says.

use serde_json::{Value, json};

use crate::harness::{EVENTS, Google};

async fn audit(google: &Google, order: &Value) -> Value {
    google.post("/_sim/audit", order).await.ok()
}

fn event(summary: &str, hour: u32) -> Value {
    json!({"summary": summary, "start": {"dateTime": format!("2026-11-23T{hour:02}:00:00Z")},
        "end": {"dateTime": format!("2026-11-23T{:02}:00:00Z", hour + 1)}})
}

fn order(events: &[Value]) -> Value {
    json!({"calendar": "ana@example.com", "events": events})
}

#[tokio::test]
async fn who_believes_the_truth_agrees() {
    let google = Google::start().await;
    let made = google.insert(&event("Lesson", 9)).await;
    let believed = json!({"id": made["id"], "etag": made["etag"], "updated": made["updated"], "status": "confirmed",
        "summary": "Lesson", "busy": true, "start": "2026-11-23T10:00:00+01:00", "end": {"dateTime": "2026-11-23T10:00:00Z"}});
    let answer = audit(&google, &order(&[believed])).await;
    assert_eq!(
        answer,
        json!({"agrees": true, "events": 1, "missing": [], "unexpected": [], "different": [],
            "missingBusy": [], "unexpectedBusy": []})
    );
}

#[tokio::test]
async fn what_is_missing_unexpected_or_different_is_named() {
    let google = Google::start().await;
    let known = google.insert(&event("Known", 9)).await;
    let unknown = google.insert(&event("Unknown", 11)).await;
    let deleted = google.insert(&event("Deleted", 13)).await;
    let path = format!("{EVENTS}/{}", deleted["id"].as_str().unwrap());
    google.delete(&path).await;
    let believed = [
        json!({"id": known["id"], "etag": "\"1\"", "busy": false, "summary": "Known", "start": "2026-11-23T09:30:00Z"}),
        json!({"id": deleted["id"], "status": "confirmed"}),
        json!({"id": "neverwas"}),
        json!({"id": "neverwas2", "status": "cancelled"}),
    ];
    let answer = audit(&google, &order(&believed)).await;
    assert_eq!(answer["agrees"], false);
    assert_eq!(answer["events"], 2);
    assert_eq!(answer["unexpected"], json!([deleted["id"], "neverwas"]));
    assert_eq!(answer["missing"].as_array().unwrap().len(), 1);
    assert_eq!(answer["missing"][0]["id"], unknown["id"]);
    assert_eq!(answer["missing"][0]["summary"], "Unknown");
    let different = &answer["different"][0];
    assert_eq!(different["id"], known["id"]);
    assert_eq!(
        different["fields"],
        json!({
            "etag": {"believed": "\"1\"", "actual": known["etag"]},
            "busy": {"believed": false, "actual": true},
            "start": {"believed": "2026-11-23T09:30:00Z", "actual": "2026-11-23T09:00:00Z"},
        })
    );
    let aware = [
        json!({"id": known["id"]}),
        json!({"id": unknown["id"]}),
        json!({"id": deleted["id"], "status": "cancelled"}),
    ];
    assert_eq!(audit(&google, &order(&aware)).await["agrees"], true);
}

#[tokio::test]
async fn a_day_is_not_the_same_as_its_midnight() {
    let google = Google::start().await;
    let all_day = json!({"start": {"date": "2026-11-24"}, "end": {"date": "2026-11-25"}});
    let made = google.insert(&all_day).await;
    for (start, agrees) in [
        (json!("2026-11-24"), true),
        (json!({"date": "2026-11-24"}), true),
        (json!("2026-11-24T00:00:00Z"), false),
        (json!("2026-11-25"), false),
    ] {
        let answer = audit(&google, &order(&[json!({"id": made["id"], "start": start})])).await;
        assert_eq!(answer["agrees"], agrees, "{start}");
    }
}

#[tokio::test]
async fn instances_of_series_are_compared_in_a_window() {
    let google = Google::start().await;
    let mut series = event("Daily", 9);
    series["start"]["timeZone"] = "UTC".into();
    series["end"]["timeZone"] = "UTC".into();
    series["recurrence"] = json!(["RRULE:FREQ=DAILY;COUNT=4"]);
    let id = google.insert(&series).await["id"].as_str().unwrap().to_owned();
    let moved = format!("{id}_20261124T090000Z");
    let change =
        json!({"start": {"dateTime": "2026-11-24T15:00:00Z"}, "end": {"dateTime": "2026-11-24T16:00:00Z"}});
    google.patch(&format!("{EVENTS}/{moved}"), &change).await.ok();
    let believed = json!([
        {"id": format!("{id}_20261123T090000Z"), "start": "2026-11-23T09:00:00Z"},
        {"id": moved, "start": "2026-11-24T09:00:00Z"},
    ]);
    let mut order = json!({"calendar": "ana@example.com", "singleEvents": true, "events": believed,
        "window": {"start": "2026-11-23T00:00:00Z", "end": "2026-11-26T00:00:00Z"}});
    let answer = audit(&google, &order).await;
    assert_eq!(answer["events"], 3);
    assert_eq!(answer["missing"][0]["id"], format!("{id}_20261125T090000Z"));
    assert_eq!(
        answer["different"][0]["fields"]["start"]["actual"],
        "2026-11-24T15:00:00Z"
    );
    order.as_object_mut().unwrap().remove("window");
    assert_eq!(google.post("/_sim/audit", &order).await.status, 400);
}

#[tokio::test]
async fn busy_times_are_compared_too() {
    let google = Google::start().await;
    google.insert(&event("One", 9)).await;
    google.insert(&event("Two", 10)).await;
    let mut free = event("Three", 14);
    free["transparency"] = "transparent".into();
    google.insert(&free).await;
    let order = |busy: Value| {
        json!({"calendar": "ana@example.com", "busy": busy,
            "window": {"start": "2026-11-23T00:00:00Z", "end": "2026-11-24T00:00:00Z"}})
    };
    let times = |start: &str, end: &str| json!({"start": start, "end": end});
    let truth = json!([
        times("2026-11-23T10:00:00Z", "2026-11-23T11:00:00Z"),
        times("2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z"),
    ]);
    assert_eq!(audit(&google, &order(truth)).await["agrees"], true);
    let wrong = json!([times("2026-11-23T10:30:00Z", "2026-11-23T12:00:00Z")]);
    let answer = audit(&google, &order(wrong)).await;
    assert_eq!(
        answer["missingBusy"],
        json!([times("2026-11-23T09:00:00Z", "2026-11-23T10:30:00Z")])
    );
    assert_eq!(
        answer["unexpectedBusy"],
        json!([times("2026-11-23T11:00:00Z", "2026-11-23T12:00:00Z")])
    );
}

#[tokio::test]
async fn an_audit_that_cannot_be_made_says_why() {
    let google = Google::start().await;
    for (wrong, status, says) in [
        (json!({"calendar": "nobody@example.com"}), 404, "nobody"),
        (json!({"calendar": "ana@example.com", "busy": []}), 400, "window"),
        (
            json!({"calendar": "ana@example.com", "window": {"start": "2026-11-24T00:00:00Z", "end": "2026-11-23T00:00:00Z"}}),
            400,
            "end",
        ),
        (
            json!({"calendar": "ana@example.com", "evnets": []}),
            400,
            "evnets",
        ),
    ] {
        let reply = google.post("/_sim/audit", &wrong).await;
        assert_eq!(reply.status, status, "{wrong}");
        assert!(
            reply.body["error"].as_str().unwrap().contains(says),
            "{}",
            reply.body
        );
    }
    let made = google.insert(&event("One", 9)).await;
    let wrong = order(&[json!({"id": made["id"], "start": "soon"})]);
    assert_eq!(google.post("/_sim/audit", &wrong).await.status, 400);
}
