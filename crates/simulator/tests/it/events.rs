//! Writing events: ids, versions, series, who may.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{EVENTS, Google, read};

/// A lesson on the first of December at four in UTC.
fn lesson() -> Value {
    json!({"summary": "Lesson", "start": {"dateTime": "2026-12-01T16:00:00Z"}, "end": {"dateTime": "2026-12-01T16:45:00Z"}})
}

fn with(mut body: Value, members: &Value) -> Value {
    for (name, value) in members.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

fn path(event: &Value) -> String {
    format!("{EVENTS}/{}", event["id"].as_str().unwrap())
}

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

#[tokio::test]
async fn a_new_event_has_googles_shape() {
    let google = zurich().await;
    let event = google.insert(&lesson()).await;
    let id = event["id"].as_str().unwrap();
    assert_eq!(id.len(), 26);
    assert!(id.bytes().all(|c| matches!(c, b'a'..=b'v' | b'0'..=b'9')), "{id}");
    assert_eq!(event["iCalUID"], format!("{id}@google.com"));
    assert_eq!(
        event["start"],
        json!({"dateTime": "2026-12-01T17:00:00+01:00", "timeZone": "Europe/Zurich"})
    );
    assert_eq!(
        (&event["created"], &event["updated"]),
        (
            &"2026-11-20T12:00:00.000Z".into(),
            &"2026-11-20T12:00:00.000Z".into()
        )
    );
    assert_eq!(
        event["organizer"],
        json!({"email": "ana@example.com", "self": true})
    );
    assert_eq!(
        (&event["sequence"], &event["reminders"]),
        (&0.into(), &json!({"useDefault": true}))
    );
    assert!(event.get("transparency").is_none() && event.get("visibility").is_none());
    let etag = event["etag"].as_str().unwrap();
    assert!(
        etag.starts_with('"') && etag.trim_matches('"').parse::<u64>().is_ok(),
        "{etag}"
    );
    assert_eq!(google.get(&path(&event)).await.ok(), event);
}

#[tokio::test]
async fn impossible_events_are_refused_with_googles_reasons() {
    let google = zurich().await;
    let at = |text: &str| json!({"dateTime": text});
    for (members, reason) in [
        (json!({"end": null}), "required"),
        (json!({"start": null}), "required"),
        (json!({"start": at("2026-12-01T16:00:00")}), "required"),
        (
            json!({"start": {"dateTime": "2026-12-01T16:00:00", "timeZone": "Mars/Olympus"}}),
            "invalid",
        ),
        (
            json!({"start": {"dateTime": "2026-12-01T16:00:00Z", "date": "2026-12-01"}}),
            "invalid",
        ),
        (json!({"start": {"date": "2026-12-01"}}), "invalid"),
        (json!({"end": at("2026-12-01T15:00:00Z")}), "timeRangeEmpty"),
        (
            json!({"start": {"date": "2026-12-01"}, "end": {"date": "2026-12-01"}}),
            "timeRangeEmpty",
        ),
        (json!({"id": "ABC"}), "invalid"),
        (json!({"id": "abc-defg"}), "invalid"),
        (json!({"recurrence": ["RRULE:FREQ=DAILY"]}), "required"),
        (
            json!({"recurrence": ["FREQ=DAILY"], "start": {"dateTime": "2026-12-01T16:00:00Z", "timeZone": "UTC"}}),
            "invalid",
        ),
        (json!({"attendees": [{"email": "nobody"}]}), "invalid"),
        (
            json!({"reminders": {"useDefault": false, "overrides": [{"method": "popup", "minutes": 50000}]}}),
            "invalid",
        ),
        (json!({"source": {"url": "ftp://x"}}), "invalid"),
        (json!({"status": "done"}), "invalid"),
        (json!({"eventType": "fromGmail"}), "eventTypeRestriction"),
        (json!({"colorId": "99"}), "invalid"),
    ] {
        let reply = google.post(EVENTS, &with(lesson(), &members)).await;
        assert_eq!(reply.refused(), (400, reason), "{members}");
    }
    assert_eq!(
        google.post(EVENTS, &json!([1])).await.refused(),
        (400, "parseError")
    );
}

#[tokio::test]
async fn a_point_in_time_and_an_offset_in_any_zone_are_fine() {
    let google = zurich().await;
    let point = with(lesson(), &json!({"end": {"dateTime": "2026-12-01T16:00:00Z"}}));
    google.insert(&point).await;
    let stated = json!({"start": {"dateTime": "2026-12-01T10:00:00.750", "timeZone": "America/New_York"}});
    let event = google.insert(&with(lesson(), &stated)).await;
    assert_eq!(
        event["start"],
        json!({"dateTime": "2026-12-01T16:00:00+01:00", "timeZone": "America/New_York"})
    );
}

#[tokio::test]
async fn ids_of_the_caller_are_taken_once_also_after_deletion() {
    let google = zurich().await;
    let own = with(lesson(), &json!({"id": "0123456789abcdef"}));
    let event = google.insert(&own).await;
    assert_eq!(event["id"], "0123456789abcdef");
    assert_eq!(google.post(EVENTS, &own).await.refused(), (409, "duplicate"));
    google.delete(&path(&event)).await.ok();
    assert_eq!(google.post(EVENTS, &own).await.refused(), (409, "duplicate"));
}

#[tokio::test]
async fn deleting_leaves_a_tombstone_that_can_be_revived() {
    let google = zurich().await;
    let event = google.insert(&lesson()).await;
    assert_eq!(google.delete(&path(&event)).await.status, 204);
    assert_eq!(google.delete(&path(&event)).await.refused(), (410, "deleted"));
    assert_eq!(
        google.delete(&format!("{EVENTS}/never")).await.refused(),
        (404, "notFound")
    );
    let tombstone = google.get(&path(&event)).await.ok();
    assert_eq!(
        (&tombstone["status"], &tombstone["summary"]),
        (&"cancelled".into(), &"Lesson".into())
    );
    let still = google
        .patch(&path(&event), &json!({"summary": "Other"}))
        .await
        .ok();
    assert_eq!(still["status"], "cancelled");
    let revived = google
        .patch(&path(&event), &json!({"status": "confirmed"}))
        .await
        .ok();
    assert_eq!(
        (&revived["status"], &revived["summary"]),
        (&"confirmed".into(), &"Other".into())
    );
}

#[tokio::test]
async fn patch_merges_objects_replaces_arrays_and_deletes_by_null() {
    let google = zurich().await;
    let event = google
        .insert(&with(lesson(), &json!({"description": "d", "colorId": "3",
            "extendedProperties": {"private": {"a": "1", "b": "2"}},
            "attendees": [{"email": "x@example.net", "responseStatus": "accepted"}, {"email": "y@example.net"}]})))
        .await;
    let patch = json!({"description": null, "attendees": [{"email": "y@example.net"}],
        "extendedProperties": {"private": {"a": "3"}}, "id": "ignored", "etag": "ignored"});
    google
        .sim
        .control()
        .advance(jiff::SignedDuration::from_millis(1234));
    let after = google.patch(&path(&event), &patch).await.ok();
    assert!(after.get("description").is_none());
    assert_eq!(after["colorId"], "3");
    assert_eq!(
        after["extendedProperties"]["private"],
        json!({"a": "3", "b": "2"})
    );
    assert_eq!(
        after["attendees"],
        json!([{"email": "y@example.net", "responseStatus": "needsAction"}])
    );
    assert_eq!((&after["id"], &after["sequence"]), (&event["id"], &0.into()));
    assert_eq!(after["updated"], "2026-11-20T12:00:01.234Z");
    assert_ne!(after["etag"], event["etag"]);
    let moved = google
        .patch(
            &path(&event),
            &json!({"end": {"dateTime": "2026-12-01T17:00:00Z"}}),
        )
        .await
        .ok();
    assert_eq!(moved["sequence"], 1);
    assert_eq!(
        google
            .patch(&path(&event), &json!({"sequence": 0}))
            .await
            .refused(),
        (400, "invalid")
    );
    let day = json!({"start": {"date": "2026-12-24", "dateTime": null, "timeZone": null},
        "end": {"date": "2026-12-25", "dateTime": null, "timeZone": null}});
    let all_day = google.patch(&path(&event), &day).await.ok();
    assert_eq!(all_day["start"], json!({"date": "2026-12-24"}));
    let half = json!({"start": {"dateTime": "2026-12-24T10:00:00Z"}});
    assert_eq!(
        google.patch(&path(&event), &half).await.refused(),
        (400, "invalid")
    );
}

#[tokio::test]
async fn put_takes_away_what_it_does_not_name() {
    let google = zurich().await;
    let event = google
        .insert(&with(lesson(), &json!({"colorId": "3", "location": "Here"})))
        .await;
    let after = google.send(Method::PUT, &path(&event), &lesson()).await.ok();
    assert!(after.get("colorId").is_none() && after.get("location").is_none());
    assert_eq!(
        (&after["id"], &after["created"]),
        (&event["id"], &event["created"])
    );
}

#[tokio::test]
async fn reminders_change_the_etag_but_not_updated() {
    let google = zurich().await;
    let event = google.insert(&lesson()).await;
    google.sim.control().advance(jiff::SignedDuration::from_secs(9));
    let reminders =
        json!({"reminders": {"useDefault": false, "overrides": [{"method": "email", "minutes": 5}]}});
    let after = google.patch(&path(&event), &reminders).await.ok();
    assert_eq!(after["updated"], event["updated"]);
    assert_ne!(after["etag"], event["etag"]);
}

#[tokio::test]
async fn etags_guard_writes_and_save_reads() {
    let google = zurich().await;
    let event = google.insert(&lesson()).await;
    let etag = event["etag"].as_str().unwrap();
    let conditional = |method: Method, header: &'static str, etag: &str| {
        google
            .request(method, &path(&event))
            .header(header, etag)
            .json(&json!({"summary": "New"}))
            .send()
    };
    let stale = read(conditional(Method::PATCH, "if-match", "\"1\"").await.unwrap()).await;
    assert_eq!(stale.refused(), (412, "conditionNotMet"));
    assert_eq!(stale.body["error"]["errors"][0]["location"], "If-Match");
    assert_eq!(
        read(conditional(Method::DELETE, "if-match", "\"1\"").await.unwrap())
            .await
            .status,
        412
    );
    assert_eq!(
        conditional(Method::GET, "if-none-match", etag)
            .await
            .unwrap()
            .status(),
        304
    );
    assert_eq!(
        conditional(Method::PATCH, "if-match", etag)
            .await
            .unwrap()
            .status(),
        200
    );
    assert_eq!(
        conditional(Method::GET, "if-none-match", etag)
            .await
            .unwrap()
            .status(),
        200
    );
    assert_eq!(
        conditional(Method::DELETE, "if-match", "*")
            .await
            .unwrap()
            .status(),
        204
    );
}

#[tokio::test]
async fn extended_properties_have_limits() {
    let google = zurich().await;
    let long = "k".repeat(45);
    let event = google
        .insert(&with(
            lesson(),
            &json!({"extendedProperties": {"shared": {long: "x", "short": "v".repeat(2000)}}}),
        ))
        .await;
    let shared = event["extendedProperties"]["shared"].as_object().unwrap();
    assert_eq!(shared.len(), 1);
    assert_eq!(shared["short"].as_str().unwrap().len(), 1024);
}

#[tokio::test]
async fn a_meet_link_needs_the_version_and_a_new_request_id() {
    let google = zurich().await;
    let ask = |id: &str| json!({"conferenceData": {"createRequest": {"requestId": id, "conferenceSolutionKey": {"type": "hangoutsMeet"}}}});
    let without = google.insert(&with(lesson(), &ask("r1"))).await;
    assert!(without.get("hangoutLink").is_none() && without.get("conferenceData").is_none());
    let at = format!("{}?conferenceDataVersion=1", path(&without));
    let linked = google.patch(&at, &ask("r1")).await.ok();
    assert!(
        linked["hangoutLink"]
            .as_str()
            .unwrap()
            .starts_with("https://meet.google.com/")
    );
    assert_eq!(
        linked["conferenceData"]["createRequest"]["status"]["statusCode"],
        "success"
    );
    let again = google.patch(&at, &ask("r1")).await.ok();
    assert_eq!(again["hangoutLink"], linked["hangoutLink"]);
    let kept = google
        .patch(&path(&without), &json!({"summary": "x", "conferenceData": null}))
        .await
        .ok();
    assert_eq!(kept["hangoutLink"], linked["hangoutLink"]);
    let removed = google.patch(&at, &json!({"conferenceData": null})).await.ok();
    assert!(removed.get("hangoutLink").is_none() && removed.get("conferenceData").is_none());
    let other = json!({"conferenceData": {"createRequest": {"requestId": "r2", "conferenceSolutionKey": {"type": "addOn"}}}});
    assert_eq!(google.patch(&at, &other).await.refused(), (400, "invalid"));
}

#[tokio::test]
async fn roles_and_scopes_decide_who_sees_and_writes() {
    let mut google = Google::demo("ana@example.com").await;
    let school = "/calendar/v3/calendars/c_ben0school%40group.calendar.google.com/events";
    let holidays = "/calendar/v3/calendars/en.ch%23holiday%40group.v.calendar.google.com/events";
    assert_eq!(google.get(school).await.ok()["accessRole"], "reader");
    assert_eq!(
        google.post(school, &lesson()).await.refused(),
        (403, "requiredAccessLevel")
    );
    let bare = google.get(holidays).await.ok();
    assert_eq!(bare["accessRole"], "freeBusyReader");
    assert!(
        bare["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|e| e.get("summary").is_none() && e["visibility"] == "private")
    );
    assert_eq!(
        google
            .get("/calendar/v3/calendars/ben%40example.com/events")
            .await
            .refused(),
        (404, "notFound")
    );
    google.act_as("ana@example.com", &["calendar.events"]);
    let busy = json!({"timeMin": "2026-11-20T00:00:00Z", "timeMax": "2026-11-21T00:00:00Z", "items": []});
    let refused = google.post("/calendar/v3/freeBusy", &busy).await;
    assert_eq!(refused.refused(), (403, "insufficientPermissions"));
    assert_eq!(
        refused.body["error"]["details"][0]["reason"],
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
    );
    assert_eq!(
        refused.body["error"]["details"][0]["metadata"]["method"],
        "calendar.v3.Freebusy.Query"
    );
    google.act_as("ana@example.com", &["calendar.events.freebusy"]);
    assert_eq!(
        google.post(EVENTS, &lesson()).await.refused(),
        (403, "insufficientPermissions")
    );
    assert!(
        google.get(EVENTS).await.ok()["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|e| e.get("summary").is_none())
    );
    google.act_as("ana@example.com", &["calendar.events.owned"]);
    google.post(EVENTS, &lesson()).await.ok();
    assert_eq!(google.get(school).await.refused(), (404, "notFound"));
}

#[tokio::test]
async fn guests_may_answer_but_not_move() {
    let google = Google::demo("ana@example.com").await;
    let events = google.get(&format!("{EVENTS}?q=sales")).await.ok();
    let call = &events["items"][0];
    assert_eq!(
        call["attendees"][1],
        json!({"email": "ana@example.com", "self": true, "responseStatus": "declined"})
    );
    let refused = google.patch(&path(call), &json!({"summary": "Mine now"})).await;
    assert_eq!(refused.refused(), (403, "forbiddenForNonOrganizer"));
    let mut attendees = call["attendees"].clone();
    attendees[1]["responseStatus"] = "accepted".into();
    let answered = google
        .patch(&path(call), &json!({"attendees": attendees, "colorId": "5"}))
        .await
        .ok();
    assert_eq!(answered["attendees"][1]["responseStatus"], "accepted");
}

#[tokio::test]
async fn a_dead_token_is_told_with_a_challenge() {
    let google = Google::start().await;
    google
        .sim
        .control()
        .advance(jiff::SignedDuration::from_secs(3599));
    let response = google.request(Method::GET, EVENTS).send().await.unwrap();
    assert_eq!(
        response.headers()["www-authenticate"],
        "Bearer realm=\"https://accounts.google.com/\""
    );
    assert_eq!(read(response).await.refused(), (401, "authError"));
    let bare = google.http.get(google.url(EVENTS)).send().await.unwrap();
    let reply = read(bare).await;
    assert_eq!(reply.refused(), (401, "required"));
    assert_eq!(reply.body["error"]["details"][0]["reason"], "CREDENTIALS_MISSING");
}
