//! Meet links: pending, success, failure, refusals (discovery document, schema `ConferenceData`).

use kalends_simulator::{ConferenceOrder, ConferenceOutcome};
use serde_json::{Value, json};

use crate::harness::{EVENTS, Google};

fn ask(request: &str) -> Value {
    json!({"summary": "Lesson", "start": {"dateTime": "2026-12-01T16:00:00Z"}, "end": {"dateTime": "2026-12-01T17:00:00Z"},
        "conferenceData": {"createRequest": {"requestId": request, "conferenceSolutionKey": {"type": "hangoutsMeet"}}}})
}

fn order(google: &Google, order: ConferenceOrder) {
    google.sim.control().set_conferences(order);
}

async fn insert(google: &Google, body: &Value) -> Value {
    google
        .post(&format!("{EVENTS}?conferenceDataVersion=1"), body)
        .await
        .ok()
}

fn path(event: &Value) -> String {
    format!("{EVENTS}/{}", event["id"].as_str().unwrap())
}

fn status(event: &Value) -> &str {
    event["conferenceData"]["createRequest"]["status"]["statusCode"]
        .as_str()
        .unwrap()
}

#[tokio::test]
async fn a_granted_request_has_a_link_everywhere() {
    let google = Google::start().await;
    let event = insert(&google, &ask("r1")).await;
    let link = event["hangoutLink"].as_str().unwrap();
    let code = link.strip_prefix("https://meet.google.com/").unwrap();
    assert_eq!(code.split('-').map(str::len).collect::<Vec<_>>(), [3, 4, 3]);
    let data = &event["conferenceData"];
    assert_eq!(data["conferenceId"], code);
    assert_eq!(
        data["entryPoints"],
        json!([{"entryPointType": "video", "uri": link, "label": format!("meet.google.com/{code}")}])
    );
    assert_eq!(
        data["createRequest"],
        json!({"requestId": "r1", "conferenceSolutionKey": {"type": "hangoutsMeet"}, "status": {"statusCode": "success"}})
    );
    assert_eq!(data["conferenceSolution"]["key"]["type"], "hangoutsMeet");
}

#[tokio::test]
async fn a_pending_request_succeeds_when_its_time_has_come() {
    let google = Google::start().await;
    order(
        &google,
        ConferenceOrder {
            pending_seconds: Some(30),
            ..ConferenceOrder::default()
        },
    );
    let event = insert(&google, &ask("r1")).await;
    assert_eq!(status(&event), "pending");
    assert!(event.get("hangoutLink").is_none() && event["conferenceData"].get("entryPoints").is_none());
    let token = google.get(EVENTS).await.ok()["nextSyncToken"]
        .as_str()
        .unwrap()
        .to_owned();
    google.sim.control().advance(jiff::SignedDuration::from_secs(29));
    assert_eq!(google.get(&path(&event)).await.ok()["etag"], event["etag"]);
    google.sim.control().advance(jiff::SignedDuration::from_secs(1));
    // A delta tells it as any other change.
    let delta = google.get(&format!("{EVENTS}?syncToken={token}")).await.ok();
    let ready = &delta["items"][0];
    assert_eq!(
        (status(ready), ready["hangoutLink"].is_string()),
        ("success", true)
    );
    assert_eq!(ready["updated"], "2026-11-20T12:00:30.000Z");
    assert_ne!(ready["etag"], event["etag"]);
    assert_eq!(google.get(&path(&event)).await.ok(), *ready);
}

#[tokio::test]
async fn a_pending_request_succeeds_after_so_many_readings() {
    let google = Google::start().await;
    order(
        &google,
        ConferenceOrder {
            pending_reads: Some(2),
            ..ConferenceOrder::default()
        },
    );
    let event = insert(&google, &ask("r1")).await;
    let mut seen = vec![status(&event).to_owned()];
    for _ in 0..3 {
        seen.push(status(&google.get(&path(&event)).await.ok()).to_owned());
    }
    assert_eq!(seen, ["pending", "pending", "pending", "success"]);
}

#[tokio::test]
async fn a_failed_request_has_no_solution_and_takes_a_new_request_id() {
    let google = Google::start().await;
    order(
        &google,
        ConferenceOrder {
            outcome: ConferenceOutcome::Failure,
            ..ConferenceOrder::default()
        },
    );
    let event = insert(&google, &ask("r1")).await;
    assert_eq!(
        event["conferenceData"],
        json!({"createRequest": {"requestId": "r1",
        "conferenceSolutionKey": {"type": "hangoutsMeet"}, "status": {"statusCode": "failure"}}})
    );
    order(&google, ConferenceOrder::default());
    let at = format!("{}?conferenceDataVersion=1", path(&event));
    let again = google
        .patch(&at, &json!({"conferenceData": ask("r1")["conferenceData"]}))
        .await
        .ok();
    assert_eq!(status(&again), "failure", "the same request id is ignored");
    let fresh = google
        .patch(&at, &json!({"conferenceData": ask("r2")["conferenceData"]}))
        .await
        .ok();
    assert_eq!(status(&fresh), "success");
}

#[tokio::test]
async fn a_new_request_id_makes_a_new_link_and_the_same_one_does_not() {
    let google = Google::start().await;
    let event = insert(&google, &ask("r1")).await;
    let at = format!("{}?conferenceDataVersion=1", path(&event));
    let again = |id: &str| json!({"conferenceData": ask(id)["conferenceData"]});
    let same = google.patch(&at, &again("r1")).await.ok();
    assert_eq!(same["conferenceData"], event["conferenceData"]);
    let put = google.send(reqwest::Method::PUT, &at, &ask("r1")).await.ok();
    assert_eq!(put["conferenceData"], event["conferenceData"]);
    let fresh = google.patch(&at, &again("r2")).await.ok();
    assert_eq!(
        (status(&fresh), fresh["hangoutLink"] == event["hangoutLink"]),
        ("success", false)
    );
    assert_eq!(
        fresh["conferenceData"]["entryPoints"][0]["uri"],
        fresh["hangoutLink"]
    );
}

#[tokio::test]
async fn a_calendar_that_allows_no_meet_refuses_and_so_do_kinds_that_are_gone() {
    let google = Google::start().await;
    let at = format!("{EVENTS}?conferenceDataVersion=1");
    for kind in ["eventHangout", "eventNamedHangout", "addOn", "zoom"] {
        let mut body = ask("r1");
        body["conferenceData"]["createRequest"]["conferenceSolutionKey"]["type"] = kind.into();
        let refused = google.post(&at, &body).await;
        assert_eq!(refused.refused(), (400, "invalid"), "{kind}");
        assert_eq!(refused.body["error"]["message"], "Invalid conference type value.");
    }
    let mut nameless = ask("r1");
    nameless["conferenceData"]["createRequest"]["requestId"] = Value::Null;
    assert_eq!(google.post(&at, &nameless).await.refused(), (400, "required"));
    order(
        &google,
        ConferenceOrder {
            refused_calendars: ["ana@example.com".to_owned()].into(),
            ..ConferenceOrder::default()
        },
    );
    assert_eq!(google.post(&at, &ask("r1")).await.refused(), (400, "invalid"));
    for of_calendar in ["users/me/calendarList/primary", "calendars/primary"] {
        let calendar = google.get(&format!("/calendar/v3/{of_calendar}")).await.ok();
        let kinds = &calendar["conferenceProperties"]["allowedConferenceSolutionTypes"];
        assert_eq!(*kinds, json!([]), "{of_calendar}");
    }
    // Without the version nobody asks.
    assert!(google.insert(&ask("r1")).await.get("conferenceData").is_none());
    assert_eq!(
        google
            .post(&format!("{EVENTS}?conferenceDataVersion=2"), &ask("r1"))
            .await
            .refused(),
        (400, "invalidParameter")
    );
}

#[tokio::test]
async fn conference_data_is_copied_when_it_is_whole() {
    let google = Google::start().await;
    let first = insert(&google, &ask("r1")).await;
    let mut copy = ask("r2");
    copy["conferenceData"] = first["conferenceData"].clone();
    let copied = insert(&google, &copy).await;
    assert_eq!(
        (&copied["hangoutLink"], &copied["conferenceData"]),
        (&first["hangoutLink"], &first["conferenceData"])
    );
    copy["conferenceData"] = json!({"conferenceSolution": {"key": {"type": "addOn"}, "name": "Other"},
        "entryPoints": [{"entryPointType": "video", "uri": "https://other.example/1"}]});
    let other = insert(&google, &copy).await;
    assert!(other.get("hangoutLink").is_none());
    assert_eq!(other["conferenceData"], copy["conferenceData"]);
    for broken in [
        json!({"conferenceSolution": {"key": {"type": "addOn"}}, "entryPoints": []}),
        json!({"conferenceSolution": {"key": {"type": "addOn"}}, "entryPoints": [{"entryPointType": "more", "uri": "https://x.example"}]}),
        json!({"conferenceSolution": {"key": {"type": "addOn"}}, "entryPoints": [{"entryPointType": "phone", "uri": "https://x.example"}]}),
        json!({"conferenceSolution": {"key": {"type": "addOn"}}, "entryPoints": [{"entryPointType": "video", "uri": "https://x.example", "label": "x".repeat(513)}]}),
        json!({"entryPoints": [{"entryPointType": "video", "uri": "https://x.example"}]}),
    ] {
        copy["conferenceData"] = broken.clone();
        let reply = google
            .post(&format!("{EVENTS}?conferenceDataVersion=1"), &copy)
            .await;
        assert_eq!(reply.refused(), (400, "invalid"), "{broken}");
    }
}

#[tokio::test]
async fn guests_and_instances_have_the_link_of_the_event() {
    let mut google = Google::start().await;
    google.act_as("ben@example.com", &["calendar"]);
    google.act_as("ana@example.com", &["calendar"]);
    let mut body = ask("r1");
    body["start"]["timeZone"] = "UTC".into();
    body["end"]["timeZone"] = "UTC".into();
    body["recurrence"] = json!(["RRULE:FREQ=WEEKLY;COUNT=2"]);
    body["attendees"] = json!([{"email": "ben@example.com"}]);
    order(
        &google,
        ConferenceOrder {
            pending_seconds: Some(5),
            ..ConferenceOrder::default()
        },
    );
    let event = insert(&google, &body).await;
    google.sim.control().advance(jiff::SignedDuration::from_secs(5));
    let link = google.get(&path(&event)).await.ok()["hangoutLink"].clone();
    assert!(link.is_string());
    google.act_as("ben@example.com", &["calendar"]);
    let shown = google.get(&format!("{EVENTS}?singleEvents=true")).await.ok();
    assert!(
        shown["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one["hangoutLink"] == link)
    );
}

#[tokio::test]
async fn the_control_plane_says_how_requests_are_answered() {
    let google = Google::start().await;
    let put = google
        .send(
            reqwest::Method::PUT,
            "/_sim/conferences",
            &json!({"pendingSeconds": 7}),
        )
        .await;
    assert!(put.status.is_success());
    assert_eq!(
        google.get("/_sim/conferences").await.ok(),
        json!({"pendingSeconds": 7, "pendingReads": null, "outcome": "success", "refusedCalendars": []})
    );
    let wrong = google
        .send(reqwest::Method::PUT, "/_sim/conferences", &json!({"pending": 7}))
        .await;
    assert_eq!(wrong.status, 400);
}
