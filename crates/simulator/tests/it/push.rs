//! Push notifications as section 3 of the push guides has them: opening, delivery, end, and trouble on demand.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{
    harness::{EVENTS, Google},
    receiver::Receiver,
};

const WATCH: &str = "/calendar/v3/calendars/primary/events/watch";
const STOP: &str = "/calendar/v3/channels/stop";

fn channel(id: &str, receiver: &Receiver) -> Value {
    json!({"id": id, "type": "web_hook", "address": receiver.address, "token": "secret"})
}

fn event(summary: &str) -> Value {
    json!({"summary": summary, "start": {"dateTime": "2026-11-23T09:00:00Z"}, "end": {"dateTime": "2026-11-23T10:00:00Z"}})
}

/// A simulator, a receiver, and one open channel whose `sync` has come and is forgotten.
async fn watched() -> (Google, Receiver, Value) {
    let google = Google::start().await;
    let receiver = Receiver::start().await;
    let opened = google.post(WATCH, &channel("c1", &receiver)).await.ok();
    google.sim.control().settle_pushes().await;
    assert_eq!(receiver.states(), ["sync"]);
    receiver.clear();
    (google, receiver, opened)
}

async fn trouble(google: &Google, order: &Value) {
    google.post("/_sim/push/troubles", order).await.ok();
}

fn outcomes(google: &Google) -> Vec<String> {
    let all = google.sim.control().push_deliveries_after(0);
    all.iter()
        .map(|one| format!("{:?} {:?}", one.state, one.outcome))
        .collect()
}

/// Reference: 3.1.
#[tokio::test]
async fn watch_answers_the_channel_with_a_resource_id_that_is_stable() {
    let (google, receiver, opened) = watched().await;
    assert_eq!(
        opened,
        json!({"kind": "api#channel", "id": "c1", "resourceId": opened["resourceId"], "token": "secret",
            "resourceUri": "https://www.googleapis.com/calendar/v3/calendars/ana%40example.com/events?alt=json",
            "expiration": "1795780800000"})
    );
    let again = google
        .post(
            &format!("{WATCH}?eventTypes=default&prettyPrint=false"),
            &channel("c2", &receiver),
        )
        .await
        .ok();
    assert_eq!(again["resourceId"], opened["resourceId"]);
    assert_eq!(
        again["resourceUri"],
        "https://www.googleapis.com/calendar/v3/calendars/ana%40example.com/events?eventTypes=default&alt=json"
    );
    let list = "/calendar/v3/users/me/calendarList/watch";
    let other = google.post(list, &channel("c3", &receiver)).await.ok();
    assert_ne!(other["resourceId"], opened["resourceId"]);
}

/// Reference: 3.1, errors.
#[tokio::test]
async fn requests_that_break_a_rule_are_refused_with_googles_reason() {
    let (google, receiver, _) = watched().await;
    for (with, expect) in [
        (json!({"id": null}), "required"),
        (json!({"address": null}), "required"),
        (json!({"type": null}), "required"),
        (json!({"id": "a b"}), "push.channelIdInvalid"),
        (json!({"id": "x".repeat(65)}), "push.channelIdInvalid"),
        (json!({"id": "c1"}), "channelIdNotUnique"),
        (json!({"type": "email"}), "push.channelTypeNotSupported"),
        (
            json!({"address": "http://app.example/hook"}),
            "push.webhookUrlNotHttps",
        ),
        (json!({"address": "/hook"}), "push.webhookUrlNoHostOrAddress"),
        (json!({"token": "x".repeat(257)}), "invalid"),
        (json!({"token": "a\nb"}), "invalid"),
        (json!({"params": {"ttl": "soon"}}), "invalid"),
        (json!({"params": {"ttl": "-1"}}), "invalid"),
        (json!({"expiration": "1000"}), "invalid"),
    ] {
        let mut body = channel("fresh", &receiver);
        for (name, value) in with.as_object().unwrap() {
            body[name] = value.clone();
        }
        assert_eq!(google.post(WATCH, &body).await.refused(), (400, expect), "{with}");
    }
    let unknown = "/calendar/v3/calendars/nobody%40example.com/events/watch";
    let reply = google.post(unknown, &channel("fresh", &receiver)).await;
    assert_eq!(reply.refused(), (404, "notFound"));
    let holidays = "en.swiss#holiday@group.v.calendar.google.com";
    let order = json!({"email": "ana@example.com", "id": holidays});
    google
        .send(reqwest::Method::PUT, "/_sim/calendars", &order)
        .await
        .ok();
    let path = "/calendar/v3/calendars/en.swiss%23holiday%40group.v.calendar.google.com/events/watch";
    let reply = google.post(path, &channel("fresh", &receiver)).await;
    assert_eq!(reply.refused(), (400, "pushNotSupportedForRequestedResource"));
    google.post(WATCH, &channel("fresh", &receiver)).await.ok();
}

/// Reference: 3.2.
#[tokio::test]
async fn a_message_is_an_empty_post_with_all_of_googles_headers() {
    let (google, receiver, opened) = watched().await;
    google.insert(&event("One")).await;
    google.sim.control().settle_pushes().await;
    let got = receiver.got();
    assert_eq!(got.len(), 1);
    let message = &got[0];
    for (name, expect) in [
        ("content-length", "0"),
        ("x-goog-channel-id", "c1"),
        ("x-goog-channel-token", "secret"),
        ("x-goog-channel-expiration", "Fri, 27 Nov 2026 12:00:00 GMT"),
        ("x-goog-resource-id", opened["resourceId"].as_str().unwrap()),
        ("x-goog-resource-uri", opened["resourceUri"].as_str().unwrap()),
        ("x-goog-resource-state", "exists"),
    ] {
        assert_eq!(message.header(name), expect, "{name}");
    }
    assert!(message.body.is_empty());
    assert!(message.header("user-agent").starts_with("APIs-Google"));
}

/// Reference: 3.2, `X-Goog-Message-Number` and "only if set".
#[tokio::test]
async fn sync_is_number_one_and_later_numbers_rise() {
    let google = Google::start().await;
    let receiver = Receiver::start().await;
    let mut body = channel("c1", &receiver);
    body["token"] = Value::Null;
    google.post(WATCH, &body).await.ok();
    for n in 0..4 {
        google.sim.control().settle_pushes().await;
        google.insert(&event(&n.to_string())).await;
    }
    google.sim.control().settle_pushes().await;
    let got = receiver.got();
    assert_eq!(
        receiver.states(),
        ["sync", "exists", "exists", "exists", "exists"]
    );
    let numbers = receiver.numbers();
    assert_eq!(numbers[0], 1);
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    assert!(numbers[4] > 5, "numbers have gaps: {numbers:?}");
    assert!(!got[0].headers.contains_key("x-goog-channel-token"));
}

/// Reference: 3.2, "sync may arrive before the watch HTTP response".
#[tokio::test]
async fn sync_can_come_before_the_watch_is_answered() {
    let google = Google::start().await;
    let receiver = Receiver::start().await;
    trouble(
        &google,
        &json!({"times": 1, "trouble": {"kind": "syncBeforeAnswer"}}),
    )
    .await;
    google.post(WATCH, &channel("c1", &receiver)).await.ok();
    assert_eq!(receiver.states(), ["sync"], "without waiting for anything else");
}

/// Reference: 3 ("Watchable") and 3.2 ("Own writes do trigger").
#[tokio::test]
async fn every_way_to_change_a_watched_thing_is_told() {
    let google = Google::start().await;
    let receiver = Receiver::start().await;
    for (id, path) in [
        ("events", WATCH),
        ("list", "/calendar/v3/users/me/calendarList/watch"),
        ("settings", "/calendar/v3/users/me/settings/watch"),
        ("acl", "/calendar/v3/calendars/primary/acl/watch"),
    ] {
        google.post(path, &channel(id, &receiver)).await.ok();
    }
    google.sim.control().settle_pushes().await;
    receiver.clear();
    let told = async |expect: &[&str]| {
        google.sim.control().settle_pushes().await;
        let got = receiver.got();
        let mut ids: Vec<&str> = got.iter().map(|one| one.header("x-goog-channel-id")).collect();
        ids.sort_unstable();
        assert_eq!(ids, expect);
        receiver.clear();
    };
    let id = google.insert(&event("One")).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    told(&["events"]).await;
    google
        .patch(&format!("{EVENTS}/{id}"), &json!({"summary": "Two"}))
        .await
        .ok();
    told(&["events"]).await;
    google.delete(&format!("{EVENTS}/{id}")).await.ok();
    told(&["events"]).await;
    google.get(EVENTS).await.ok();
    told(&[]).await;
    let fill = json!({"email": "ana@example.com", "count": 5});
    google.post("/_sim/fill", &fill).await.ok();
    told(&["events"]).await;
    let new = json!({"email": "ana@example.com", "id": "c_1@group.calendar.google.com"});
    google
        .send(reqwest::Method::PUT, "/_sim/calendars", &new)
        .await
        .ok();
    told(&["list"]).await;
    let shared = json!({"email": "ben@example.com"});
    google.post("/_sim/users", &shared).await.ok();
    told(&[]).await;
    let shared = json!({"email": "ben@example.com", "id": "ana@example.com", "accessRole": "reader"});
    google
        .send(reqwest::Method::PUT, "/_sim/calendars", &shared)
        .await
        .ok();
    google.sim.control().settle_pushes().await;
    let acl = receiver
        .got()
        .iter()
        .any(|one| one.header("x-goog-channel-id") == "acl");
    assert!(acl, "a new role is told to those who watch roles");
}

/// Reference: 3.2, `not_exists`.
#[tokio::test]
async fn a_resource_that_is_gone_is_told_once() {
    let (google, receiver, _) = watched().await;
    let empty = json!({"users": [], "calendars": []});
    google
        .send(reqwest::Method::PUT, "/_sim/world", &empty)
        .await
        .ok();
    google.sim.control().settle_pushes().await;
    google
        .post("/_sim/users", &json!({"email": "ben@example.com"}))
        .await
        .ok();
    google.sim.control().settle_pushes().await;
    assert_eq!(receiver.states(), ["not_exists"]);
}

/// Reference: 3.2, one edit may cost several messages and several edits one; 6, row 18.
#[tokio::test]
async fn a_burst_is_told_by_the_message_that_waits() {
    let (google, receiver, _) = watched().await;
    receiver.answer(&[503]);
    for n in 0..5 {
        google.insert(&event(&n.to_string())).await;
        google.sim.control().settle_pushes().await;
    }
    assert_eq!(
        receiver.states(),
        ["exists"],
        "the try that failed; it waits for its second"
    );
    google.sim.control().advance(SignedDuration::from_secs(1));
    google.sim.control().settle_pushes().await;
    assert_eq!(receiver.states(), ["exists", "exists"]);
    let numbers = receiver.numbers();
    assert_eq!(numbers[0], numbers[1], "the second is a second try");
    google.insert(&event("later")).await;
    google.sim.control().settle_pushes().await;
    assert_eq!(receiver.got().len(), 3, "what comes after is told anew");
}

/// Reference: 3.2, "500/502/503/504 are retried with exponential backoff, anything else is dropped".
#[tokio::test]
async fn a_failing_receiver_is_tried_again_by_the_simulated_clock() {
    let (google, receiver, _) = watched().await;
    receiver.answer(&[500, 502, 504, 201]);
    google.insert(&event("One")).await;
    let control = google.sim.control();
    control.settle_pushes().await;
    assert_eq!(receiver.got().len(), 1);
    for (seconds, tries) in [(1, 2), (1, 2), (1, 3), (3, 3), (1, 4), (60, 4)] {
        control.advance(SignedDuration::from_secs(seconds));
        control.settle_pushes().await;
        assert_eq!(receiver.got().len(), tries, "after {seconds} s more");
    }
    let delivered = google.get("/_sim/push/deliveries?after=1").await.ok();
    let statuses = &delivered["deliveries"][0]["attempts"];
    let statuses: Vec<u64> = statuses
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["status"].as_u64().unwrap())
        .collect();
    assert_eq!(statuses, [500, 502, 504, 201]);
    assert_eq!(delivered["deliveries"][0]["outcome"], "delivered");
}

#[tokio::test]
async fn a_receiver_that_refuses_or_is_not_there_loses_the_message() {
    let (google, receiver, _) = watched().await;
    receiver.answer(&[410]);
    google.insert(&event("One")).await;
    google.sim.control().settle_pushes().await;
    drop(receiver);
    let nobody = json!({"id": "c2", "type": "webhook", "address": "http://127.0.0.1:9/"});
    google.post(WATCH, &nobody).await.ok();
    google.sim.control().settle_pushes().await;
    google.sim.control().advance(SignedDuration::from_hours(1));
    google.sim.control().settle_pushes().await;
    assert_eq!(
        outcomes(&google),
        ["Sync Delivered", "Exists Failed", "Sync Failed"]
    );
    let last = google.sim.control().push_deliveries_after(2);
    assert!(last[0].attempts[0].error.is_some(), "{last:?}");
}

/// Reference: 3.3, "No renewal"; 3.1, ids are never free again.
#[tokio::test]
async fn a_channel_ends_at_its_expiration_and_cannot_be_renewed() {
    let (mut google, receiver, _) = watched().await;
    let control = google.sim.control();
    control.advance(SignedDuration::from_secs(604_799));
    control.settle_pushes().await;
    google.act_as("ana@example.com", &["calendar"]);
    google.insert(&event("In the last second")).await;
    google.sim.control().settle_pushes().await;
    assert_eq!(receiver.got().len(), 1);
    google.sim.control().advance(SignedDuration::from_secs(1));
    google.insert(&event("Too late")).await;
    google.sim.control().settle_pushes().await;
    assert_eq!(receiver.got().len(), 1);
    assert_eq!(
        google.post(WATCH, &channel("c1", &receiver)).await.refused(),
        (400, "channelIdNotUnique")
    );
    let channels = google.get("/_sim/push/channels").await.ok();
    assert_eq!(channels["channels"][0]["state"], "expired");
}

#[tokio::test]
async fn a_channel_expires_by_order() {
    let (google, receiver, _) = watched().await;
    google
        .post("/_sim/push/channels/expire", &json!({"channel": "c1"}))
        .await
        .ok();
    google.insert(&event("One")).await;
    google.sim.control().settle_pushes().await;
    assert!(receiver.got().is_empty());
    let unknown = google
        .post("/_sim/push/channels/expire", &json!({"channel": "x"}))
        .await;
    assert_eq!(unknown.status, 404);
}

/// Reference: 3.3, "Only same user + same OAuth client may stop".
#[tokio::test]
async fn only_who_opened_a_channel_may_stop_it() {
    let (mut google, receiver, opened) = watched().await;
    let stop = json!({"id": "c1", "resourceId": opened["resourceId"]});
    for wrong in [
        json!({"id": "c1", "resourceId": "other"}),
        json!({"id": "c9", "resourceId": opened["resourceId"]}),
    ] {
        assert_eq!(google.post(STOP, &wrong).await.refused(), (404, "notFound"));
    }
    assert_eq!(
        google.post(STOP, &json!({"id": "c1"})).await.refused(),
        (400, "required")
    );
    google.act_as("ben@example.com", &["calendar"]);
    let reply = google.post(STOP, &stop).await;
    assert_eq!(reply.refused(), (404, "notFound"));
    assert_eq!(
        reply.body["error"]["message"],
        "Channel 'c1' not found for project 'kalends-demo'"
    );
    google.act_as("ana@example.com", &["calendar"]);
    let stopped = google.post(STOP, &stop).await;
    assert_eq!((stopped.status.as_u16(), stopped.body), (204, json!("")));
    assert_eq!(google.post(STOP, &stop).await.refused(), (404, "notFound"));
    google.insert(&event("One")).await;
    google.sim.control().settle_pushes().await;
    assert!(receiver.got().is_empty());
    assert_eq!(
        google.post(WATCH, &channel("c1", &receiver)).await.refused(),
        (400, "channelIdNotUnique")
    );
}

/// Reference: 3.3, "Notifications may continue briefly after stop".
#[tokio::test]
async fn messages_can_come_after_a_stop() {
    let (google, receiver, opened) = watched().await;
    receiver.answer(&[503]);
    google.insert(&event("Before the stop")).await;
    google.sim.control().settle_pushes().await;
    let stop = json!({"id": "c1", "resourceId": opened["resourceId"]});
    google.post(STOP, &stop).await;
    google.sim.control().advance(SignedDuration::from_secs(1));
    google.sim.control().settle_pushes().await;
    assert_eq!(receiver.got().len(), 2, "what was made before is delivered");
    let order = json!({"channel": "c1", "times": 1, "trouble": {"kind": "keepAfterStop"}});
    trouble(&google, &order).await;
    for n in 0..2 {
        google.insert(&event(&n.to_string())).await;
        google.sim.control().settle_pushes().await;
    }
    assert_eq!(receiver.got().len(), 3, "one more by order");
}

/// Reference: 6, row 23; issue: "lost, duplicated, reordered, forged and late on demand".
#[tokio::test]
async fn messages_are_lost_and_doubled_on_demand() {
    let (google, receiver, _) = watched().await;
    trouble(
        &google,
        &json!({"channel": "c1", "times": 1, "trouble": {"kind": "lose"}}),
    )
    .await;
    google.insert(&event("lost")).await;
    google.sim.control().settle_pushes().await;
    assert!(receiver.got().is_empty());
    trouble(&google, &json!({"times": 1, "trouble": {"kind": "duplicate"}})).await;
    google.insert(&event("doubled")).await;
    google.sim.control().settle_pushes().await;
    let numbers = receiver.numbers();
    assert_eq!(numbers.len(), 2);
    assert_eq!(numbers[0], numbers[1]);
    assert_eq!(
        outcomes(&google),
        [
            "Sync Delivered",
            "Exists Lost",
            "Exists Delivered",
            "Exists Delivered"
        ]
    );
    assert_eq!(
        google.get("/_sim/push/troubles").await.ok()["troubles"],
        json!([])
    );
}

#[tokio::test]
async fn messages_change_places_on_demand() {
    let (google, receiver, _) = watched().await;
    trouble(&google, &json!({"times": 1, "trouble": {"kind": "reorder"}})).await;
    google.insert(&event("first")).await;
    google.sim.control().settle_pushes().await;
    assert!(receiver.got().is_empty());
    google.insert(&event("second")).await;
    google.sim.control().settle_pushes().await;
    let numbers = receiver.numbers();
    assert_eq!(numbers.len(), 2);
    assert!(numbers[0] > numbers[1], "{numbers:?}");
}

#[tokio::test]
async fn messages_come_late_on_demand() {
    let (google, receiver, _) = watched().await;
    trouble(&google, &json!({"times": 1, "trouble": {"kind": "hold"}})).await;
    google.insert(&event("held")).await;
    google.sim.control().settle_pushes().await;
    google.sim.control().advance(SignedDuration::from_mins(10));
    google.sim.control().settle_pushes().await;
    assert!(receiver.got().is_empty());
    let released = google.post("/_sim/push/release", &json!({})).await.ok();
    assert_eq!(released["released"], 1);
    google.sim.control().settle_pushes().await;
    assert_eq!(receiver.states(), ["exists"]);
    trouble(
        &google,
        &json!({"times": 1, "trouble": {"kind": "delay", "seconds": 90}}),
    )
    .await;
    google.insert(&event("delayed")).await;
    for (seconds, expect) in [(0, 1), (89, 1), (1, 2)] {
        google.sim.control().advance(SignedDuration::from_secs(seconds));
        google.sim.control().settle_pushes().await;
        assert_eq!(receiver.got().len(), expect, "after {seconds} s more");
    }
}

/// Reference: 3.2, "Authenticity: no signature. Validate channel id + token + resource id".
#[tokio::test]
async fn messages_are_forged_on_demand() {
    let (google, receiver, opened) = watched().await;
    let resource = opened["resourceId"].as_str().unwrap();
    let truth = ["c1", "secret", resource];
    for (forged, lie) in [("channel", 0), ("token", 1), ("resource", 2)] {
        let order = json!({"channel": "c1", "forged": forged});
        google.post("/_sim/push/send", &order).await.ok();
        google.sim.control().settle_pushes().await;
        let message = receiver.got().pop().unwrap();
        receiver.clear();
        let headers = ["x-goog-channel-id", "x-goog-channel-token", "x-goog-resource-id"];
        for (index, name) in headers.into_iter().enumerate() {
            assert_eq!(
                message.header(name) == truth[index],
                index != lie,
                "{forged}: {name}"
            );
        }
    }
    google
        .post(
            "/_sim/push/send",
            &json!({"channel": "c1", "state": "not_exists"}),
        )
        .await
        .ok();
    google.sim.control().settle_pushes().await;
    assert_eq!(receiver.states(), ["not_exists"]);
    let unknown = google.post("/_sim/push/send", &json!({"channel": "c9"})).await;
    assert_eq!(unknown.status, 404);
}

#[tokio::test]
async fn a_share_of_the_messages_is_lost_the_same_for_the_same_seed() {
    let lost = async |seed: u64| {
        let (google, _receiver, _) = watched().await;
        trouble(
            &google,
            &json!({"rate": 0.5, "seed": seed, "trouble": {"kind": "lose"}}),
        )
        .await;
        for n in 0..12 {
            google.insert(&event(&n.to_string())).await;
            google.sim.control().settle_pushes().await;
        }
        outcomes(&google)
    };
    let first = lost(3).await;
    assert!(first.contains(&"Exists Lost".to_owned()), "{first:?}");
    assert!(first.contains(&"Exists Delivered".to_owned()), "{first:?}");
    assert_eq!(first, lost(3).await);
    assert_ne!(first, lost(4).await);
}

#[tokio::test]
async fn tokens_are_never_shown() {
    let (google, _receiver, _) = watched().await;
    for path in ["/_sim/push/channels", "/_sim/push/deliveries", "/_sim/calls"] {
        let shown = google.get(path).await.ok().to_string();
        assert!(!shown.contains("secret"), "{path}: {shown}");
    }
    let channels = google.get("/_sim/push/channels").await.ok();
    assert_eq!(channels["channels"][0]["hasToken"], true);
}

/// Reference: 1.11.
#[tokio::test]
async fn watching_needs_a_scope_of_its_method() {
    let mut google = Google::start().await;
    let receiver = Receiver::start().await;
    google.act_as("ana@example.com", &["calendar.settings.readonly"]);
    let reply = google.post(WATCH, &channel("c1", &receiver)).await;
    assert_eq!(reply.refused(), (403, "insufficientPermissions"));
    let settings = "/calendar/v3/users/me/settings/watch";
    google.post(settings, &channel("c1", &receiver)).await.ok();
    google.act_as("ana@example.com", &["calendar.freebusy"]);
    let stop = google.post(STOP, &json!({"id": "c1", "resourceId": "x"})).await;
    assert_eq!(stop.refused(), (403, "insufficientPermissions"));
}

#[tokio::test]
async fn the_simulator_stops_with_messages_pending() {
    let (google, receiver, _) = watched().await;
    receiver.answer(&[503]);
    google.insert(&event("waits for its second try")).await;
    google.sim.control().settle_pushes().await;
    let control = google.sim.control().clone();
    google.sim.shutdown().await;
    control.settle_pushes().await;
    assert_eq!(receiver.got().len(), 1);
    assert_eq!(
        format!("{:?}", control.push_deliveries_after(1)[0].outcome),
        "Waiting"
    );
}
