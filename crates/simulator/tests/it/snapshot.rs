//! Snapshots: whoever goes on from one notices nothing.

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    harness::{EVENTS, Google},
    receiver::Receiver,
};

fn event(summary: &str) -> Value {
    json!({"summary": summary, "start": {"dateTime": "2026-11-23T09:00:00Z"}, "end": {"dateTime": "2026-11-23T10:00:00Z"}})
}

async fn snapshot(google: &Google) -> Value {
    google.get("/_sim/snapshot").await.ok()
}

async fn load(google: &Google, snapshot: &Value) {
    google.send(Method::PUT, "/_sim/snapshot", snapshot).await.ok();
}

async fn get_with(google: &Google, token: &str, path: &str) -> (u16, Value) {
    let request = google.http.get(google.url(path)).bearer_auth(token);
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

#[tokio::test]
async fn a_snapshot_of_a_loaded_snapshot_is_the_same() {
    let first = Google::demo("ana@example.com").await;
    let series = json!({"start": {"dateTime": "2026-11-23T09:00:00", "timeZone": "Europe/Zurich"},
        "end": {"dateTime": "2026-11-23T10:00:00", "timeZone": "Europe/Zurich"}, "recurrence": ["RRULE:FREQ=DAILY;COUNT=9"]});
    let id = first.insert(&series).await["id"].as_str().unwrap().to_owned();
    let path = format!("{EVENTS}/{id}");
    first
        .patch(&path, &json!({"recurrence": ["RRULE:FREQ=DAILY;COUNT=3"]}))
        .await
        .ok();
    first
        .post(
            "/_sim/faults",
            &json!({"route": "/token", "times": 3, "rate": 0.5, "seed": 9, "trouble": {"kind": "reset"}}),
        )
        .await
        .ok();
    first
        .send(Method::PUT, "/_sim/quotas", &json!({"perMinutePerUser": 600}))
        .await
        .ok();
    first.sim.control().advance(SignedDuration::from_hours(5));
    let saved = snapshot(&first).await;
    assert_eq!(
        (&saved["format"], &saved["version"]),
        (&"kalends-simulator-snapshot".into(), &1.into())
    );
    let second = Google::start().await;
    load(&second, &saved).await;
    assert_eq!(sorted(snapshot(&second).await), sorted(saved));
}

/// Grants have no order; everything else has.
fn sorted(mut snapshot: Value) -> Value {
    for (_, part) in snapshot["grants"].as_object_mut().unwrap() {
        part.as_array_mut().unwrap().sort_by_key(ToString::to_string);
    }
    snapshot
}

#[tokio::test]
async fn callers_go_on_with_their_tokens_deltas_and_etags() {
    let first = Google::start().await;
    let kept = first.insert(&event("Kept")).await;
    let list = first.get(EVENTS).await.ok();
    first.insert(&event("After the list")).await;
    let saved = snapshot(&first).await;
    let token = first.token().to_owned();
    first.sim.shutdown().await;

    let mut second = Google::start().await;
    second.act_as("zoe@example.com", &["calendar"]);
    load(&second, &saved).await;
    let (status, same) = get_with(
        &second,
        &token,
        &format!("{EVENTS}/{}", kept["id"].as_str().unwrap()),
    )
    .await;
    assert_eq!(status, 200);
    assert_eq!(same, kept);
    let sync = list["nextSyncToken"].as_str().unwrap();
    let (status, delta) = get_with(&second, &token, &format!("{EVENTS}?syncToken={sync}")).await;
    assert_eq!(status, 200, "{delta}");
    assert_eq!(delta["items"].as_array().unwrap().len(), 1);
    assert_eq!(delta["items"][0]["summary"], "After the list");
    assert_eq!(
        get_with(&second, second.token(), EVENTS).await.0,
        401,
        "what was granted before is gone"
    );
}

#[tokio::test]
async fn channels_messages_faults_and_the_clock_go_on() {
    let first = Google::start().await;
    let receiver = Receiver::start().await;
    let watch = json!({"id": "c1", "type": "web_hook", "address": receiver.address, "token": "t"});
    first.post(&format!("{EVENTS}/watch"), &watch).await.ok();
    first.sim.control().settle_pushes().await;
    receiver.answer(&[503]);
    first.insert(&event("Told once, in vain")).await;
    first.sim.control().settle_pushes().await;
    first.sim.control().advance(SignedDuration::from_millis(500));
    first
        .post(
            "/_sim/faults",
            &json!({"route": EVENTS, "times": 1, "trouble": {"kind": "status", "status": 503}}),
        )
        .await
        .ok();
    let saved = snapshot(&first).await;
    let token = first.token().to_owned();
    first.sim.shutdown().await;
    receiver.clear();

    let second = Google::start().await;
    load(&second, &saved).await;
    assert_eq!(
        second.get("/_sim/clock").await.ok()["now"],
        "2026-11-20T12:00:00.5Z"
    );
    second.sim.control().settle_pushes().await;
    assert!(
        receiver.got().is_empty(),
        "nothing has changed, and it is too early"
    );
    second.sim.control().advance(SignedDuration::from_millis(500));
    second.sim.control().settle_pushes().await;
    assert_eq!(receiver.states(), ["exists"], "the second try");
    assert_eq!(get_with(&second, &token, EVENTS).await.0, 503);
    assert_eq!(get_with(&second, &token, EVENTS).await.0, 200);
    let again = second
        .http
        .post(second.url(&format!("{EVENTS}/watch")))
        .bearer_auth(&token);
    let again: Value = again.json(&watch).send().await.unwrap().json().await.unwrap();
    assert_eq!(again["error"]["errors"][0]["reason"], "channelIdNotUnique");
}

#[tokio::test]
async fn what_is_no_snapshot_changes_nothing() {
    let google = Google::start().await;
    google.insert(&event("Kept")).await;
    let saved = snapshot(&google).await;
    let with = |name: &str, value: Value| {
        let mut other = saved.clone();
        other[name] = value;
        other
    };
    for (wrong, says) in [
        (json!([]), "not a snapshot"),
        (with("format", "other".into()), "format"),
        (with("version", 2.into()), "version"),
        (with("tokenKey", "short".into()), "key"),
        (with("directory", json!({})), "not a snapshot"),
    ] {
        let reply = google.send(Method::PUT, "/_sim/snapshot", &wrong).await;
        assert_eq!(reply.status, 400);
        assert!(
            reply.body["error"].as_str().unwrap().contains(says),
            "{}",
            reply.body
        );
    }
    assert_eq!(
        google.get(EVENTS).await.ok()["items"].as_array().unwrap().len(),
        1
    );
}
