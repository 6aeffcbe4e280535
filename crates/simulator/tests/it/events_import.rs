//! `events.import`, `events.move` and `events.quickAdd` (discovery document; reference of the events resource).

use serde_json::{Value, json};

use crate::harness::{EVENTS, Google};

const TEAM: &str = "c_team@group.calendar.google.com";
const TEAM_EVENTS: &str = "/calendar/v3/calendars/c_team%40group.calendar.google.com/events";

async fn people() -> Google {
    let google = Google::start().await;
    let world = json!({
        "users": [
            {"email": "ana@example.com", "calendars": [{"id": TEAM}, {"id": "c_read@group.calendar.google.com"}]},
            {"email": "ben@example.com"},
        ],
        "calendars": [
            {"id": TEAM, "summary": "Team", "owner": "ana@example.com", "timeZone": "UTC"},
            {"id": "c_read@group.calendar.google.com", "owner": "ben@example.com", "timeZone": "UTC",
                "sharing": {"ana@example.com": "reader"}},
        ],
    });
    google
        .sim
        .control()
        .load_world(world.to_string().as_bytes())
        .unwrap();
    google
}

fn lesson() -> Value {
    json!({"summary": "Lesson", "start": {"dateTime": "2026-12-01T16:00:00Z", "timeZone": "UTC"},
        "end": {"dateTime": "2026-12-01T17:00:00Z", "timeZone": "UTC"}})
}

fn with(mut body: Value, members: &Value) -> Value {
    for (name, value) in members.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

fn import() -> String {
    format!("{EVENTS}/import")
}

#[tokio::test]
async fn an_import_is_a_private_copy_under_an_id_made_from_its_uid() {
    let mut google = people().await;
    let body = with(
        lesson(),
        &json!({"iCalUID": "foobar", "organizer": {"email": "far@example.net", "displayName": "Far"},
        "attendees": [{"email": "ana@example.com", "responseStatus": "accepted"}, {"email": "ben@example.com", "responseStatus": "tentative"}]}),
    );
    let copy = google.post(&import(), &body).await.ok();
    assert_eq!(
        (&copy["id"], &copy["iCalUID"], &copy["privateCopy"]),
        (&"_cpnmuoj1e8".into(), &"foobar".into(), &true.into())
    );
    assert_eq!(
        copy["organizer"],
        json!({"email": "far@example.net", "displayName": "Far"})
    );
    assert_eq!(
        copy["attendees"][0],
        json!({"email": "ana@example.com", "self": true, "responseStatus": "accepted"})
    );
    let at = format!("{EVENTS}/_cpnmuoj1e8");
    // It is changed for oneself, but nobody else's answer with it.
    let mut guests = copy["attendees"].clone();
    guests[1]["responseStatus"] = "declined".into();
    let changed = google
        .patch(&at, &json!({"summary": "Mine", "attendees": guests}))
        .await
        .ok();
    assert_eq!(
        (&changed["summary"], &changed["attendees"][1]["responseStatus"]),
        (&"Mine".into(), &"tentative".into())
    );
    google.act_as("ben@example.com", &["calendar"]);
    assert_eq!(
        google.get(EVENTS).await.ok()["items"],
        json!([]),
        "nobody is invited"
    );
}

#[tokio::test]
async fn importing_the_same_uid_again_replaces_the_event() {
    let google = people().await;
    let body = with(
        lesson(),
        &json!({"iCalUID": "0123456789abcdef@google.com", "location": "Hall", "sequence": 3}),
    );
    let first = google.post(&import(), &body).await.ok();
    assert_eq!(
        (&first["id"], &first["sequence"]),
        (&"0123456789abcdef".into(), &3.into())
    );
    assert!(first.get("privateCopy").is_none(), "the calendar organizes it");
    google.sim.control().advance(jiff::SignedDuration::from_secs(3));
    let second = with(
        lesson(),
        &json!({"iCalUID": "0123456789abcdef@google.com", "summary": "Again"}),
    );
    let second = google.post(&import(), &second).await.ok();
    assert_eq!(
        (&second["id"], &second["summary"], &second["created"]),
        (&first["id"], &"Again".into(), &first["created"])
    );
    assert!(second.get("location").is_none());
    assert_eq!(
        google.get(EVENTS).await.ok()["items"].as_array().unwrap().len(),
        1
    );
    let old = with(
        lesson(),
        &json!({"iCalUID": "0123456789abcdef@google.com", "sequence": 2}),
    );
    assert_eq!(google.post(&import(), &old).await.refused(), (400, "invalid"));
}

#[tokio::test]
async fn imports_that_google_refuses_are_refused() {
    let google = people().await;
    for (members, reason) in [
        (json!({}), "required"),
        (json!({"iCalUID": "a", "id": "0123456789"}), "invalid"),
        (
            json!({"iCalUID": "a", "organizer": {"email": "far@example.net"}}),
            "participantIsNeitherOrganizerNorAttendee",
        ),
        (
            json!({"iCalUID": "a", "end": {"dateTime": "2026-12-01T15:00:00Z"}}),
            "timeRangeEmpty",
        ),
    ] {
        let reply = google.post(&import(), &with(lesson(), &members)).await;
        assert_eq!(reply.refused(), (400, reason), "{members}");
    }
    let focus = with(
        lesson(),
        &json!({"iCalUID": "f", "eventType": "focusTime", "focusTimeProperties": {"chatStatus": "available"}}),
    );
    let kept = google.post(&import(), &focus).await.ok();
    assert_eq!(kept["eventType"], "default");
    assert!(kept.get("focusTimeProperties").is_none());
}

#[tokio::test]
async fn an_imported_exception_joins_its_series() {
    let google = people().await;
    let series = with(
        lesson(),
        &json!({"iCalUID": "series@x", "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=3"]}),
    );
    let master = google.post(&import(), &series).await.ok();
    let moved = json!({"iCalUID": "series@x", "originalStartTime": {"dateTime": "2026-12-08T16:00:00Z"}, "summary": "Moved",
        "start": {"dateTime": "2026-12-09T10:00:00Z"}, "end": {"dateTime": "2026-12-09T11:00:00Z"}});
    let exception = google.post(&import(), &moved).await.ok();
    assert_eq!(exception["recurringEventId"], master["id"]);
    let gone = json!({"iCalUID": "series@x", "originalStartTime": {"dateTime": "2026-12-15T16:00:00Z"}, "status": "cancelled"});
    google.post(&import(), &gone).await.ok();
    let shown = google
        .get(&format!("{EVENTS}?singleEvents=true&orderBy=startTime"))
        .await
        .ok();
    let titles: Vec<&Value> = shown["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["summary"])
        .collect();
    assert_eq!(titles, ["Lesson", "Moved"]);
}

#[tokio::test]
async fn moving_changes_the_organizer_and_leaves_an_id_behind() {
    let mut google = people().await;
    let body = with(
        lesson(),
        &json!({"attendees": [{"email": "ben@example.com"}], "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=3"]}),
    );
    let event = google.insert(&body).await;
    let id = event["id"].as_str().unwrap();
    google
        .patch(
            &format!("{EVENTS}/{id}_20261208T160000Z"),
            &json!({"summary": "Other"}),
        )
        .await
        .ok();
    let token = google.get(EVENTS).await.ok()["nextSyncToken"]
        .as_str()
        .unwrap()
        .to_owned();
    let moved = google
        .post(&format!("{EVENTS}/{id}/move?destination={TEAM}"), &Value::Null)
        .await
        .ok();
    assert_eq!(
        (&moved["id"], &moved["iCalUID"]),
        (&event["id"], &event["iCalUID"])
    );
    assert_eq!(
        moved["organizer"],
        json!({"email": TEAM, "displayName": "Team", "self": true})
    );
    assert_eq!(moved["creator"], json!({"email": "ana@example.com"}));
    let shown = google
        .get(&format!("{TEAM_EVENTS}?singleEvents=true&orderBy=startTime"))
        .await
        .ok();
    let titles: Vec<&Value> = shown["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["summary"])
        .collect();
    assert_eq!(titles, ["Lesson", "Other", "Lesson"]);
    let mut left = google.get(&format!("{EVENTS}/{id}")).await.ok();
    left.as_object_mut().unwrap().remove("etag");
    assert_eq!(
        left,
        json!({"kind": "calendar#event", "id": id, "status": "cancelled"})
    );
    let delta = google.get(&format!("{EVENTS}?syncToken={token}")).await.ok();
    assert!(
        delta["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one["status"] == "cancelled")
    );
    google.act_as("ben@example.com", &["calendar"]);
    let copy = google.get(&format!("{EVENTS}/{id}")).await.ok();
    assert_eq!(copy["organizer"], json!({"email": TEAM, "displayName": "Team"}));
    // And home again.
    google.act_as("ana@example.com", &["calendar"]);
    let back = google
        .post(
            &format!("{TEAM_EVENTS}/{id}/move?destination=primary"),
            &Value::Null,
        )
        .await
        .ok();
    assert_eq!(
        back["organizer"],
        json!({"email": "ana@example.com", "self": true})
    );
    assert_eq!(
        google.get(&format!("{EVENTS}/{id}")).await.ok()["summary"],
        "Lesson"
    );
}

#[tokio::test]
async fn the_old_calendar_keeps_a_copy_when_it_is_among_the_guests() {
    let google = people().await;
    let event = google
        .insert(&with(
            lesson(),
            &json!({"attendees": [{"email": "ana@example.com", "responseStatus": "accepted"}]}),
        ))
        .await;
    let id = event["id"].as_str().unwrap();
    google
        .post(&format!("{EVENTS}/{id}/move?destination={TEAM}"), &Value::Null)
        .await
        .ok();
    let copy = google.get(&format!("{EVENTS}/{id}")).await.ok();
    assert_eq!(
        (&copy["status"], &copy["attendees"][0]["self"]),
        (&"confirmed".into(), &true.into())
    );
    assert_eq!(copy["organizer"]["email"], TEAM);
}

#[tokio::test]
async fn moves_that_google_refuses_are_refused() {
    let mut google = people().await;
    let series = google
        .insert(&with(
            lesson(),
            &json!({"recurrence": ["RRULE:FREQ=DAILY;COUNT=2"], "attendees": [{"email": "ben@example.com"}]}),
        ))
        .await;
    let id = series["id"].as_str().unwrap();
    let focus = google
        .insert(&with(
            lesson(),
            &json!({"eventType": "focusTime", "focusTimeProperties": {}}),
        ))
        .await;
    let focus = focus["id"].as_str().unwrap();
    for (path, expect) in [
        (format!("{id}/move"), (400, "required")),
        (format!("{id}/move?destination=primary"), (400, "invalid")),
        (
            format!("{id}/move?destination=nowhere%40example.com"),
            (404, "notFound"),
        ),
        (
            format!("{id}/move?destination=c_read%40group.calendar.google.com"),
            (403, "requiredAccessLevel"),
        ),
        (
            format!("{id}_20261202T160000Z/move?destination={TEAM}"),
            (400, "cannotChangeOrganizerOfInstance"),
        ),
        (
            format!("{focus}/move?destination={TEAM}"),
            (400, "eventTypeRestriction"),
        ),
        (format!("none0/move?destination={TEAM}"), (404, "notFound")),
    ] {
        let reply = google.post(&format!("{EVENTS}/{path}"), &Value::Null).await;
        assert_eq!(reply.refused(), expect, "{path}");
    }
    google.act_as("ben@example.com", &["calendar"]);
    let copy = google
        .post(
            &format!("{EVENTS}/{id}/move?destination=c_read%40group.calendar.google.com"),
            &Value::Null,
        )
        .await;
    assert_eq!(copy.refused(), (403, "forbiddenForNonOrganizer"));
    google.act_as("ana@example.com", &["calendar.app.created"]);
    let scope = google
        .post(&format!("{EVENTS}/{id}/move?destination={TEAM}"), &Value::Null)
        .await;
    assert_eq!(scope.refused(), (403, "insufficientPermissions"));
}

#[tokio::test]
async fn the_new_methods_obey_field_masks() {
    let google = people().await;
    let body = with(lesson(), &json!({"iCalUID": "0123456789abcdef@google.com"}));
    let masked = json!({"id": "0123456789abcdef"});
    assert_eq!(
        google
            .post(&format!("{EVENTS}/import?fields=id"), &body)
            .await
            .ok(),
        masked
    );
    let moved = google
        .post(
            &format!("{EVENTS}/0123456789abcdef/move?destination={TEAM}&fields=id"),
            &Value::Null,
        )
        .await
        .ok();
    assert_eq!(moved, masked);
    let quick = google
        .post(
            &format!("{EVENTS}/quickAdd?text=Tea&fields=summary"),
            &Value::Null,
        )
        .await
        .ok();
    assert_eq!(quick, json!({"summary": "Tea"}));
}

#[tokio::test]
async fn a_sentence_becomes_an_event() {
    let google = people().await;
    let text = "Appointment at Somewhere on June 3rd 10am-10:25am";
    let event = google
        .post(
            &format!("{EVENTS}/quickAdd?text={}", text.replace(' ', "+")),
            &Value::Null,
        )
        .await
        .ok();
    assert_eq!(
        (&event["summary"], &event["location"]),
        (&"Appointment at Somewhere".into(), &"Somewhere".into())
    );
    assert_eq!(
        (&event["start"]["dateTime"], &event["end"]["dateTime"]),
        (&"2027-06-03T10:00:00Z".into(), &"2027-06-03T10:25:00Z".into())
    );
    assert_eq!(
        event["organizer"],
        json!({"email": "ana@example.com", "self": true})
    );
    let missing = google.post(&format!("{EVENTS}/quickAdd"), &Value::Null).await;
    assert_eq!(missing.refused(), (400, "required"));
    assert_eq!(missing.body["error"]["errors"][0]["location"], "text");
}
