//! `calendars`, `colors` and `settings` (reference 2.1, 4.2; discovery document of Calendar v3).

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{EVENTS, Google};

const CALENDARS: &str = "/calendar/v3/calendars";
const LIST: &str = "/calendar/v3/users/me/calendarList";

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

async fn new_calendar(google: &Google, summary: &str) -> String {
    let made = google.post(CALENDARS, &json!({"summary": summary})).await.ok();
    made["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_new_calendar_is_its_maker_s_and_on_their_list() {
    let google = Google::start().await;
    let body =
        json!({"summary": "Lessons", "timeZone": "Europe/Zurich", "description": "At home", "id": "mine"});
    let made = google.post(CALENDARS, &body).await.ok();
    let id = made["id"].as_str().unwrap();
    assert!(
        id.starts_with("c_") && id.ends_with("@group.calendar.google.com") && id.len() == 92,
        "{id}"
    );
    let mut names = keys(&made);
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "conferenceProperties",
            "dataOwner",
            "description",
            "etag",
            "id",
            "kind",
            "summary",
            "timeZone"
        ]
    );
    assert_eq!(made["dataOwner"], "ana@example.com");
    let entry = google.get(&format!("{LIST}/{id}")).await.ok();
    assert_eq!(
        (&entry["accessRole"], &entry["selected"]),
        (&json!("owner"), &json!(true))
    );
    assert_eq!(
        google.post(CALENDARS, &json!({})).await.refused(),
        (400, "required")
    );
    let nowhere = json!({"summary": "x", "timeZone": "Mars/Base"});
    assert_eq!(google.post(CALENDARS, &nowhere).await.refused(), (400, "invalid"));
}

#[tokio::test]
async fn a_patch_changes_what_it_names_and_an_update_replaces_the_rest() {
    let google = Google::start().await;
    let path = format!("{CALENDARS}/{}", new_calendar(&google, "Lessons").await);
    let patched = google
        .patch(&path, &json!({"description": "d", "location": "l"}))
        .await
        .ok();
    assert_eq!(
        (&patched["summary"], &patched["description"], &patched["location"]),
        (&json!("Lessons"), &json!("d"), &json!("l"))
    );
    let cleared = google.patch(&path, &json!({"description": null})).await.ok();
    assert_eq!(
        (cleared.get("description"), &cleared["location"]),
        (None, &json!("l"))
    );
    let replaced = google
        .send(Method::PUT, &path, &json!({"summary": "New"}))
        .await
        .ok();
    assert_eq!(
        (&replaced["summary"], replaced.get("location")),
        (&json!("New"), None)
    );
    assert_eq!(
        google.send(Method::PUT, &path, &json!({})).await.refused(),
        (400, "required")
    );
    let stale = google
        .request(Method::PATCH, &path)
        .header("if-match", "\"1\"")
        .json(&json!({"summary": "x"}));
    assert_eq!(stale.send().await.unwrap().status(), 412);
    let fresh = google
        .request(Method::GET, &path)
        .header("if-none-match", replaced["etag"].as_str().unwrap());
    assert_eq!(fresh.send().await.unwrap().status(), 304);
}

#[tokio::test]
async fn another_zone_moves_no_event_but_tells_its_times_and_days_there() {
    let google = Google::start().await;
    let timed =
        json!({"start": {"dateTime": "2026-12-01T12:00:00Z"}, "end": {"dateTime": "2026-12-01T13:00:00Z"}});
    let timed = google.insert(&timed).await;
    google
        .insert(&json!({"start": {"date": "2026-12-05"}, "end": {"date": "2026-12-06"}}))
        .await;
    google
        .patch(
            &format!("{CALENDARS}/primary"),
            &json!({"timeZone": "Asia/Tokyo"}),
        )
        .await
        .ok();
    let told = google
        .get(&format!("{EVENTS}/{}", timed["id"].as_str().unwrap()))
        .await
        .ok();
    assert_eq!(told["start"]["dateTime"], "2026-12-01T21:00:00+09:00");
    assert_eq!(told["etag"], timed["etag"]);
    let question = json!({"timeMin": "2026-12-04T00:00:00Z", "timeMax": "2026-12-08T00:00:00Z", "items": [{"id": "primary"}]});
    let busy = google.post("/calendar/v3/freeBusy", &question).await.ok();
    assert_eq!(
        busy["calendars"]["primary"]["busy"],
        json!([{"start": "2026-12-04T15:00:00Z", "end": "2026-12-05T15:00:00Z"}])
    );
}

#[tokio::test]
async fn only_owners_decide_about_a_calendar() {
    let mut google = Google::start().await;
    let id = new_calendar(&google, "Shared").await;
    let path = format!("{CALENDARS}/{id}");
    let rule = json!({"role": "writer", "scope": {"type": "user", "value": "ben@example.com"}});
    google.post(&format!("{path}/acl"), &rule).await.ok();
    google.act_as("ben@example.com", &["calendar"]);
    for reply in [
        google.patch(&path, &json!({"summary": "Mine"})).await,
        google.delete(&path).await,
        google.post(&format!("{path}/acl"), &rule).await,
        google.post(&format!("{path}/clear"), &json!({})).await,
    ] {
        assert_eq!(reply.refused(), (403, "requiredAccessLevel"));
        assert_eq!(
            reply.body["error"]["message"],
            "You need to have owner access to this calendar."
        );
    }
    google.act_as("chika@example.com", &["calendar"]);
    assert_eq!(
        google.patch(&path, &json!({"summary": "Mine"})).await.refused(),
        (404, "notFound")
    );
}

#[tokio::test]
async fn a_deleted_calendar_is_gone_for_everyone_and_leaves_tombstones_on_lists() {
    let mut google = Google::start().await;
    let id = new_calendar(&google, "Shared").await;
    let rule = json!({"role": "reader", "scope": {"type": "user", "value": "ben@example.com"}});
    google.post(&format!("{CALENDARS}/{id}/acl"), &rule).await.ok();
    let ana = google.token().to_owned();
    google.act_as("ben@example.com", &["calendar"]);
    google.post(LIST, &json!({"id": id})).await.ok();
    let token = google.get(LIST).await.ok()["nextSyncToken"]
        .as_str()
        .unwrap()
        .to_owned();
    let deleted = google
        .http
        .delete(google.url(&format!("{CALENDARS}/{id}")))
        .bearer_auth(ana);
    assert_eq!(deleted.send().await.unwrap().status(), 204);
    assert_eq!(
        google.get(&format!("{CALENDARS}/{id}/events")).await.refused(),
        (404, "notFound")
    );
    let delta = google.get(&format!("{LIST}?syncToken={token}")).await.ok();
    let items = delta["items"].as_array().unwrap();
    assert_eq!(items.len(), 1);
    assert_eq!(
        (&items[0]["id"], &items[0]["deleted"]),
        (&json!(id), &json!(true))
    );
}

#[tokio::test]
async fn a_primary_calendar_cannot_be_deleted_but_cleared() {
    let google = Google::start().await;
    let primary = format!("{CALENDARS}/primary");
    assert_eq!(
        google.delete(&primary).await.refused(),
        (403, "cannotDeletePrimaryCalendar")
    );
    let day = |day: &str| json!({"start": {"date": day}, "end": {"date": day.replace("-0", "-1")}});
    google.insert(&day("2026-12-01")).await;
    let weekly = json!({"recurrence": ["RRULE:FREQ=WEEKLY;COUNT=4"],
        "start": {"dateTime": "2026-12-01T12:00:00Z", "timeZone": "UTC"}, "end": {"dateTime": "2026-12-01T13:00:00Z", "timeZone": "UTC"}});
    let series = google.insert(&weekly).await;
    let second = format!("{EVENTS}/{}_20261208T120000Z", series["id"].as_str().unwrap());
    google.patch(&second, &json!({"summary": "Moved"})).await.ok();
    let token = google.get(EVENTS).await.ok()["nextSyncToken"]
        .as_str()
        .unwrap()
        .to_owned();
    google.post(&format!("{primary}/clear"), &json!({})).await.ok();
    assert_eq!(google.get(EVENTS).await.ok()["items"], json!([]));
    let delta = google.get(&format!("{EVENTS}?syncToken={token}")).await.ok();
    let items = delta["items"].as_array().unwrap();
    assert_eq!(items.len(), 3);
    assert!(
        items.iter().all(|item| item["status"] == "cancelled"),
        "{delta:#}"
    );
    let other = new_calendar(&google, "Other").await;
    assert_eq!(
        google
            .post(&format!("{CALENDARS}/{other}/clear"), &json!({}))
            .await
            .refused(),
        (400, "invalid")
    );
}

#[tokio::test]
async fn a_data_owner_may_give_a_calendar_to_somebody_else() {
    let mut google = Google::start().await;
    let id = new_calendar(&google, "Given").await;
    let transfer = |to: &str| format!("{CALENDARS}/{id}/transferOwnership?newDataOwner={to}");
    assert_eq!(
        google
            .post(&transfer("nobody@example.com"), &json!({}))
            .await
            .refused(),
        (400, "invalidParameter")
    );
    google
        .sim
        .control()
        .issue_tokens("ben@example.com", &["calendar"])
        .unwrap();
    google.post(&transfer("ben@example.com"), &json!({})).await.ok();
    let calendar = google.get(&format!("{CALENDARS}/{id}")).await.ok();
    assert_eq!(calendar["dataOwner"], "ben@example.com");
    assert_eq!(
        google
            .post(&transfer("ana@example.com"), &json!({}))
            .await
            .refused(),
        (403, "forbidden")
    );
    google.act_as("ben@example.com", &["calendar"]);
    let rules = google.get(&format!("{CALENDARS}/{id}/acl")).await.ok();
    assert_eq!(rules["items"][0]["role"], "owner", "{rules:#}");
}

#[tokio::test]
async fn calendars_made_in_a_day_are_limited() {
    let google = Google::start().await;
    google
        .send(Method::PUT, "/_sim/quotas", &json!({"calendarsPerDay": 2}))
        .await
        .ok();
    for _ in 0..2 {
        new_calendar(&google, "One more").await;
    }
    let refused = google.post(CALENDARS, &json!({"summary": "x"})).await;
    assert_eq!(refused.refused(), (403, "quotaExceeded"));
    assert_eq!(
        refused.body["error"]["message"],
        "Calendar usage limits exceeded."
    );
}

#[tokio::test]
async fn events_and_invitations_of_a_day_are_limited() {
    let google = Google::start().await;
    let limits = json!({"eventsPerDay": 3, "externalInvitationsPerDay": 2});
    google.send(Method::PUT, "/_sim/quotas", &limits).await.ok();
    let event = |guests: &[&str]| {
        let guests: Vec<Value> = guests.iter().map(|email| json!({"email": email})).collect();
        json!({"start": {"date": "2026-12-01"}, "end": {"date": "2026-12-02"}, "attendees": guests})
    };
    let first = google
        .insert(&event(&["a@elsewhere.org", "colleague@example.com"]))
        .await;
    let path = format!("{EVENTS}/{}", first["id"].as_str().unwrap());
    google
        .patch(
            &path,
            &json!({"attendees": [{"email": "a@elsewhere.org"}, {"email": "b@elsewhere.org"}]}),
        )
        .await
        .ok();
    let more = json!({"attendees": [{"email": "a@elsewhere.org"}, {"email": "c@elsewhere.org"}]});
    assert_eq!(google.patch(&path, &more).await.refused(), (403, "quotaExceeded"));
    google.insert(&event(&["x@example.com"])).await;
    google.insert(&event(&[])).await;
    assert_eq!(
        google.post(EVENTS, &event(&[])).await.refused(),
        (403, "quotaExceeded")
    );
    google
        .patch(&path, &json!({"summary": "Changing is no making"}))
        .await
        .ok();
    google
        .post("/_sim/clock", &json!({"advanceSeconds": 24 * 3600}))
        .await
        .ok();
    let mut google = google;
    google.act_as("ana@example.com", &["calendar"]);
    google.insert(&event(&["d@elsewhere.org"])).await;
}

#[tokio::test]
async fn colors_lists_both_palettes() {
    let google = Google::start().await;
    let colors = google.get("/calendar/v3/colors").await.ok();
    assert_eq!(colors["kind"], "calendar#colors");
    assert_eq!(keys(&colors["calendar"]).len(), 24);
    assert_eq!(keys(&colors["event"]).len(), 11);
    assert_eq!(
        colors["event"]["11"],
        json!({"background": "#dc2127", "foreground": "#1d1d1d"})
    );
    let primary = google.get(&format!("{LIST}/primary")).await.ok();
    let id = primary["colorId"].as_str().unwrap();
    assert_eq!(colors["calendar"][id]["background"], primary["backgroundColor"]);
}
