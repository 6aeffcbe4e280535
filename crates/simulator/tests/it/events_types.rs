//! Event types and their refusals (Google Calendar API guides on status and birthday events; discovery document,
//! `Event.eventType`), attachments, and who sees what of an event.

use serde_json::{Value, json};

use crate::harness::{EVENTS, Google};

const SECOND: &str = "/calendar/v3/calendars/c_team%40group.calendar.google.com/events";

async fn people() -> Google {
    let google = Google::start().await;
    let world = json!({
        "users": [{"email": "ana@example.com", "calendars": [{"id": "c_team@group.calendar.google.com"}]},
            {"email": "ben@example.com"}],
        "calendars": [
            {"id": "c_team@group.calendar.google.com", "summary": "Team", "owner": "ana@example.com", "timeZone": "UTC",
                "sharing": {"ben@example.com": "reader"}},
            {"id": "ana@example.com", "owner": "ana@example.com", "timeZone": "UTC",
                "sharing": {"ben@example.com": "writerWithoutPrivateAccess"}},
        ],
    });
    google
        .sim
        .control()
        .load_world(world.to_string().as_bytes())
        .unwrap();
    google
}

fn hours() -> Value {
    json!({"start": {"dateTime": "2026-12-01T09:00:00Z"}, "end": {"dateTime": "2026-12-01T10:00:00Z"}})
}

fn day() -> Value {
    json!({"start": {"date": "2026-12-01"}, "end": {"date": "2026-12-02"}})
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

#[tokio::test]
async fn status_events_of_a_right_form_are_made_and_keep_their_properties() {
    let google = people().await;
    let yearly = json!({"eventType": "birthday", "visibility": "private", "transparency": "transparent", "summary": "Cleo",
        "recurrence": ["RRULE:FREQ=YEARLY"]});
    for body in [
        with(
            hours(),
            &json!({"eventType": "focusTime", "focusTimeProperties": {"autoDeclineMode": "declineNone", "chatStatus": "doNotDisturb"}}),
        ),
        with(
            hours(),
            &json!({"eventType": "outOfOffice", "outOfOfficeProperties": {"autoDeclineMode": "declineAllConflictingInvitations", "declineMessage": "Away"}}),
        ),
        with(
            hours(),
            &json!({"eventType": "workingLocation", "visibility": "public", "transparency": "transparent",
            "workingLocationProperties": {"type": "homeOffice", "homeOffice": {}}}),
        ),
        with(
            day(),
            &json!({"eventType": "workingLocation", "visibility": "public", "transparency": "transparent",
            "workingLocationProperties": {"type": "officeLocation", "officeLocation": {"label": "Main building"}}}),
        ),
        with(day(), &yearly),
    ] {
        let event = google.insert(&body).await;
        for (name, value) in body.as_object().unwrap() {
            if !matches!(name.as_str(), "start" | "end") {
                assert_eq!(event[name], *value, "{body}");
            }
        }
        assert_eq!(google.get(&path(&event)).await.ok(), event);
    }
    let birthday = google.get(&format!("{EVENTS}?eventTypes=birthday")).await.ok();
    assert_eq!(
        birthday["items"][0]["birthdayProperties"],
        json!({"type": "birthday"})
    );
    let found = google.get(&format!("{EVENTS}?q=main+building")).await.ok();
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    let two = google
        .get(&format!("{EVENTS}?eventTypes=focusTime&eventTypes=outOfOffice"))
        .await
        .ok();
    assert_eq!(two["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn status_events_of_a_wrong_form_are_refused() {
    let google = people().await;
    let office = json!({"eventType": "workingLocation", "workingLocationProperties": {"type": "homeOffice"}, "visibility": "public", "transparency": "transparent"});
    let focus = json!({"eventType": "focusTime", "focusTimeProperties": {}});
    let birthday = json!({"eventType": "birthday", "visibility": "private", "transparency": "transparent", "recurrence": ["RRULE:FREQ=YEARLY"]});
    for (body, reason) in [
        (
            with(hours(), &json!({"eventType": "fromGmail"})),
            "eventTypeRestriction",
        ),
        (
            with(hours(), &json!({"eventType": "focusTime"})),
            "malformedFocusTimeEvent",
        ),
        (
            with(with(hours(), &focus), &json!({"transparency": "transparent"})),
            "malformedFocusTimeEvent",
        ),
        (with(day(), &focus), "malformedFocusTimeEvent"),
        (
            with(
                hours(),
                &json!({"eventType": "focusTime", "focusTimeProperties": {"chatStatus": "asleep"}}),
            ),
            "invalid",
        ),
        (
            with(day(), &json!({"eventType": "outOfOffice"})),
            "malformedOutOfOfficeEvent",
        ),
        (
            with(
                hours(),
                &json!({"eventType": "outOfOffice", "attendees": [{"email": "ben@example.com"}]}),
            ),
            "malformedOutOfOfficeEvent",
        ),
        (
            with(with(hours(), &office), &json!({"visibility": "default"})),
            "malformedWorkingLocationEvent",
        ),
        (
            with(with(hours(), &office), &json!({"transparency": "opaque"})),
            "malformedWorkingLocationEvent",
        ),
        (
            with(
                with(hours(), &office),
                &json!({"workingLocationProperties": null}),
            ),
            "malformedWorkingLocationEvent",
        ),
        (
            with(
                with(hours(), &office),
                &json!({"workingLocationProperties": {"type": "moon"}}),
            ),
            "malformedWorkingLocationEvent",
        ),
        (
            with(with(day(), &office), &json!({"end": {"date": "2026-12-03"}})),
            "malformedWorkingLocationEvent",
        ),
        (
            with(with(day(), &birthday), &json!({"recurrence": null})),
            "malformedBirthdayEvent",
        ),
        (
            with(with(day(), &birthday), &json!({"visibility": "public"})),
            "malformedBirthdayEvent",
        ),
        (
            with(
                with(day(), &birthday),
                &json!({"birthdayProperties": {"type": "anniversary"}}),
            ),
            "malformedBirthdayEvent",
        ),
        (with(hours(), &json!({"focusTimeProperties": {}})), "invalid"),
    ] {
        assert_eq!(
            google.post(EVENTS, &body).await.refused(),
            (400, reason),
            "{body}"
        );
    }
    let elsewhere = google.post(SECOND, &with(hours(), &focus)).await;
    assert_eq!(
        elsewhere.refused(),
        (400, "eventTypeRestriction"),
        "only on primary calendars"
    );
}

#[tokio::test]
async fn an_event_never_changes_its_type() {
    let google = people().await;
    let event = google.insert(&hours()).await;
    let change = json!({"eventType": "outOfOffice"});
    assert_eq!(
        google.patch(&path(&event), &change).await.refused(),
        (400, "eventTypeRestriction")
    );
    google
        .patch(&path(&event), &json!({"eventType": "default", "summary": "Same"}))
        .await
        .ok();
}

#[tokio::test]
async fn attachments_count_only_when_they_are_supported() {
    let google = people().await;
    let files = json!({"attachments": [{"fileUrl": "https://drive.google.com/open?id=1AbC", "title": "Scales", "fileId": "made-up"}]});
    let without = google.insert(&with(hours(), &files)).await;
    assert!(without.get("attachments").is_none());
    let at = format!("{}?supportsAttachments=true", path(&without));
    let attached = google.patch(&at, &files).await.ok();
    assert_eq!(
        attached["attachments"],
        json!([{"fileUrl": "https://drive.google.com/open?id=1AbC", "title": "Scales", "fileId": "1AbC"}])
    );
    let put = google
        .send(reqwest::Method::PUT, &path(&without), &hours())
        .await
        .ok();
    assert_eq!(put["attachments"], attached["attachments"]);
    let put = google.send(reqwest::Method::PUT, &at, &hours()).await.ok();
    assert!(put.get("attachments").is_none());
    let many: Vec<Value> = (0..26)
        .map(|number| json!({"fileUrl": format!("https://x.example/{number}")}))
        .collect();
    assert_eq!(
        google.patch(&at, &json!({"attachments": many})).await.refused(),
        (400, "invalid")
    );
    assert_eq!(
        google
            .patch(&at, &json!({"attachments": [{"title": "no address"}]}))
            .await
            .refused(),
        (400, "required")
    );
}

#[tokio::test]
async fn who_may_not_see_private_events_sees_when_they_are() {
    let mut google = people().await;
    let secret = with(
        hours(),
        &json!({"visibility": "private", "summary": "Secret", "description": "d", "location": "l",
        "extendedProperties": {"private": {"k": "v"}}, "reminders": {"useDefault": true}}),
    );
    google.insert(&secret).await;
    let open = with(
        hours(),
        &json!({"summary": "Open", "source": {"url": "https://app.example/1"}}),
    );
    let open = google.insert(&open).await;
    assert_eq!(open["source"]["url"], "https://app.example/1");
    google.act_as("ben@example.com", &["calendar"]);
    let list = google
        .get("/calendar/v3/calendars/ana%40example.com/events")
        .await
        .ok();
    assert_eq!(list["accessRole"], "writerWithoutPrivateAccess");
    let items = list["items"].as_array().unwrap();
    let mut keys: Vec<&String> = items[0].as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(
        keys,
        [
            "end",
            "etag",
            "eventType",
            "htmlLink",
            "iCalUID",
            "id",
            "kind",
            "sequence",
            "start",
            "status",
            "updated",
            "visibility"
        ]
    );
    assert_eq!(items[0]["visibility"], "private");
    let found = google
        .get("/calendar/v3/calendars/ana%40example.com/events?q=secret")
        .await
        .ok();
    assert_eq!(found["items"], json!([]), "what is hidden is not found");
    // Of others only the source is hidden.
    assert_eq!(items[1]["summary"], "Open");
    assert!(items[1].get("source").is_none());
}
