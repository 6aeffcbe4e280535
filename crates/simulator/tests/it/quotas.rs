//! Quotas, their error bodies, and the meter (reference 4.2, 4.3).

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{EVENTS, Google, Reply, read};

const SETTING: &str = "/calendar/v3/users/me/settings/locale";

async fn limit(google: &Google, limits: Value) {
    google.send(Method::PUT, "/_sim/quotas", &limits).await.ok();
}

async fn advance(google: &Google, seconds: i64) {
    google
        .post("/_sim/clock", &json!({"advanceSeconds": seconds}))
        .await
        .ok();
}

/// The whole error, so that nothing else can be in it.
#[track_caller]
fn check(reply: &Reply, status: u16, reason: &str, message: &str) {
    assert_eq!(reply.status.as_u16(), status);
    let error = json!({"error": {"errors": [{"domain": "usageLimits", "reason": reason, "message": message}],
        "code": status, "message": message}});
    assert_eq!(reply.body, error);
}

#[tokio::test]
async fn each_quota_answers_with_its_own_reason() {
    for (limits, status, reason, message) in [
        (
            json!({"perMinutePerUser": 2}),
            403,
            "userRateLimitExceeded",
            "User Rate Limit Exceeded",
        ),
        (
            json!({"perMinutePerProject": 2}),
            403,
            "rateLimitExceeded",
            "Rate Limit Exceeded",
        ),
        (
            json!({"perDayPerProject": 2}),
            403,
            "dailyLimitExceeded",
            "Daily Limit Exceeded",
        ),
        (
            json!({"perMinutePerUser": 2, "rateStatus": 429}),
            429,
            "rateLimitExceeded",
            "Rate Limit Exceeded",
        ),
        (
            json!({"perMinutePerProject": 2, "rateStatus": 429}),
            429,
            "rateLimitExceeded",
            "Rate Limit Exceeded",
        ),
    ] {
        let google = Google::start().await;
        limit(&google, limits).await;
        for _ in 0..2 {
            google.get(SETTING).await.ok();
        }
        check(&google.get(SETTING).await, status, reason, message);
    }
}

#[tokio::test]
async fn a_minute_is_a_sliding_window() {
    let google = Google::start().await;
    limit(&google, json!({"perMinutePerUser": 2})).await;
    google.get(SETTING).await.ok();
    advance(&google, 50).await;
    google.get(SETTING).await.ok();
    advance(&google, 9).await;
    assert_eq!(google.get(SETTING).await.status, 403);
    advance(&google, 1).await;
    google.get(SETTING).await.ok();
    assert_eq!(google.get(SETTING).await.status, 403);
}

#[tokio::test]
async fn users_are_counted_apart_and_quota_user_names_another() {
    let mut google = Google::start().await;
    limit(&google, json!({"perMinutePerUser": 1})).await;
    google.get(SETTING).await.ok();
    assert_eq!(google.get(SETTING).await.status, 403);
    google.get(&format!("{SETTING}?quotaUser=cron-7")).await.ok();
    assert_eq!(
        google.get(&format!("{SETTING}?quotaUser=cron-7")).await.status,
        403
    );
    let header = google
        .request(Method::GET, SETTING)
        .header("x-goog-quota-user", "cron-8");
    read(header.send().await.unwrap()).await.ok();
    google.act_as("ben@example.com", &["calendar"]);
    google.get(SETTING).await.ok();
}

#[tokio::test]
async fn the_day_of_a_project_begins_at_midnight_in_california() {
    let google = Google::start().await;
    // 2026-11-20T12:00:00Z is four in the morning there.
    limit(&google, json!({"perDayPerProject": 1})).await;
    google.get(SETTING).await.ok();
    advance(&google, 20 * 3600 - 1).await;
    google.sim.control().expire_access_tokens(None);
    let mut google = google;
    google.act_as("ana@example.com", &["calendar"]);
    assert_eq!(google.get(SETTING).await.refused(), (403, "dailyLimitExceeded"));
    advance(&google, 1).await;
    google.get(SETTING).await.ok();
}

#[tokio::test]
async fn writes_to_one_calendar_are_limited_whoever_makes_them() {
    let google = Google::start().await;
    limit(&google, json!({"writesPerMinutePerCalendar": 1})).await;
    let event = json!({"start": {"date": "2026-12-01"}, "end": {"date": "2026-12-02"}});
    google.insert(&event).await;
    let by_name = "/calendar/v3/calendars/ana%40example.com/events";
    let reply = google.post(by_name, &event).await;
    check(&reply, 403, "rateLimitExceeded", "Rate Limit Exceeded");
    google.get(EVENTS).await.ok();
    let meter = google.get("/_sim/meter").await.ok();
    assert_eq!(meter["exceeded"][0]["calendar"], "ana@example.com");
}

#[tokio::test]
async fn nothing_is_refused_by_default_but_the_meter_tells_what_google_would_refuse() {
    let google = Google::start().await;
    for _ in 0..603 {
        google.get(SETTING).await.ok();
    }
    let meter = google.get("/_sim/meter").await.ok();
    assert_eq!(meter["quotas"], json!({"rateStatus": 403}));
    assert_eq!(
        meter["exceeded"],
        json!([{"quota": "perMinutePerUser", "limit": 600, "refused": false, "calls": 3,
            "since": "2026-11-20T12:00:00Z", "until": "2026-11-20T12:00:00Z",
            "account": "ana@example.com", "client": "kalends-demo"}])
    );
    assert_eq!(
        meter["users"],
        json!([{"project": "kalends-demo", "account": "ana@example.com", "client": "kalends-demo", "calls": 603,
            "refused": 0, "lastMinute": 603, "peakPerMinute": {"calls": 603, "at": "2026-11-20T12:00:00Z"}}])
    );
}

#[tokio::test]
async fn the_meter_says_which_quota_was_exceeded_when_and_by_whom() {
    let google = Google::start().await;
    limit(&google, json!({"preset": "google", "perMinutePerUser": 2})).await;
    for second in [0, 10, 10, 10, 60] {
        advance(&google, second).await;
        google.get(SETTING).await;
    }
    for _ in 0..2 {
        google.get(SETTING).await;
    }
    let meter = google.get("/_sim/meter").await.ok();
    let told: Vec<_> = meter["exceeded"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["since"].as_str().unwrap(),
                one["until"].as_str().unwrap(),
                one["calls"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("2026-11-20T12:00:20Z", "2026-11-20T12:00:30Z", 2),
            ("2026-11-20T12:01:30Z", "2026-11-20T12:01:30Z", 1)
        ]
    );
    assert_eq!(meter["users"][0]["refused"], 3);
    google.delete("/_sim/meter").await.ok();
    let meter = google.get("/_sim/meter").await.ok();
    assert_eq!((&meter["exceeded"], &meter["users"]), (&json!([]), &json!([])));
    assert_eq!(meter["quotas"]["perMinutePerProject"], 10_000);
}

#[tokio::test]
async fn calls_without_a_live_token_and_calls_of_the_control_plane_are_not_counted() {
    let google = Google::start().await;
    let nobody = google.http.get(google.url(SETTING)).send().await.unwrap();
    assert_eq!(nobody.status(), 401);
    google.get("/_sim/users").await.ok();
    assert_eq!(google.get("/_sim/meter").await.ok()["users"], json!([]));
}

#[tokio::test]
async fn limits_that_make_no_sense_are_refused_with_what_is_wrong() {
    let google = Google::start().await;
    for (limits, says) in [
        (json!({"perMinutePerUser": -1}), "u32"),
        (json!({"perMinute": 1}), "perMinute"),
        (json!({"rateStatus": 503}), "403 or 429"),
        (json!({"preset": "microsoft"}), "google or off"),
    ] {
        let reply = google.send(Method::PUT, "/_sim/quotas", &limits).await;
        assert_eq!(reply.status, 400);
        assert!(
            reply.body["error"].as_str().unwrap().contains(says),
            "{}",
            reply.body
        );
    }
}
