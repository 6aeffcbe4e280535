//! The control plane, over HTTP as a test in another language would use it.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{EVENTS, Google};

const LIST: &str = "/calendar/v3/users/me/calendarList";

#[tokio::test]
async fn tokens_make_people_and_work_at_once() {
    let google = Google::start().await;
    let order = json!({"provider": "google", "email": "New@Example.com", "scopes": "openid email https://www.googleapis.com/auth/calendar.readonly"});
    let issued = google.post("/_sim/tokens", &order).await.ok();
    let list = google
        .http
        .get(google.url(LIST))
        .bearer_auth(issued["accessToken"].as_str().unwrap());
    let list: Value = list.send().await.unwrap().json().await.unwrap();
    assert_eq!(
        (&list["items"][0]["id"], &list["items"][0]["primary"]),
        (&"new@example.com".into(), &true.into())
    );
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", "kalends-demo"),
        ("client_secret", "kalends-demo-secret"),
        ("refresh_token", issued["refreshToken"].as_str().unwrap()),
    ];
    assert_eq!(
        google
            .http
            .post(google.url("/token"))
            .form(&form)
            .send()
            .await
            .unwrap()
            .status(),
        200
    );
    for (wrong, says) in [
        (
            json!({"provider": "microsoft", "email": "a@b.c", "scopes": []}),
            "provider",
        ),
        (
            json!({"provider": "google", "email": "a@b.c", "scopes": ["calendars"]}),
            "calendars",
        ),
        (
            json!({"provider": "google", "email": "nobody", "scopes": []}),
            "nobody",
        ),
        (
            json!({"provider": "google", "email": "a@b.c", "scopes": [], "clientId": "x"}),
            "not registered",
        ),
        (json!({"provider": "google", "mail": "a@b.c"}), "mail"),
    ] {
        let reply = google.post("/_sim/tokens", &wrong).await;
        assert_eq!(reply.status, 400);
        assert!(
            reply.body["error"].as_str().unwrap().contains(says),
            "{}",
            reply.body
        );
    }
}

#[tokio::test]
async fn the_clock_moves_by_order_only() {
    let google = Google::start().await;
    assert_eq!(
        google.get("/_sim/clock").await.ok()["now"],
        "2026-11-20T12:00:00Z"
    );
    let later = google
        .post("/_sim/clock", &json!({"advanceSeconds": 90}))
        .await
        .ok();
    assert_eq!(later["now"], "2026-11-20T12:01:30Z");
    let set = google
        .post("/_sim/clock", &json!({"now": "2027-01-01T00:00:00Z"}))
        .await
        .ok();
    assert_eq!(set["now"], "2027-01-01T00:00:00Z");
    assert_eq!(google.post("/_sim/clock", &json!({})).await.status, 400);
    let expired = google.request(Method::GET, LIST).send().await.unwrap();
    assert_eq!(expired.status(), 401, "the token has expired");
    assert_eq!(expired.headers()["date"], "Fri, 01 Jan 2027 00:00:00 GMT");
}

#[tokio::test]
async fn statuses_come_with_googles_bodies_and_wear_off() {
    let google = Google::start().await;
    let order = |times: u32, trouble: Value| json!({"route": "GET /calendar/v3/**", "times": times, "trouble": trouble});
    for (trouble, expect) in [
        (
            json!({"kind": "status", "status": 403}),
            (403, "rateLimitExceeded"),
        ),
        (
            json!({"kind": "status", "status": 403, "reason": "userRateLimitExceeded"}),
            (403, "userRateLimitExceeded"),
        ),
        (
            json!({"kind": "status", "status": 429, "retryAfterSeconds": 7}),
            (429, "rateLimitExceeded"),
        ),
        (json!({"kind": "status", "status": 401}), (401, "authError")),
        (json!({"kind": "status", "status": 404}), (404, "notFound")),
        (
            json!({"kind": "status", "status": 410}),
            (410, "fullSyncRequired"),
        ),
        (json!({"kind": "status", "status": 503}), (503, "backendError")),
    ] {
        google.post("/_sim/faults", &order(1, trouble.clone())).await.ok();
        assert_eq!(google.get(LIST).await.refused(), expect, "{trouble}");
        google.get(LIST).await.ok();
    }
    google
        .post(
            "/_sim/faults",
            &order(
                1,
                json!({"kind": "status", "status": 429, "retryAfterSeconds": 7}),
            ),
        )
        .await
        .ok();
    let limited = google.request(Method::GET, LIST).send().await.unwrap();
    assert_eq!(limited.headers()["retry-after"], "7");
    let token = json!({"route": "/token", "trouble": {"kind": "status", "status": 400}});
    google.post("/_sim/faults", &token).await.ok();
    assert_eq!(
        google.post("/token", &json!({})).await.body["error"],
        "invalid_grant"
    );
    assert_eq!(
        google.get("/_sim/faults").await.ok()["faults"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    google.delete("/_sim/faults").await.ok();
    assert_eq!(google.get("/_sim/faults").await.ok()["faults"], json!([]));
    for wrong in [
        json!({"kind": "status", "status": 200}),
        json!({"kind": "pageSize", "items": 0}),
        json!({"kind": "fire"}),
    ] {
        assert_eq!(google.post("/_sim/faults", &order(1, wrong)).await.status, 400);
    }
}

#[tokio::test]
async fn a_fault_can_strike_one_account_only() {
    let mut google = Google::start().await;
    let fault = json!({"route": "/calendar/**", "account": "ana@example.com", "trouble": {"kind": "status", "status": 500}});
    google.post("/_sim/faults", &fault).await.ok();
    assert_eq!(google.get(LIST).await.status, 500);
    google.act_as("ben@example.com", &["calendar"]);
    google.get(LIST).await.ok();
}

#[tokio::test]
async fn connections_are_cut_before_and_after_the_work() {
    let google = Google::start().await;
    let event = |id: &str| json!({"id": id, "start": {"date": "2026-12-01"}, "end": {"date": "2026-12-02"}});
    for (kind, id, done) in [("reset", "before", 404), ("resetAfter", "after", 200)] {
        let fault =
            json!({"route": "POST /calendar/v3/calendars/*/events", "times": 1, "trouble": {"kind": kind}});
        google.post("/_sim/faults", &fault).await.ok();
        let sent = google.request(Method::POST, EVENTS).json(&event(id)).send().await;
        assert!(sent.is_err(), "{kind}");
        assert_eq!(
            google.get(&format!("{EVENTS}/{id}")).await.status.as_u16(),
            done,
            "{kind}"
        );
    }
}

#[tokio::test]
async fn answers_can_be_late() {
    let google = Google::start().await;
    let fault = json!({"route": LIST, "times": 1, "trouble": {"kind": "delay", "milliseconds": 150}});
    google.post("/_sim/faults", &fault).await.ok();
    let begin = Instant::now();
    google.get(LIST).await.ok();
    assert!(begin.elapsed() >= Duration::from_millis(150));
}

#[tokio::test]
async fn listings_can_have_empty_and_small_pages() {
    let google = Google::start().await;
    google
        .post("/_sim/fill", &json!({"email": "ana@example.com", "count": 5}))
        .await
        .ok();
    for trouble in [
        json!({"kind": "emptyPage"}),
        json!({"kind": "pageSize", "items": 2}),
    ] {
        let fault = json!({"route": "/calendar/v3/calendars/*/events", "times": 1, "trouble": trouble});
        google.post("/_sim/faults", &fault).await.ok();
    }
    let first = google.get(EVENTS).await.ok();
    assert_eq!(first["items"], json!([]));
    let next = first["nextPageToken"].as_str().unwrap();
    let second = google.get(&format!("{EVENTS}?pageToken={next}")).await.ok();
    assert_eq!(second["items"].as_array().unwrap().len(), 5);
    let fault = json!({"route": "/calendar/v3/calendars/*/events", "times": 1, "trouble": {"kind": "pageSize", "items": 2}});
    google.post("/_sim/faults", &fault).await.ok();
    assert_eq!(
        google.get(EVENTS).await.ok()["items"].as_array().unwrap().len(),
        2
    );
}

#[tokio::test]
async fn filling_is_the_same_for_the_same_seed() {
    let mut google = Google::start().await;
    let mut made = Vec::new();
    for email in ["a@example.com", "b@example.com"] {
        let order = json!({"email": email, "count": 300, "seed": 7, "recurringPercent": 10});
        assert_eq!(
            google.post("/_sim/fill", &order).await.ok(),
            json!({"calendar": email, "created": 300})
        );
        google.act_as(email, &["calendar"]);
        let page = google.get(&format!("{EVENTS}?maxResults=2500")).await.ok();
        let items = page["items"].as_array().unwrap().clone();
        assert_eq!(items.len(), 300);
        assert!(items.iter().any(|item| item["recurrence"].is_array()));
        made.push(
            items
                .iter()
                .map(|item| (item["summary"].clone(), item["start"].clone()))
                .collect::<Vec<_>>(),
        );
    }
    assert_eq!(made[0], made[1]);
    let again = json!({"email": "a@example.com", "count": 1, "seed": 7});
    assert_eq!(google.post("/_sim/fill", &again).await.status, 400);
    let nowhere = json!({"email": "a@example.com", "calendar": "x@group.calendar.google.com", "count": 1});
    assert_eq!(google.post("/_sim/fill", &nowhere).await.status, 404);
}

#[tokio::test]
async fn calls_are_recorded_without_secrets() {
    let google = Google::start().await;
    google
        .get(&format!("{EVENTS}?maxResults=5&access_token=secret"))
        .await
        .ok();
    google.get("/calendar/v3/nothing").await;
    let calls = google.get("/_sim/calls").await.ok();
    let calls = calls["calls"].as_array().unwrap();
    assert_eq!(calls.len(), 2, "the control plane is not recorded");
    let mut first = calls[0].clone();
    let duration = first.as_object_mut().unwrap().remove("durationMicros");
    assert!(duration.is_some_and(|micros| micros.is_u64()));
    assert_eq!(
        first,
        json!({"seq": 1, "at": "2026-11-20T12:00:00Z", "method": "GET", "path": EVENTS, "requestBytes": 0,
            "query": "maxResults=5&access_token=…", "account": "ana@example.com", "status": 200, "fault": false})
    );
    assert_eq!(calls[1]["status"], 404);
    let after = google.get("/_sim/calls?after=1").await.ok();
    assert_eq!(after["calls"].as_array().unwrap().len(), 1);
    google.delete("/_sim/calls").await.ok();
    assert_eq!(google.get("/_sim/calls").await.ok()["calls"], json!([]));
}

#[tokio::test]
async fn access_and_sync_tokens_expire_by_order() {
    let google = Google::start().await;
    let token = google.get(EVENTS).await.ok()["nextSyncToken"]
        .as_str()
        .unwrap()
        .to_owned();
    google.post("/_sim/sync-tokens/expire", &json!({})).await.ok();
    assert_eq!(
        google.get(&format!("{EVENTS}?syncToken={token}")).await.refused(),
        (410, "fullSyncRequired")
    );
    let unknown = google
        .post("/_sim/sync-tokens/expire", &json!({"calendar": "x"}))
        .await;
    assert_eq!(unknown.status, 404);
    let expired = google
        .post("/_sim/tokens/expire", &json!({"email": "ana@example.com"}))
        .await
        .ok();
    assert_eq!(expired["expired"], 1);
    assert_eq!(google.get(EVENTS).await.refused(), (401, "authError"));
}

#[tokio::test]
async fn calendars_come_change_and_go_and_the_list_tells() {
    let google = Google::start().await;
    let id = "c_new@group.calendar.google.com";
    let sync = |page: Value| page["nextSyncToken"].as_str().unwrap().to_owned();
    let token = sync(google.get(LIST).await.ok());
    let order = json!({"email": "ana@example.com", "id": id, "summary": "New", "timeZone": "Asia/Tokyo"});
    google.send(Method::PUT, "/_sim/calendars", &order).await.ok();
    let delta = google.get(&format!("{LIST}?syncToken={token}")).await.ok();
    assert_eq!(
        (&delta["items"][0]["id"], &delta["items"][0]["accessRole"]),
        (&id.into(), &"owner".into())
    );
    assert_eq!(delta["items"].as_array().unwrap().len(), 1);
    let token = sync(delta);
    let gone = json!({"email": "ana@example.com", "id": id, "accessRole": "none"});
    google.send(Method::PUT, "/_sim/calendars", &gone).await.ok();
    let delta = google.get(&format!("{LIST}?syncToken={token}")).await.ok();
    assert_eq!(delta["items"][0]["deleted"], true);
    assert_eq!(google.get(LIST).await.ok()["items"].as_array().unwrap().len(), 1);
    let hidden = json!({"email": "ana@example.com", "id": id, "accessRole": "owner", "hidden": true});
    google.send(Method::PUT, "/_sim/calendars", &hidden).await.ok();
    assert_eq!(google.get(LIST).await.ok()["items"].as_array().unwrap().len(), 1);
    let shown = google
        .get(&format!("{LIST}?showHidden=true&maxResults=1"))
        .await
        .ok();
    let next = shown["nextPageToken"].as_str().unwrap();
    let shown = google
        .get(&format!("{LIST}?showHidden=true&maxResults=1&pageToken={next}"))
        .await
        .ok();
    assert_eq!(
        (&shown["items"][0]["id"], &shown["items"][0]["hidden"]),
        (&id.into(), &true.into())
    );
    assert_eq!(
        google
            .get(&format!("{LIST}?syncToken={token}&minAccessRole=owner"))
            .await
            .refused(),
        (400, "invalid")
    );
    assert_eq!(
        google.get(&format!("{LIST}?minAccessRole=king")).await.refused(),
        (400, "invalidParameter")
    );
}

#[tokio::test]
async fn a_world_survives_saving_and_loading() {
    let google = Google::demo("ana@example.com").await;
    let saved = google.get("/_sim/world").await.ok();
    assert_eq!(saved["users"].as_array().unwrap().len(), 3);
    google.send(Method::PUT, "/_sim/world", &saved).await.ok();
    assert!(
        google.get("/_sim/world").await.ok() == saved,
        "the world has changed"
    );
    google.get(EVENTS).await.ok();
    for (wrong, says) in [
        (json!({"users": [{"email": "x"}]}), "email"),
        (json!({"people": []}), "people"),
        (json!({"calendars": [{"id": "c", "timeZone": "Mars"}]}), "Mars"),
        (
            json!({"calendars": [{"id": "c", "events": [{"summary": "no time"}]}]}),
            "Missing end time",
        ),
        (
            json!({"users": [{"email": "a@b.c"}, {"email": "A@b.c"}]}),
            "twice",
        ),
    ] {
        let reply = google.send(Method::PUT, "/_sim/world", &wrong).await;
        assert_eq!(reply.status, 400);
        assert!(
            reply.body["error"].as_str().unwrap().contains(says),
            "{}",
            reply.body
        );
    }
    assert!(
        google.get("/_sim/world").await.ok() == saved,
        "a refused world changes something"
    );
}

#[tokio::test]
async fn the_first_page_shows_the_people() {
    let google = Google::demo("ana@example.com").await;
    let page = google.get("/").await.ok();
    let text = page.as_str().unwrap();
    assert!(
        text.contains("Ana Keller") && text.contains("Driving school") && text.contains("kalends-demo"),
        "{text}"
    );
    let users = google.get("/_sim/users").await.ok();
    assert_eq!(users["users"][1]["timeZone"], "America/New_York");
}
