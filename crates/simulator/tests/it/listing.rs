//! Listing events: windows, order, pages, sync.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{EVENTS, Google};

/// A calendar in Zurich with events named by what they are.
async fn calendar() -> Google {
    let google = Google::start().await;
    let timed = |id: &str, start: &str, end: &str| json!({"id": id, "summary": id, "start": {"dateTime": start}, "end": {"dateTime": end}});
    let world = json!({
        "users": [{"email": "ana@example.com", "settings": {"timezone": "Europe/Zurich"}}],
        "calendars": [{"id": "ana@example.com", "owner": "ana@example.com", "timeZone": "Europe/Zurich", "events": [
            timed("single", "2026-11-24T10:00:00Z", "2026-11-24T11:00:00Z"),
            {"id": "allday", "summary": "allday", "start": {"date": "2026-11-25"}, "end": {"date": "2026-11-27"}},
            // Over the end of summer time on 25 October 2026.
            {"id": "weekly", "summary": "weekly", "recurrence": ["RRULE:FREQ=WEEKLY"],
                "start": {"dateTime": "2026-10-14T16:00:00", "timeZone": "Europe/Zurich"},
                "end": {"dateTime": "2026-10-14T17:00:00", "timeZone": "Europe/Zurich"}},
            {"recurringEventId": "weekly", "summary": "late",
                "originalStartTime": {"dateTime": "2026-11-25T16:00:00+01:00"},
                "start": {"dateTime": "2026-11-25T18:00:00+01:00"}, "end": {"dateTime": "2026-11-25T19:00:00+01:00"}},
            {"recurringEventId": "weekly", "status": "cancelled",
                "originalStartTime": {"dateTime": "2026-12-02T16:00:00+01:00"}},
        ]}],
    });
    google
        .sim
        .control()
        .load_world(world.to_string().as_bytes())
        .unwrap();
    google
}

async fn list(google: &Google, query: &str) -> Value {
    google.get(&format!("{EVENTS}?{query}")).await.ok()
}

fn ids(page: &Value) -> Vec<&str> {
    page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["id"].as_str().unwrap())
        .collect()
}

/// All pages of a query as ids, and the token at the end.
async fn all(google: &Google, query: &str) -> (Vec<String>, String) {
    let (mut found, mut page_token) = (Vec::new(), String::new());
    loop {
        let page = list(google, &format!("{query}{page_token}")).await;
        found.extend(ids(&page).iter().map(ToString::to_string));
        match (page["nextPageToken"].as_str(), page["nextSyncToken"].as_str()) {
            (Some(next), None) => page_token = format!("&pageToken={next}"),
            (None, Some(sync)) => return (found, sync.to_owned()),
            both => panic!("exactly one token, not {both:?}"),
        }
    }
}

#[tokio::test]
async fn masters_and_exceptions_are_listed_as_they_are() {
    let google = calendar().await;
    let page = list(&google, "").await;
    assert_eq!(
        ids(&page),
        [
            "single",
            "allday",
            "weekly",
            "weekly_20261125T150000Z",
            "weekly_20261202T150000Z"
        ]
    );
    let items = page["items"].as_array().unwrap();
    assert_eq!(items[2]["recurrence"], json!(["RRULE:FREQ=WEEKLY"]));
    assert_eq!(
        items[3]["originalStartTime"]["dateTime"],
        "2026-11-25T16:00:00+01:00"
    );
    let mut cancelled = items[4].clone();
    cancelled.as_object_mut().unwrap().remove("etag");
    assert_eq!(
        cancelled,
        json!({"kind": "calendar#event", "id": "weekly_20261202T150000Z", "status": "cancelled",
            "recurringEventId": "weekly", "originalStartTime": {"dateTime": "2026-12-02T16:00:00+01:00", "timeZone": "Europe/Zurich"}})
    );
    assert_eq!(
        (&page["timeZone"], &page["accessRole"]),
        (&"Europe/Zurich".into(), &"owner".into())
    );
}

#[tokio::test]
async fn single_events_expand_over_a_change_of_the_clocks() {
    let google = calendar().await;
    let window =
        "singleEvents=true&orderBy=startTime&timeMin=2026-10-01T00:00:00Z&timeMax=2026-12-10T00:00:00Z";
    let page = list(&google, window).await;
    assert_eq!(
        ids(&page),
        [
            "weekly_20261014T140000Z",
            "weekly_20261021T140000Z",
            "weekly_20261028T150000Z",
            "weekly_20261104T150000Z",
            "weekly_20261111T150000Z",
            "weekly_20261118T150000Z",
            "single",
            "allday",
            "weekly_20261125T150000Z",
            "weekly_20261209T150000Z",
        ]
    );
    let first = &page["items"][0];
    assert_eq!(
        first["start"],
        json!({"dateTime": "2026-10-14T16:00:00+02:00", "timeZone": "Europe/Zurich"})
    );
    assert_eq!(
        (&first["recurringEventId"], first.get("recurrence")),
        (&"weekly".into(), None)
    );
    let deleted = list(&google, &format!("{window}&showDeleted=true")).await;
    assert!(ids(&deleted).contains(&"weekly_20261202T150000Z"));
}

#[tokio::test]
async fn the_window_is_open_at_both_ends() {
    let google = calendar().await;
    for (window, expect) in [
        (
            "timeMin=2026-11-24T11:00:00Z&timeMax=2026-11-24T22:00:00Z",
            vec![],
        ),
        (
            "timeMin=2026-11-24T10:59:59Z&timeMax=2026-11-24T22:00:00Z",
            vec!["single"],
        ),
        (
            "timeMin=2026-11-24T09:00:00Z&timeMax=2026-11-24T10:00:00Z",
            vec![],
        ),
        // Days begin at midnight of the calendar's zone, 23:00 UTC of the day before.
        (
            "timeMin=2026-11-24T22:00:00Z&timeMax=2026-11-24T23:00:01Z",
            vec!["allday"],
        ),
        (
            "timeMin=2026-11-26T23:00:00Z&timeMax=2026-11-27T23:00:00Z",
            vec![],
        ),
    ] {
        let page = list(&google, &format!("singleEvents=true&{window}")).await;
        assert_eq!(ids(&page), expect, "{window}");
    }
}

#[tokio::test]
async fn times_are_shown_in_the_zone_asked_for() {
    let google = calendar().await;
    let page = list(&google, "timeZone=America/New_York").await;
    assert_eq!(page["timeZone"], "America/New_York");
    assert_eq!(page["items"][0]["start"]["dateTime"], "2026-11-24T05:00:00-05:00");
    assert_eq!(page["items"][1]["start"], json!({"date": "2026-11-25"}));
}

#[tokio::test]
async fn questions_that_make_no_sense_are_refused() {
    let google = calendar().await;
    let token = all(&google, "").await.1;
    for (query, expect) in [
        ("orderBy=startTime".to_owned(), (400, "badRequest")),
        (
            "timeMin=2026-11-02T00:00:00Z&timeMax=2026-11-01T00:00:00Z".to_owned(),
            (400, "timeRangeEmpty"),
        ),
        ("timeMin=2026-11-02T00:00:00".to_owned(), (400, "badRequest")),
        ("maxResults=0".to_owned(), (400, "invalidParameter")),
        ("singleEvents=yes".to_owned(), (400, "invalidParameter")),
        ("timeZone=Mars".to_owned(), (400, "invalidParameter")),
        ("eventTypes=party".to_owned(), (400, "invalidParameter")),
        ("fields=items(".to_owned(), (400, "invalidParameter")),
        (
            "updatedMin=2026-10-01T00:00:00Z".to_owned(),
            (410, "updatedMinTooLongAgo"),
        ),
        ("pageToken=abc".to_owned(), (400, "invalid")),
        ("syncToken=abc".to_owned(), (400, "invalid")),
        (
            format!("syncToken={token}&timeMin=2026-11-02T00:00:00Z"),
            (400, "invalid"),
        ),
        (format!("syncToken={token}&showDeleted=false"), (400, "invalid")),
        (format!("syncToken={token}&singleEvents=true"), (400, "invalid")),
    ] {
        let reply = google.get(&format!("{EVENTS}?{query}")).await;
        assert_eq!(reply.refused(), expect, "{query}");
    }
}

#[tokio::test]
async fn filters_find_by_text_uid_properties_and_type() {
    let google = calendar().await;
    let start = json!({"dateTime": "2026-12-05T10:00:00Z"});
    google
        .insert(
            &json!({"id": "tagged", "summary": "Other", "location": "Old Hall", "start": start, "end": start,
            "extendedProperties": {"private": {"k": "v"}, "shared": {"s": "1"}}}),
        )
        .await;
    google
        .insert(&json!({"id": "focus", "eventType": "focusTime", "focusTimeProperties": {}, "start": start, "end": start}))
        .await;
    for (query, expect) in [
        ("q=old+hall", vec!["tagged"]),
        ("iCalUID=single%40google.com", vec!["single"]),
        ("privateExtendedProperty=k%3Dv", vec!["tagged"]),
        (
            "privateExtendedProperty=k%3Dv&sharedExtendedProperty=s%3D2",
            vec![],
        ),
        ("eventTypes=focusTime", vec!["focus"]),
    ] {
        assert_eq!(ids(&list(&google, query).await), expect, "{query}");
    }
}

#[tokio::test]
async fn pages_add_up_to_the_whole_in_every_order() {
    let google = calendar().await;
    let window = "timeMin=2026-10-01T00:00:00Z&timeMax=2027-01-01T00:00:00Z";
    for query in [
        window.to_owned(),
        format!("{window}&singleEvents=true"),
        format!("{window}&singleEvents=true&orderBy=startTime"),
        format!("{window}&orderBy=updated"),
    ] {
        let (whole, _) = all(&google, &query).await;
        let (paged, _) = all(&google, &format!("{query}&maxResults=2")).await;
        assert_eq!(whole, paged, "{query}");
        assert!(whole.len() >= 4, "{whole:?}");
    }
    // A page token serves its own question only.
    let first = list(&google, "maxResults=2").await;
    let token = first["nextPageToken"].as_str().unwrap();
    let reply = google
        .get(&format!("{EVENTS}?pageToken={token}&singleEvents=true"))
        .await;
    assert_eq!(reply.refused(), (400, "invalid"));
}

#[tokio::test]
async fn a_delta_tells_each_change_once_and_strips_tombstones() {
    let google = calendar().await;
    let (_, token) = all(&google, "").await;
    let (nothing, token) = all(&google, &format!("syncToken={token}")).await;
    assert!(nothing.is_empty());
    google
        .patch(&format!("{EVENTS}/allday"), &json!({"summary": "a"}))
        .await
        .ok();
    google
        .patch(&format!("{EVENTS}/allday"), &json!({"summary": "b"}))
        .await
        .ok();
    google.delete(&format!("{EVENTS}/single")).await.ok();
    google
        .delete(&format!("{EVENTS}/weekly_20261216T150000Z"))
        .await
        .ok();
    let page = list(&google, &format!("syncToken={token}")).await;
    assert_eq!(ids(&page), ["allday", "single", "weekly_20261216T150000Z"]);
    assert_eq!(page["items"][0]["summary"], "b");
    assert_eq!(
        page["items"][1].as_object().unwrap().len(),
        4,
        "kind, etag, id, status: {}",
        page["items"][1]
    );
    // Old tokens stay good.
    assert_eq!(all(&google, &format!("syncToken={token}")).await.0.len(), 3);
    let (full, _) = all(&google, "").await;
    assert!(!full.contains(&"single".to_owned()) && full.contains(&"weekly_20261216T150000Z".to_owned()));
    let recent = list(&google, "updatedMin=2026-11-20T12:00:00Z").await;
    assert!(ids(&recent).contains(&"single"));
}

#[tokio::test]
async fn deleting_a_series_takes_its_exceptions_along() {
    let google = calendar().await;
    let (_, token) = all(&google, "").await;
    let (_, expanded) = all(&google, "singleEvents=true&timeMin=2026-11-20T00:00:00Z").await;
    google.delete(&format!("{EVENTS}/weekly")).await.ok();
    let page = list(&google, &format!("syncToken={token}")).await;
    assert_eq!(ids(&page), ["weekly", "weekly_20261125T150000Z"]);
    assert!(
        page["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|item| item["status"] == "cancelled")
    );
    assert_eq!(all(&google, "").await.0, ["single", "allday"]);
    let page = list(&google, &format!("singleEvents=true&syncToken={expanded}")).await;
    assert!(ids(&page).contains(&"weekly_20261209T150000Z") && !ids(&page).contains(&"weekly"));
    assert!(
        page["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|item| item["status"] == "cancelled")
    );
}

#[tokio::test]
async fn shortening_a_series_withdraws_its_later_instances() {
    let google = calendar().await;
    let (_, token) = all(&google, "singleEvents=true&timeMin=2026-11-20T00:00:00Z").await;
    let shorter = json!({"recurrence": ["RRULE:FREQ=WEEKLY;UNTIL=20261210T000000Z"]});
    google.patch(&format!("{EVENTS}/weekly"), &shorter).await.ok();
    let (changed, _) = all(&google, &format!("singleEvents=true&syncToken={token}")).await;
    assert!(changed.contains(&"weekly_20261209T150000Z".to_owned()));
    let page = list(
        &google,
        &format!("singleEvents=true&syncToken={token}&maxResults=2500"),
    )
    .await;
    let gone = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["id"] == "weekly_20261216T150000Z")
        .unwrap();
    assert_eq!(
        (&gone["status"], &gone["recurringEventId"]),
        (&"cancelled".into(), &"weekly".into())
    );
}

#[tokio::test]
async fn changes_during_paging_are_not_lost() {
    let google = calendar().await;
    let first = list(&google, "maxResults=2").await;
    assert_eq!(ids(&first), ["single", "allday"]);
    google.delete(&format!("{EVENTS}/single")).await.ok();
    google
        .patch(&format!("{EVENTS}/weekly"), &json!({"summary": "renamed"}))
        .await
        .ok();
    let rest = format!(
        "maxResults=50&pageToken={}",
        first["nextPageToken"].as_str().unwrap()
    );
    let (seen, token) = all(&google, &rest).await;
    assert!(seen.contains(&"weekly".to_owned()));
    let (delta, _) = all(&google, &format!("syncToken={token}")).await;
    assert!(
        delta.contains(&"single".to_owned()),
        "the deletion is told by the next delta"
    );
}

#[tokio::test]
async fn sync_tokens_die_by_order_by_age_and_with_the_sharing() {
    let google = calendar().await;
    let gone = (410, "fullSyncRequired");
    let (_, token) = all(&google, "").await;
    google
        .sim
        .control()
        .expire_sync_tokens(Some("ana@example.com"))
        .unwrap();
    assert_eq!(
        google.get(&format!("{EVENTS}?syncToken={token}")).await.refused(),
        gone
    );
    let (_, token) = all(&google, "").await;
    google
        .sim
        .control()
        .advance(jiff::SignedDuration::from_hours(24 * 31));
    let mut google = google;
    google.act_as("ana@example.com", &["calendar"]);
    assert_eq!(
        google.get(&format!("{EVENTS}?syncToken={token}")).await.refused(),
        gone
    );
    // Another person's token is no token at all.
    let (_, token) = all(&google, "").await;
    google.act_as("ben@example.com", &["calendar"]);
    assert_eq!(
        google.get(&format!("{EVENTS}?syncToken={token}")).await.refused(),
        (400, "invalid")
    );
}

#[tokio::test]
async fn fields_and_gzip_shrink_the_answer() {
    let google = calendar().await;
    let page = list(&google, "fields=items(id,start/date),nextSyncToken").await;
    assert_eq!(
        page["items"][1],
        json!({"id": "allday", "start": {"date": "2026-11-25"}})
    );
    assert!(page.get("kind").is_none() && page["nextSyncToken"].is_string());
    let plain = reqwest::Client::builder().no_gzip().build().unwrap();
    let packed = plain
        .get(google.url(EVENTS))
        .bearer_auth(google.token())
        .header("accept-encoding", "gzip")
        .send()
        .await
        .unwrap();
    assert_eq!(packed.status(), StatusCode::OK);
    assert_eq!(packed.headers()["content-encoding"], "gzip");
}

#[tokio::test]
async fn instances_list_one_series_with_its_exceptions() {
    let google = calendar().await;
    let at = format!("{EVENTS}/weekly/instances");
    let window = "timeMin=2026-11-18T16:00:00Z&timeMax=2026-12-10T00:00:00Z";
    let page = google.get(&format!("{at}?{window}")).await.ok();
    // timeMin is inclusive here.
    assert_eq!(
        ids(&page),
        [
            "weekly_20261118T150000Z",
            "weekly_20261125T150000Z",
            "weekly_20261209T150000Z"
        ]
    );
    let page = google
        .get(&format!("{at}?{window}&showDeleted=true&maxResults=3"))
        .await
        .ok();
    assert_eq!(ids(&page)[2], "weekly_20261202T150000Z");
    let next = page["nextPageToken"].as_str().unwrap();
    let page = google
        .get(&format!(
            "{at}?{window}&showDeleted=true&maxResults=3&pageToken={next}"
        ))
        .await
        .ok();
    assert_eq!(ids(&page), ["weekly_20261209T150000Z"]);
    let one = google
        .get(&format!("{at}?originalStart=2026-11-25T16:00:00%2B01:00"))
        .await
        .ok();
    assert_eq!(one["items"][0]["summary"], "late");
    assert_eq!(
        google.get(&format!("{EVENTS}/single/instances")).await.refused(),
        (400, "invalid")
    );
}

#[tokio::test]
async fn changing_one_instance_makes_an_exception() {
    let google = calendar().await;
    let id = "weekly_20261216T150000Z";
    let instance = google.get(&format!("{EVENTS}/{id}")).await.ok();
    assert_eq!(
        (&instance["id"], &instance["recurringEventId"]),
        (&id.into(), &"weekly".into())
    );
    let moved =
        json!({"start": {"dateTime": "2026-12-17T09:00:00Z"}, "end": {"dateTime": "2026-12-17T10:00:00Z"}});
    let exception = google.patch(&format!("{EVENTS}/{id}"), &moved).await.ok();
    assert_eq!(
        exception["originalStartTime"]["dateTime"],
        "2026-12-16T16:00:00+01:00"
    );
    assert_eq!(exception["iCalUID"], "weekly@google.com");
    let window = "singleEvents=true&timeMin=2026-12-15T00:00:00Z&timeMax=2026-12-20T00:00:00Z";
    let page = list(&google, window).await;
    assert_eq!(
        (ids(&page), &page["items"][0]["start"]["dateTime"]),
        (vec![id], &"2026-12-17T10:00:00+01:00".into())
    );
    for nothing in [
        "weekly_20261217T150000Z",
        "weekly_2026",
        "weekly_x",
        "single_20261124T100000Z",
    ] {
        assert_eq!(
            google.get(&format!("{EVENTS}/{nothing}")).await.refused(),
            (404, "notFound"),
            "{nothing}"
        );
    }
    // When the series moves to another hour the exceptions of the old hour go.
    let later = json!({"start": {"dateTime": "2026-10-14T18:00:00", "timeZone": "Europe/Zurich"},
        "end": {"dateTime": "2026-10-14T19:00:00", "timeZone": "Europe/Zurich"}});
    google.patch(&format!("{EVENTS}/weekly"), &later).await.ok();
    assert_eq!(
        google.get(&format!("{EVENTS}/{id}")).await.ok()["status"],
        "cancelled"
    );
    assert_eq!(ids(&list(&google, window).await), ["weekly_20261216T170000Z"]);
}

#[tokio::test]
async fn a_cancelled_instance_can_be_revived() {
    let google = calendar().await;
    let at = format!("{EVENTS}/weekly_20261202T150000Z");
    assert_eq!(google.get(&at).await.ok()["status"], "cancelled");
    let revived = google.patch(&at, &json!({"status": "confirmed"})).await.ok();
    assert_eq!(
        (&revived["summary"], &revived["start"]["dateTime"]),
        (&"weekly".into(), &"2026-12-02T16:00:00+01:00".into())
    );
    let day = "singleEvents=true&timeMin=2026-12-02T00:00:00Z&timeMax=2026-12-03T00:00:00Z";
    assert_eq!(ids(&list(&google, day).await), ["weekly_20261202T150000Z"]);
}
