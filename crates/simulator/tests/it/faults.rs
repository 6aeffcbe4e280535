//! Trouble on demand: what each kind does to a caller, how often, and that the rest of the simulator stays well.

use std::time::Duration;

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{EVENTS, Google};

const LIST: &str = "/calendar/v3/users/me/calendarList";

async fn fault(google: &Google, order: &Value) {
    google.post("/_sim/faults", order).await.ok();
}

fn event(summary: &str) -> Value {
    json!({"summary": summary, "start": {"dateTime": "2026-11-23T09:00:00Z"}, "end": {"dateTime": "2026-11-23T10:00:00Z"}})
}

async fn summaries(google: &Google) -> Vec<String> {
    let list = google.get(EVENTS).await.ok();
    let items = list["items"].as_array().unwrap();
    items
        .iter()
        .map(|one| one["summary"].as_str().unwrap_or("?").to_owned())
        .collect()
}

#[tokio::test]
async fn a_rate_hits_the_same_calls_for_the_same_seed() {
    let hits = async |seed: u64| {
        let google = Google::start().await;
        let order = json!({"route": "GET /calendar/v3/**", "rate": 0.3, "seed": seed,
            "trouble": {"kind": "status", "status": 503}});
        fault(&google, &order).await;
        let mut hits = Vec::new();
        for _ in 0..40 {
            hits.push(google.get(LIST).await.status == 503);
        }
        hits
    };
    let first = hits(1).await;
    let count = first.iter().filter(|hit| **hit).count();
    assert!((4..=22).contains(&count), "{count} of 40");
    assert_eq!(first, hits(1).await);
    assert_ne!(first, hits(2).await);
}

#[tokio::test]
async fn faults_that_make_no_sense_are_refused_with_the_reason() {
    let google = Google::start().await;
    for (wrong, says) in [
        (json!({"rate": 0, "trouble": {"kind": "reset"}}), "rate"),
        (json!({"rate": 1.5, "trouble": {"kind": "reset"}}), "rate"),
        (json!({"trouble": {"kind": "stale"}}), "changes or seconds"),
        (
            json!({"trouble": {"kind": "stale", "changes": 1, "seconds": 1}}),
            "changes or seconds",
        ),
        (json!({"trouble": {"kind": "html", "status": 99}}), "status"),
        (
            json!({"trouble": {"kind": "trickle", "bytes": 0, "milliseconds": 1}}),
            "bytes",
        ),
        (
            json!({"trouble": {"kind": "contentType", "value": "a\nb"}}),
            "contentType",
        ),
    ] {
        let mut order = json!({"route": "/token"});
        for (name, value) in wrong.as_object().unwrap() {
            order[name] = value.clone();
        }
        let reply = google.post("/_sim/faults", &order).await;
        assert_eq!(reply.status, 400, "{wrong}");
        assert!(
            reply.body["error"].as_str().unwrap().contains(says),
            "{}",
            reply.body
        );
    }
}

#[tokio::test]
async fn a_hanging_call_is_or_is_not_done_and_never_answered() {
    let google = Google::start().await;
    for (kind, expect) in [("hang", vec![]), ("hangAfter", vec!["kept"])] {
        fault(
            &google,
            &json!({"route": "POST /**", "times": 1, "trouble": {"kind": kind}}),
        )
        .await;
        let request = google.request(Method::POST, EVENTS).json(&event("kept"));
        let error = request
            .timeout(Duration::from_millis(300))
            .send()
            .await
            .unwrap_err();
        assert!(error.is_timeout(), "{kind}: {error:?}");
        assert_eq!(summaries(&google).await, expect, "{kind}");
    }
}

#[tokio::test]
async fn hanging_calls_do_not_keep_the_simulator_from_stopping() {
    let google = Google::start().await;
    fault(&google, &json!({"route": LIST, "trouble": {"kind": "hang"}})).await;
    let calls = google.sim.control().clone();
    let request = google.request(Method::GET, LIST).send();
    let asking = tokio::spawn(request);
    while !calls.calls_after(0).iter().any(|call| call.path == LIST) {
        tokio::task::yield_now().await;
    }
    google.sim.shutdown().await;
    asking.await.unwrap().unwrap_err();
}

#[tokio::test]
async fn a_truncated_body_breaks_off_after_the_work_is_done() {
    let google = Google::start().await;
    fault(
        &google,
        &json!({"route": "POST /**", "times": 1, "trouble": {"kind": "truncate"}}),
    )
    .await;
    let response = google.request(Method::POST, EVENTS).json(&event("kept"));
    let response = response.send().await.unwrap();
    assert_eq!(response.status(), 200);
    response.text().await.unwrap_err();
    assert_eq!(summaries(&google).await, ["kept"]);
    let few = json!({"route": LIST, "times": 1, "trouble": {"kind": "truncate", "bytes": 3}});
    fault(&google, &few).await;
    let response = google
        .request(Method::GET, LIST)
        .header("accept-encoding", "identity");
    let mut response = response.send().await.unwrap();
    assert_eq!(response.chunk().await.unwrap().unwrap().len(), 3);
    response.chunk().await.unwrap_err();
}

#[tokio::test]
async fn a_corrupt_body_is_no_json() {
    let google = Google::start().await;
    fault(
        &google,
        &json!({"route": LIST, "times": 1, "trouble": {"kind": "corrupt"}}),
    )
    .await;
    let response = google.request(Method::GET, LIST).send().await.unwrap();
    assert_eq!(
        response.headers()["content-type"],
        "application/json; charset=UTF-8"
    );
    response.json::<Value>().await.unwrap_err();
    google.get(LIST).await.ok();
}

/// Reference: 4.1 (d), HTML error pages from front ends.
#[tokio::test]
async fn a_front_end_answers_html_also_on_the_token_endpoint() {
    let google = Google::start().await;
    for (path, status) in [(LIST, 502), ("/token", 200), ("/freeBusy", 503)] {
        let order = json!({"route": "/**", "times": 1, "trouble": {"kind": "html", "status": status}});
        fault(&google, &order).await;
        let response = google.request(Method::POST, path).send().await.unwrap();
        assert_eq!(response.status(), status, "{path}");
        assert!(
            response.headers()["content-type"]
                .to_str()
                .unwrap()
                .starts_with("text/html")
        );
        assert!(response.text().await.unwrap().contains("<html"));
    }
    let order = json!({"route": LIST, "times": 1, "trouble": {"kind": "contentType", "value": "text/plain"}});
    fault(&google, &order).await;
    let response = google.request(Method::GET, LIST).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/plain");
    response.json::<Value>().await.unwrap();
}

#[tokio::test]
async fn headers_come_byte_by_byte() {
    let google = Google::start().await;
    let order =
        json!({"route": LIST, "times": 1, "trouble": {"kind": "trickle", "bytes": 20, "milliseconds": 10}});
    fault(&google, &order).await;
    let slow = google
        .request(Method::GET, LIST)
        .timeout(Duration::from_millis(100));
    assert!(slow.send().await.unwrap_err().is_timeout());
    fault(&google, &order).await;
    let response = google.request(Method::GET, LIST).send().await.unwrap();
    assert!(
        response.json::<Value>().await.unwrap()["items"].is_array(),
        "slow, but whole"
    );
}

#[tokio::test]
async fn a_stale_read_sees_the_calendar_as_it_was() {
    let google = Google::start().await;
    let first = google.insert(&event("first")).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    google.sim.control().advance(SignedDuration::from_secs(60));
    google.insert(&event("second")).await;
    let path = format!("{EVENTS}/{first}");
    google
        .patch(&path, &json!({"summary": "first, changed"}))
        .await
        .ok();
    let seen = async |trouble: Value| {
        let order = json!({"route": "GET /calendar/v3/**", "trouble": trouble});
        fault(&google, &order).await;
        let listed = summaries(&google).await;
        let got = google.get(&path).await;
        google.delete("/_sim/faults").await.ok();
        (listed, got.body["summary"].as_str().unwrap_or("gone").to_owned())
    };
    let stale = |changes: usize| json!({"kind": "stale", "changes": changes});
    let listed = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
    let now = (listed(&["second", "first, changed"]), "first, changed".to_owned());
    assert_eq!(seen(stale(0)).await, now);
    let before = (listed(&["first", "second"]), "first".to_owned());
    assert_eq!(seen(stale(1)).await, before);
    assert_eq!(seen(stale(2)).await, (listed(&["first"]), "first".to_owned()));
    assert_eq!(seen(stale(3)).await, (listed(&[]), "gone".to_owned()));
    assert_eq!(seen(stale(99)).await, (listed(&[]), "gone".to_owned()));
    let half_a_minute_ago = json!({"kind": "stale", "seconds": 30});
    assert_eq!(
        seen(half_a_minute_ago).await,
        (listed(&["first"]), "first".to_owned())
    );
    assert_eq!(seen(json!({"kind": "stale", "seconds": 90})).await.0, listed(&[]));
    assert_eq!(
        summaries(&google).await,
        ["second", "first, changed"],
        "the present is unharmed"
    );
}

#[tokio::test]
async fn a_stale_free_busy_answer_misses_the_latest_event() {
    let google = Google::start().await;
    google.insert(&event("busy")).await;
    let question = json!({"timeMin": "2026-11-23T00:00:00Z", "timeMax": "2026-11-24T00:00:00Z",
        "items": [{"id": "ana@example.com"}]});
    let order =
        json!({"route": "/calendar/v3/freeBusy", "times": 1, "trouble": {"kind": "stale", "changes": 1}});
    fault(&google, &order).await;
    for expect in [0, 1] {
        let answer = google.post("/calendar/v3/freeBusy", &question).await.ok();
        let busy = answer["calendars"]["ana@example.com"]["busy"].as_array().unwrap();
        assert_eq!(busy.len(), expect);
    }
}

#[tokio::test]
async fn the_date_header_can_be_wrong() {
    let google = Google::start().await;
    let order = json!({"route": "/**", "times": 1, "trouble": {"kind": "clockSkew", "seconds": -3600}});
    fault(&google, &order).await;
    for expect in ["Fri, 20 Nov 2026 11:00:00 GMT", "Fri, 20 Nov 2026 12:00:00 GMT"] {
        let response = google.request(Method::GET, LIST).send().await.unwrap();
        assert_eq!(response.headers()["date"], expect);
    }
}

#[tokio::test]
async fn the_record_tells_size_digest_and_time_and_bodies_only_by_order() {
    let google = Google::start().await;
    let body = event("one");
    google.insert(&body).await;
    google
        .send(Method::PUT, "/_sim/calls", &json!({"recordBodies": true}))
        .await
        .ok();
    google.insert(&body).await;
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", "1//very-secret"),
    ];
    google
        .http
        .post(google.url("/token"))
        .form(&form)
        .send()
        .await
        .unwrap();
    google.get(LIST).await.ok();
    let calls = google.get("/_sim/calls").await.ok();
    let [first, second, token, list] = calls["calls"].as_array().unwrap().as_slice() else {
        panic!("{calls}");
    };
    assert_eq!(first["requestBytes"], body.to_string().len());
    assert!(first["bodyDigest"].is_string());
    assert_eq!(first["bodyDigest"], second["bodyDigest"]);
    assert!(first.get("body").is_none());
    assert_eq!(second["body"], body);
    assert_eq!(token["body"], "grant_type=refresh_token&refresh_token=…");
    assert!(token.get("bodyDigest").is_none());
    assert_eq!((&list["requestBytes"], list.get("body")), (&json!(0), None));
    assert!(first["durationMicros"].as_u64().unwrap() > 0);
    assert!(!calls.to_string().contains("very-secret"));
}
