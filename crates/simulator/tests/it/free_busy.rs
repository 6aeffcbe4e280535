//! What counts as busy, and how the answer says so.

use serde_json::{Value, json};

use crate::harness::{EVENTS, Google};

async fn calendar(events: Value) -> Google {
    let google = Google::start().await;
    let world = json!({
        "users": [{"email": "ana@example.com"}, {"email": "ben@example.com"}],
        "calendars": [
            {"id": "ana@example.com", "owner": "ana@example.com", "timeZone": "Europe/Zurich", "events": events},
            {"id": "shared@group.calendar.google.com", "owner": "ben@example.com", "sharing": {"ana@example.com": "freeBusyReader"}},
        ],
    });
    google
        .sim
        .control()
        .load_world(world.to_string().as_bytes())
        .unwrap();
    google
}

fn question(min: &str, max: &str) -> Value {
    json!({"timeMin": min, "timeMax": max, "items": [{"id": "primary"}]})
}

async fn busy(google: &Google, question: &Value) -> Vec<(String, String)> {
    let answer = google.post("/calendar/v3/freeBusy", question).await.ok();
    let runs = answer["calendars"]["primary"]["busy"].as_array().unwrap().clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    runs.iter()
        .map(|run| (text(&run["start"]), text(&run["end"])))
        .collect()
}

/// An event from ten to eleven with some members changed.
fn event(members: &Value) -> Value {
    let mut event =
        json!({"start": {"dateTime": "2026-12-01T10:00:00Z"}, "end": {"dateTime": "2026-12-01T11:00:00Z"}});
    for (name, value) in members.as_object().unwrap() {
        event[name] = value.clone();
    }
    event
}

#[tokio::test]
async fn the_kind_of_an_event_decides_whether_it_counts() {
    let guest = |answer: &str| json!({"organizer": {"email": "x@example.net"}, "attendees": [{"email": "ana@example.com", "responseStatus": answer}]});
    for (members, counts) in [
        (json!({}), true),
        (json!({"status": "tentative"}), true),
        (json!({"transparency": "transparent"}), false),
        (json!({"visibility": "private"}), true),
        (json!({"eventType": "outOfOffice"}), true),
        (json!({"eventType": "focusTime"}), true),
        (json!({"eventType": "workingLocation"}), false),
        (json!({"eventType": "birthday"}), false),
        (guest("declined"), false),
        (guest("tentative"), true),
        (guest("needsAction"), true),
        (json!({"status": "cancelled"}), false),
        (json!({"end": {"dateTime": "2026-12-01T10:00:00Z"}}), false),
    ] {
        let google = calendar(json!([event(&members)])).await;
        let found = busy(&google, &question("2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z")).await;
        assert_eq!(!found.is_empty(), counts, "{members}");
    }
}

#[tokio::test]
async fn runs_are_merged_cut_and_shown_in_the_zone_asked_for() {
    let google = calendar(json!([
        event(&json!({})),
        event(&json!({"start": {"dateTime": "2026-12-01T10:30:00Z"}, "end": {"dateTime": "2026-12-01T12:00:00Z"}})),
        event(&json!({"start": {"date": "2026-12-03"}, "end": {"date": "2026-12-04"}})),
    ]))
    .await;
    let mut asked = question("2026-12-01T10:15:00Z", "2026-12-10T00:00:00Z");
    let pairs = |runs: &[(&str, &str)]| -> Vec<(String, String)> {
        runs.iter()
            .map(|(start, end)| ((*start).to_owned(), (*end).to_owned()))
            .collect()
    };
    // The whole day runs from midnight to midnight of the calendar's zone.
    let utc = pairs(&[
        ("2026-12-01T10:15:00Z", "2026-12-01T12:00:00Z"),
        ("2026-12-02T23:00:00Z", "2026-12-03T23:00:00Z"),
    ]);
    assert_eq!(busy(&google, &asked).await, utc);
    asked["timeZone"] = "Asia/Tokyo".into();
    let tokyo = pairs(&[
        ("2026-12-01T19:15:00+09:00", "2026-12-01T21:00:00+09:00"),
        ("2026-12-03T08:00:00+09:00", "2026-12-04T08:00:00+09:00"),
    ]);
    assert_eq!(busy(&google, &asked).await, tokyo);
}

#[tokio::test]
async fn series_count_by_instance_and_follow_their_exceptions() {
    let google = calendar(json!([{"id": "daily", "recurrence": ["RRULE:FREQ=DAILY"],
        "start": {"dateTime": "2026-03-27T02:30:00", "timeZone": "Europe/Zurich"},
        "end": {"dateTime": "2026-03-27T03:15:00", "timeZone": "Europe/Zurich"}}]))
    .await;
    let asked = question("2026-03-28T00:00:00Z", "2026-03-31T00:00:00Z");
    let starts = |runs: Vec<(String, String)>| runs.into_iter().map(|(start, _)| start).collect::<Vec<_>>();
    // On 29 March half past two does not exist; it is read as half past three of summer time.
    assert_eq!(
        starts(busy(&google, &asked).await),
        [
            "2026-03-28T01:30:00Z",
            "2026-03-29T01:30:00Z",
            "2026-03-30T00:30:00Z"
        ]
    );
    google
        .delete(&format!("{EVENTS}/daily_20260330T003000Z"))
        .await
        .ok();
    google
        .patch(
            &format!("{EVENTS}/daily_20260328T013000Z"),
            &json!({"transparency": "transparent"}),
        )
        .await
        .ok();
    assert_eq!(starts(busy(&google, &asked).await), ["2026-03-29T01:30:00Z"]);
}

#[tokio::test]
async fn bounds_are_echoed_in_utc_and_keys_are_as_asked() {
    let google = calendar(json!([])).await;
    let asked = json!({"timeMin": "2026-12-01T01:00:00+01:00", "timeMax": "2026-12-08T00:00:00Z", "items": [
        {"id": "primary"}, {"id": "ana@example.com"}, {"id": "shared@group.calendar.google.com"}, {"id": "ben@example.com"}]});
    let answer = google.post("/calendar/v3/freeBusy", &asked).await.ok();
    assert_eq!(
        answer,
        json!({"kind": "calendar#freeBusy", "timeMin": "2026-12-01T00:00:00.000Z", "timeMax": "2026-12-08T00:00:00.000Z",
            "calendars": {"primary": {"busy": []}, "ana@example.com": {"busy": []},
                "shared@group.calendar.google.com": {"busy": []},
                "ben@example.com": {"errors": [{"domain": "global", "reason": "notFound"}], "busy": []}}})
    );
}

#[tokio::test]
async fn limits_are_told() {
    let google = calendar(json!([])).await;
    let min = "2026-12-01T00:00:00Z";
    for (members, reason) in [
        (json!({"timeMin": min, "timeMax": min}), "timeRangeEmpty"),
        (
            json!({"timeMin": min, "timeMax": "2027-03-02T00:00:00Z"}),
            "timeRangeTooLong",
        ),
        (json!({"timeMin": min}), "required"),
        (
            json!({"timeMin": "2026-12-01T00:00:00", "timeMax": "2026-12-02T00:00:00Z"}),
            "badRequest",
        ),
        (
            json!({"timeMin": min, "timeMax": "2026-12-02T00:00:00Z", "timeZone": "Mars"}),
            "invalid",
        ),
        (
            json!({"timeMin": min, "timeMax": "2026-12-02T00:00:00Z", "calendarExpansionMax": 51}),
            "invalid",
        ),
    ] {
        assert_eq!(
            google.post("/calendar/v3/freeBusy", &members).await.refused(),
            (400, reason),
            "{members}"
        );
    }
    let items: Vec<Value> = (0..51)
        .map(|n| json!({"id": format!("c{n}@example.com")}))
        .collect();
    let asked = json!({"timeMin": min, "timeMax": "2026-12-02T00:00:00Z", "items": items});
    let answer = google.post("/calendar/v3/freeBusy", &asked).await.ok();
    assert_eq!(
        answer["calendars"]["c49@example.com"]["errors"][0]["reason"],
        "notFound"
    );
    assert_eq!(
        answer["calendars"]["c50@example.com"]["errors"][0]["reason"],
        "tooManyCalendarsRequested"
    );
}

#[tokio::test]
async fn a_group_is_asked_for_like_its_people_and_may_be_too_large() {
    let google = calendar(json!([event(&json!({}))])).await;
    let group = json!({"id": "staff@example.com", "members": ["ana@example.com", "ben@example.com"]});
    google
        .send(reqwest::Method::PUT, "/_sim/groups", &group)
        .await
        .ok();
    let mut question = question("2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z");
    question["items"] = json!([{"id": "staff@example.com"}]);
    let answer = google.post("/calendar/v3/freeBusy", &question).await.ok();
    assert_eq!(
        answer["groups"],
        json!({"staff@example.com": {"calendars": ["ana@example.com", "ben@example.com"]}})
    );
    assert_eq!(
        answer["calendars"],
        json!({
            "ana@example.com": {"busy": [{"start": "2026-12-01T10:00:00Z", "end": "2026-12-01T11:00:00Z"}]},
            "ben@example.com": {"errors": [{"domain": "global", "reason": "notFound"}], "busy": []},
        })
    );
    question["groupExpansionMax"] = 1.into();
    let answer = google.post("/calendar/v3/freeBusy", &question).await.ok();
    assert_eq!(
        (&answer["groups"]["staff@example.com"], &answer["calendars"]),
        (
            &json!({"errors": [{"domain": "global", "reason": "groupTooBig"}]}),
            &json!({})
        )
    );
    question["groupExpansionMax"] = 101.into();
    assert_eq!(
        google.post("/calendar/v3/freeBusy", &question).await.refused(),
        (400, "invalid")
    );
}

#[tokio::test]
async fn a_calendar_that_cannot_be_read_says_why_beside_others_that_can() {
    let google = calendar(json!([event(&json!({}))])).await;
    let order = json!({"email": "ana@example.com", "id": "shared@group.calendar.google.com", "freeBusyError": "internalError"});
    google
        .send(reqwest::Method::PUT, "/_sim/calendars", &order)
        .await
        .ok();
    let mut question = question("2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z");
    question["items"] = json!([{"id": "primary"}, {"id": "shared@group.calendar.google.com"}]);
    let answer = google.post("/calendar/v3/freeBusy", &question).await.ok();
    assert_eq!(
        answer["calendars"]["shared@group.calendar.google.com"],
        json!({"errors": [{"domain": "global", "reason": "internalError"}], "busy": []})
    );
    assert_eq!(
        answer["calendars"]["primary"]["busy"].as_array().unwrap().len(),
        1
    );
}
