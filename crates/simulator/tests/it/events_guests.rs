//! Events with guests: copies, answers, what guests may change, mail (discovery document, schema `Event`; Google
//! Calendar API guides "Events with attendees" and "Handle API errors").

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{EVENTS, Google};

const SECOND: &str = "/calendar/v3/calendars/c_team%40group.calendar.google.com/events";

/// Ana, Ben and Cleo; Ana also owns a team calendar.
async fn people() -> Google {
    let google = Google::start().await;
    let world = json!({
        "users": [
            {"email": "ana@example.com", "calendars": [{"id": "c_team@group.calendar.google.com"}]},
            {"email": "ben@example.com"},
            {"email": "cleo@example.com"},
        ],
        "calendars": [{"id": "c_team@group.calendar.google.com", "summary": "Team", "owner": "ana@example.com", "timeZone": "UTC"}],
    });
    google
        .sim
        .control()
        .load_world(world.to_string().as_bytes())
        .unwrap();
    google
}

fn be(google: &mut Google, who: &str) {
    google.act_as(&format!("{who}@example.com"), &["calendar"]);
}

fn guests(names: &[&str]) -> Value {
    names
        .iter()
        .map(|name| json!({"email": format!("{name}@example.com")}))
        .collect()
}

/// Piano of Ana with Ben and Cleo on the first of December at four.
fn piano() -> Value {
    json!({"summary": "Piano", "start": {"dateTime": "2026-12-01T16:00:00Z", "timeZone": "UTC"},
        "end": {"dateTime": "2026-12-01T17:00:00Z", "timeZone": "UTC"}, "attendees": guests(&["ben", "cleo"])})
}

fn weekly() -> Value {
    let mut body = piano();
    body["recurrence"] = json!(["RRULE:FREQ=WEEKLY;COUNT=4"]);
    body
}

fn path(event: &Value) -> String {
    format!("{EVENTS}/{}", event["id"].as_str().unwrap())
}

/// Answers on the caller's own copy.
async fn answer(google: &Google, at: &str, who: &str, response: &str) -> Value {
    let email = format!("{who}@example.com");
    let body = json!({"attendeesOmitted": true, "attendees": [{"email": email, "responseStatus": response}]});
    google.patch(at, &body).await.ok()
}

fn response_of<'a>(event: &'a Value, who: &str) -> &'a str {
    let list = event["attendees"].as_array().unwrap();
    let found = list
        .iter()
        .find(|one| one["email"] == format!("{who}@example.com"));
    found.unwrap()["responseStatus"].as_str().unwrap()
}

#[tokio::test]
async fn guests_who_live_here_get_a_copy_with_the_same_id_and_uid() {
    let mut google = people().await;
    let mut body = piano();
    body["colorId"] = "5".into();
    body["source"] = json!({"url": "https://app.example/1", "title": "App"});
    body["extendedProperties"] = json!({"private": {"mine": "1"}, "shared": {"ours": "2"}});
    body["reminders"] = json!({"useDefault": false, "overrides": [{"method": "popup", "minutes": 5}]});
    let event = google.insert(&body).await;
    assert_eq!(
        event["attendees"],
        json!([
            {"email": "ben@example.com", "responseStatus": "needsAction"},
            {"email": "cleo@example.com", "responseStatus": "needsAction"},
        ])
    );
    be(&mut google, "ben");
    let copy = google.get(&path(&event)).await.ok();
    assert_eq!(
        (&copy["id"], &copy["iCalUID"], &copy["summary"]),
        (&event["id"], &event["iCalUID"], &"Piano".into())
    );
    assert_eq!(copy["organizer"], json!({"email": "ana@example.com"}));
    assert_eq!(copy["creator"], json!({"email": "ana@example.com"}));
    assert_eq!(
        copy["attendees"][0],
        json!({"email": "ben@example.com", "self": true, "responseStatus": "needsAction"})
    );
    // What belongs to Ana's copy stays there.
    assert_eq!(copy["extendedProperties"], json!({"shared": {"ours": "2"}}));
    assert_eq!(copy["reminders"], json!({"useDefault": true}));
    assert!(copy.get("colorId").is_none() && copy.get("source").is_none());
    assert_ne!(copy["htmlLink"], event["htmlLink"]);
    assert_eq!(
        google.get(EVENTS).await.ok()["items"].as_array().unwrap().len(),
        1
    );
}

#[tokio::test]
async fn a_copy_shows_its_times_in_the_zone_of_its_calendar() {
    let mut google = people().await;
    let world = json!({"users": [{"email": "ana@example.com"}, {"email": "ben@example.com", "settings": {"timezone": "Asia/Tokyo"}}]});
    google
        .sim
        .control()
        .load_world(world.to_string().as_bytes())
        .unwrap();
    let mut body = weekly();
    body["guestsCanModify"] = true.into();
    let event = google.insert(&body).await;
    let first = format!("{EVENTS}/{}_20261201T160000Z", event["id"].as_str().unwrap());
    be(&mut google, "ben");
    let at = json!({"dateTime": "2026-12-02T01:00:00+09:00", "timeZone": "UTC"});
    assert_eq!(google.get(&path(&event)).await.ok()["start"], at);
    assert_eq!(google.get(&first).await.ok()["originalStartTime"], at);
    google
        .patch(
            &first,
            &json!({"start": {"dateTime": "2026-12-02T01:30:00+09:00"}}),
        )
        .await
        .ok();
    be(&mut google, "ana");
    let seen = google.get(&first).await.ok();
    assert_eq!(seen["start"]["dateTime"], "2026-12-01T16:30:00Z");
    assert_eq!(seen["originalStartTime"]["dateTime"], "2026-12-01T16:00:00Z");
}

#[tokio::test]
async fn an_answer_is_seen_on_every_calendar() {
    let mut google = people().await;
    let event = google.insert(&piano()).await;
    be(&mut google, "ben");
    google.sim.control().advance(jiff::SignedDuration::from_secs(5));
    let copy = answer(&google, &path(&event), "ben", "accepted").await;
    assert_eq!(response_of(&copy, "ben"), "accepted");
    assert_eq!(copy["attendees"].as_array().unwrap().len(), 2);
    for who in ["ana", "cleo"] {
        be(&mut google, who);
        let seen = google.get(&path(&event)).await.ok();
        assert_eq!(
            (response_of(&seen, "ben"), response_of(&seen, "cleo")),
            ("accepted", "needsAction")
        );
        assert_eq!(seen["updated"], "2026-11-20T12:00:05.000Z", "{who}");
        assert_eq!(seen["sequence"], 0);
    }
    be(&mut google, "ana");
    assert_ne!(google.get(&path(&event)).await.ok()["etag"], event["etag"]);
}

#[tokio::test]
async fn what_the_organizer_changes_reaches_the_guests_and_what_is_theirs_stays() {
    let mut google = people().await;
    let event = google.insert(&piano()).await;
    be(&mut google, "ben");
    let own = json!({"colorId": "3", "transparency": "transparent", "extendedProperties": {"private": {"k": "v"}},
        "reminders": {"useDefault": false, "overrides": [{"method": "email", "minutes": 9}]}});
    let kept = google.patch(&path(&event), &own).await.ok();
    be(&mut google, "ana");
    assert_eq!(
        google.get(&path(&event)).await.ok()["etag"],
        event["etag"],
        "nothing of Ana's changed"
    );
    let moved = json!({"summary": "Forte", "start": {"dateTime": "2026-12-01T15:00:00Z"}});
    google.patch(&path(&event), &moved).await.ok();
    be(&mut google, "ben");
    let copy = google.get(&path(&event)).await.ok();
    assert_eq!(
        (&copy["summary"], &copy["sequence"]),
        (&"Forte".into(), &1.into())
    );
    assert_eq!(copy["start"]["dateTime"], "2026-12-01T15:00:00Z");
    for name in ["colorId", "transparency", "extendedProperties", "reminders"] {
        assert_eq!(copy[name], kept[name], "{name}");
    }
}

#[tokio::test]
async fn a_delta_of_a_guest_tells_what_the_organizer_did() {
    let mut google = people().await;
    be(&mut google, "ben");
    let sync = |page: &Value| format!("{EVENTS}?syncToken={}", page["nextSyncToken"].as_str().unwrap());
    let start = google.get(EVENTS).await.ok();
    be(&mut google, "ana");
    let event = google.insert(&piano()).await;
    be(&mut google, "ben");
    let first = google.get(&sync(&start)).await.ok();
    assert_eq!(first["items"][0]["id"], event["id"]);
    be(&mut google, "ana");
    google.delete(&path(&event)).await.ok();
    be(&mut google, "ben");
    let second = google.get(&sync(&first)).await.ok();
    let mut gone = second["items"][0].clone();
    assert!(gone.as_object_mut().unwrap().remove("etag").is_some());
    assert_eq!(
        gone,
        json!({"kind": "calendar#event", "id": event["id"], "status": "cancelled"})
    );
    assert_eq!(google.get(&sync(&second)).await.ok()["items"], json!([]));
}

#[tokio::test]
async fn deleting_a_copy_declines_and_later_changes_do_not_bring_it_back() {
    let mut google = people().await;
    let event = google.insert(&piano()).await;
    be(&mut google, "ben");
    assert_eq!(google.delete(&path(&event)).await.status, 204);
    assert_eq!(google.get(&path(&event)).await.ok()["status"], "cancelled");
    be(&mut google, "ana");
    let seen = google.get(&path(&event)).await.ok();
    assert_eq!(
        (&seen["status"], response_of(&seen, "ben")),
        (&"confirmed".into(), "declined")
    );
    google
        .patch(&path(&event), &json!({"location": "Hall"}))
        .await
        .ok();
    be(&mut google, "ben");
    assert_eq!(google.get(EVENTS).await.ok()["items"], json!([]));
    assert_eq!(google.delete(&path(&event)).await.refused(), (410, "deleted"));
    // Cleo still has it.
    be(&mut google, "cleo");
    assert_eq!(google.get(&path(&event)).await.ok()["location"], "Hall");
}

#[tokio::test]
async fn who_is_no_longer_invited_loses_the_copy_and_who_is_invited_again_gets_it_back() {
    let mut google = people().await;
    let event = google.insert(&piano()).await;
    google
        .patch(&path(&event), &json!({"attendees": guests(&["cleo"])}))
        .await
        .ok();
    be(&mut google, "ben");
    assert_eq!(google.get(&path(&event)).await.ok()["status"], "cancelled");
    be(&mut google, "ana");
    google
        .patch(&path(&event), &json!({"attendees": guests(&["cleo", "ben"])}))
        .await
        .ok();
    be(&mut google, "ben");
    assert_eq!(google.get(&path(&event)).await.ok()["status"], "confirmed");
}

#[tokio::test]
async fn shared_properties_are_the_organizer_s_alone() {
    let mut google = people().await;
    let event = google.insert(&piano()).await;
    be(&mut google, "ben");
    for body in [
        json!({"summary": "Mine"}),
        json!({"location": "Mine"}),
        json!({"start": {"dateTime": "2026-12-01T15:00:00Z"}}),
        json!({"extendedProperties": {"shared": {"a": "b"}}}),
        json!({"attendees": guests(&["ben"])}),
        json!({"guestsCanModify": true}),
    ] {
        let refused = google.patch(&path(&event), &body).await;
        assert_eq!(refused.refused(), (403, "forbiddenForNonOrganizer"), "{body}");
        assert_eq!(refused.body["error"]["errors"][0]["domain"], "calendar");
    }
    let mut answered = event["attendees"].clone();
    answered[1]["responseStatus"] = "accepted".into();
    let for_another = google.patch(&path(&event), &json!({"attendees": answered})).await;
    assert_eq!(
        for_another.refused(),
        (403, "forbiddenForNonOrganizer"),
        "Ben answers for Cleo"
    );
    // A full update of a copy counts as a change of what it leaves out.
    let put = google
        .send(
            Method::PUT,
            &path(&event),
            &json!({"start": event["start"], "end": event["end"]}),
        )
        .await;
    assert_eq!(put.refused(), (403, "forbiddenForNonOrganizer"));
}

#[tokio::test]
async fn guests_may_invite_and_modify_when_the_organizer_says_so() {
    let mut google = people().await;
    let mut body = piano();
    body["attendees"] = guests(&["ben"]);
    let open = google.insert(&body).await;
    body["guestsCanInviteOthers"] = false.into();
    let closed = google.insert(&body).await;
    body["guestsCanModify"] = true.into();
    let free = google.insert(&body).await;
    be(&mut google, "ben");
    let more = json!({"attendees": guests(&["ben", "cleo"])});
    assert_eq!(
        google.patch(&path(&closed), &more).await.refused(),
        (403, "forbiddenForNonOrganizer")
    );
    google.patch(&path(&open), &more).await.ok();
    let retold = json!({"summary": "Retold", "start": {"dateTime": "2026-12-01T15:30:00Z"}});
    let changed = google.patch(&path(&free), &retold).await.ok();
    assert_eq!(changed["summary"], "Retold");
    assert_eq!(google.get(&path(&free)).await.ok()["etag"], changed["etag"]);
    be(&mut google, "ana");
    let seen = google.get(&path(&free)).await.ok();
    assert_eq!(
        (&seen["summary"], &seen["sequence"]),
        (&"Retold".into(), &1.into())
    );
    assert_eq!(
        google.get(&path(&open)).await.ok()["attendees"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    be(&mut google, "cleo");
    assert_eq!(google.get(&path(&open)).await.ok()["summary"], "Piano");
}

#[tokio::test]
async fn guests_who_may_not_see_each_other_see_themselves() {
    let mut google = people().await;
    let mut body = piano();
    body["guestsCanSeeOtherGuests"] = false.into();
    let event = google.insert(&body).await;
    be(&mut google, "ben");
    let copy = google.get(&path(&event)).await.ok();
    assert_eq!(
        copy["attendees"],
        json!([{"email": "ben@example.com", "self": true, "responseStatus": "needsAction"}])
    );
    assert_eq!(copy["attendeesOmitted"], true);
    let declined = answer(&google, &path(&event), "ben", "declined").await;
    assert_eq!(response_of(&declined, "ben"), "declined");
    be(&mut google, "ana");
    let seen = google.get(&path(&event)).await.ok();
    assert_eq!(
        (response_of(&seen, "ben"), response_of(&seen, "cleo")),
        ("declined", "needsAction")
    );
}

#[tokio::test]
async fn a_declined_copy_is_free_time_and_an_unanswered_one_is_not() {
    let mut google = people().await;
    let event = google.insert(&piano()).await;
    be(&mut google, "ben");
    let ask = json!({"timeMin": "2026-12-01T00:00:00Z", "timeMax": "2026-12-02T00:00:00Z", "items": [{"id": "primary"}]});
    let busy = |answer: Value| answer["calendars"]["primary"]["busy"].as_array().unwrap().len();
    assert_eq!(busy(google.post("/calendar/v3/freeBusy", &ask).await.ok()), 1);
    answer(&google, &path(&event), "ben", "declined").await;
    assert_eq!(busy(google.post("/calendar/v3/freeBusy", &ask).await.ok()), 0);
}

#[tokio::test]
async fn who_is_away_declines_new_invitations_by_a_message() {
    let mut google = people().await;
    be(&mut google, "ben");
    let away = json!({"eventType": "outOfOffice", "start": {"dateTime": "2026-12-01T12:00:00Z"}, "end": {"dateTime": "2026-12-01T18:00:00Z"},
        "outOfOfficeProperties": {"autoDeclineMode": "declineOnlyNewConflictingInvitations", "declineMessage": "At sea"}});
    google.insert(&away).await;
    be(&mut google, "ana");
    let event = google.insert(&piano()).await;
    let seen = google.get(&path(&event)).await.ok();
    assert_eq!(
        (response_of(&seen, "ben"), response_of(&seen, "cleo")),
        ("declined", "needsAction")
    );
    assert_eq!(seen["attendees"][0]["comment"], "At sea");
    let mut later = piano();
    later["start"]["dateTime"] = "2026-12-01T18:00:00Z".into();
    later["end"]["dateTime"] = "2026-12-01T19:00:00Z".into();
    let later = google.insert(&later).await;
    assert_eq!(
        response_of(&google.get(&path(&later)).await.ok(), "ben"),
        "needsAction"
    );
    be(&mut google, "cleo");
    assert_eq!(
        response_of(&google.get(&path(&event)).await.ok(), "ben"),
        "declined"
    );
    // Cleo's focus time clears what is there already.
    let focus = json!({"eventType": "focusTime", "start": {"dateTime": "2026-12-01T15:00:00Z"}, "end": {"dateTime": "2026-12-01T16:30:00Z"},
        "focusTimeProperties": {"autoDeclineMode": "declineAllConflictingInvitations"}});
    google.insert(&focus).await;
    be(&mut google, "ana");
    assert_eq!(
        response_of(&google.get(&path(&event)).await.ok(), "cleo"),
        "declined"
    );
    assert_eq!(
        response_of(&google.get(&path(&later)).await.ok(), "cleo"),
        "needsAction"
    );
}

#[tokio::test]
async fn one_instance_is_answered_changed_and_left_by_itself() {
    let mut google = people().await;
    let series = google.insert(&weekly()).await;
    let id = series["id"].as_str().unwrap();
    let second = format!("{EVENTS}/{id}_20261208T160000Z");
    let third = format!("{EVENTS}/{id}_20261215T160000Z");
    be(&mut google, "ben");
    answer(&google, &second, "ben", "declined").await;
    google.delete(&third).await.ok();
    be(&mut google, "ana");
    let declined = google.get(&second).await.ok();
    assert_eq!(response_of(&declined, "ben"), "declined");
    assert_eq!(declined["recurringEventId"], *id);
    assert_eq!(response_of(&google.get(&third).await.ok(), "ben"), "declined");
    assert_eq!(
        response_of(&google.get(&path(&series)).await.ok(), "ben"),
        "needsAction"
    );
    // Ana moves one for all, and takes Cleo out of another.
    let first = format!("{EVENTS}/{id}_20261201T160000Z");
    google.patch(&first, &json!({"start": {"dateTime": "2026-12-01T18:00:00Z"}, "end": {"dateTime": "2026-12-01T19:00:00Z"}})).await.ok();
    google
        .patch(&second, &json!({"attendees": guests(&["ben"])}))
        .await
        .ok();
    be(&mut google, "cleo");
    assert_eq!(
        google.get(&first).await.ok()["start"]["dateTime"],
        "2026-12-01T18:00:00Z"
    );
    assert_eq!(google.get(&second).await.ok()["status"], "cancelled");
    let shown = google
        .get(&format!("{EVENTS}?singleEvents=true&orderBy=startTime"))
        .await
        .ok();
    assert_eq!(shown["items"].as_array().unwrap().len(), 3);
    be(&mut google, "ben");
    assert_eq!(google.get(&third).await.ok()["status"], "cancelled");
    let shown = google
        .get(&format!("{EVENTS}?singleEvents=true&orderBy=startTime"))
        .await
        .ok();
    assert_eq!(shown["items"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn the_guests_of_one_instance_get_that_one() {
    let mut google = people().await;
    let mut body = weekly();
    body["attendees"] = guests(&["ben"]);
    let series = google.insert(&body).await;
    let second = format!("{EVENTS}/{}_20261208T160000Z", series["id"].as_str().unwrap());
    google
        .patch(&second, &json!({"attendees": guests(&["ben", "cleo"])}))
        .await
        .ok();
    be(&mut google, "cleo");
    let list = google.get(&format!("{EVENTS}?singleEvents=true")).await.ok();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!(list["items"][0]["recurringEventId"], series["id"]);
    assert_eq!(google.get(&path(&series)).await.refused(), (404, "notFound"));
}

#[tokio::test]
async fn a_series_that_moves_or_ends_does_so_for_its_guests() {
    let mut google = people().await;
    let series = google.insert(&weekly()).await;
    let id = series["id"].as_str().unwrap();
    google
        .patch(
            &format!("{EVENTS}/{id}_20261208T160000Z"),
            &json!({"summary": "Other"}),
        )
        .await
        .ok();
    let later =
        json!({"start": {"dateTime": "2026-12-01T10:00:00Z"}, "end": {"dateTime": "2026-12-01T11:00:00Z"}});
    google.patch(&path(&series), &later).await.ok();
    be(&mut google, "ben");
    let shown = google
        .get(&format!("{EVENTS}?singleEvents=true&orderBy=startTime"))
        .await
        .ok();
    let starts: Vec<&str> = shown["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["start"]["dateTime"].as_str().unwrap())
        .collect();
    assert_eq!(
        starts,
        [
            "2026-12-01T10:00:00Z",
            "2026-12-08T10:00:00Z",
            "2026-12-15T10:00:00Z",
            "2026-12-22T10:00:00Z"
        ]
    );
    assert!(
        shown["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one["summary"] == "Piano")
    );
    be(&mut google, "ana");
    google.delete(&path(&series)).await.ok();
    be(&mut google, "ben");
    assert_eq!(
        google.get(&format!("{EVENTS}?singleEvents=true")).await.ok()["items"],
        json!([])
    );
}

#[tokio::test]
async fn a_secondary_calendar_organizes_and_its_maker_can_be_a_guest() {
    let mut google = people().await;
    let mut body = piano();
    body["attendees"] = guests(&["ana", "ben"]);
    let event = google.post(SECOND, &body).await.ok();
    assert_eq!(
        event["organizer"],
        json!({"email": "c_team@group.calendar.google.com", "displayName": "Team", "self": true})
    );
    assert_eq!(event["creator"], json!({"email": "ana@example.com"}));
    let own = google.get(&path(&event)).await.ok();
    assert_eq!(own["creator"], json!({"email": "ana@example.com", "self": true}));
    assert_eq!(own["attendees"][0]["self"], true);
    be(&mut google, "ben");
    answer(&google, &path(&event), "ben", "tentative").await;
    be(&mut google, "ana");
    let seen = google
        .get(&format!("{SECOND}/{}", event["id"].as_str().unwrap()))
        .await
        .ok();
    assert_eq!(response_of(&seen, "ben"), "tentative");
}

#[tokio::test]
async fn an_unanswered_invitation_is_hidden_for_who_wants_that() {
    let mut google = people().await;
    let world = json!({"users": [{"email": "ana@example.com"}, {"email": "ben@example.com", "settings": {"hideInvitations": "true"}}]});
    google
        .sim
        .control()
        .load_world(world.to_string().as_bytes())
        .unwrap();
    let event = google.insert(&piano()).await;
    be(&mut google, "ben");
    assert_eq!(google.get(EVENTS).await.ok()["items"], json!([]));
    let all = google
        .get(&format!("{EVENTS}?showHiddenInvitations=true"))
        .await
        .ok();
    assert_eq!(all["items"][0]["id"], event["id"]);
    answer(&google, &path(&event), "ben", "accepted").await;
    assert_eq!(google.get(EVENTS).await.ok()["items"][0]["id"], event["id"]);
}

#[tokio::test]
async fn mail_goes_to_whom_send_updates_names() {
    let mut google = people().await;
    let mut body = piano();
    body["attendees"] = json!([{"email": "ben@example.com"}, {"email": "far@example.net"}]);
    let mail = |google: &Google| {
        let sent = google.sim.control().mail();
        google.sim.control().clear_mail();
        sent.iter()
            .map(|one| format!("{:?} {}", one.kind, one.to))
            .collect::<Vec<_>>()
    };
    google.insert(&body).await;
    assert_eq!(mail(&google), [""; 0]);
    google
        .post(&format!("{EVENTS}?sendUpdates=externalOnly"), &body)
        .await
        .ok();
    assert_eq!(mail(&google), ["Invitation far@example.net"]);
    let event = google
        .post(&format!("{EVENTS}?sendUpdates=all"), &body)
        .await
        .ok();
    assert_eq!(
        mail(&google),
        ["Invitation ben@example.com", "Invitation far@example.net"]
    );
    let patch = json!({"location": "Hall", "attendees": guests(&["ben", "cleo"])});
    google
        .patch(&format!("{}?sendNotifications=true", path(&event)), &patch)
        .await
        .ok();
    assert_eq!(
        mail(&google),
        [
            "Update ben@example.com",
            "Invitation cleo@example.com",
            "Cancellation far@example.net"
        ]
    );
    be(&mut google, "ben");
    let answered = json!({"attendeesOmitted": true, "attendees": [{"email": "ben@example.com", "responseStatus": "accepted"}]});
    google
        .patch(&format!("{}?sendUpdates=all", path(&event)), &answered)
        .await
        .ok();
    assert_eq!(mail(&google), ["Response ana@example.com"]);
    be(&mut google, "ana");
    google
        .delete(&format!("{}?sendUpdates=all", path(&event)))
        .await
        .ok();
    assert_eq!(
        mail(&google),
        ["Cancellation ben@example.com", "Cancellation cleo@example.com"]
    );
    let wrong = google.post(&format!("{EVENTS}?sendUpdates=some"), &body).await;
    assert_eq!(wrong.refused(), (400, "invalidParameter"));
    assert_eq!(wrong.body["error"]["errors"][0]["location"], "sendUpdates");
}

#[tokio::test]
async fn beyond_200_guests_answers_stay_with_the_organizer_and_beyond_500_there_are_none() {
    let mut google = people().await;
    let crowd = |count: usize| -> Value {
        let named = ["ben@example.com", "cleo@example.com"].map(str::to_owned);
        let many = (2..count).map(|number| format!("guest{number}@example.net"));
        named
            .into_iter()
            .chain(many)
            .map(|email| json!({"email": email}))
            .collect()
    };
    let mut body = piano();
    body["attendees"] = crowd(201);
    let event = google.insert(&body).await;
    be(&mut google, "ben");
    answer(&google, &path(&event), "ben", "accepted").await;
    assert_eq!(
        response_of(&google.get(&path(&event)).await.ok(), "ben"),
        "accepted"
    );
    be(&mut google, "cleo");
    assert_eq!(
        response_of(&google.get(&path(&event)).await.ok(), "ben"),
        "needsAction"
    );
    be(&mut google, "ana");
    assert_eq!(
        response_of(&google.get(&path(&event)).await.ok(), "ben"),
        "accepted"
    );
    body["attendees"] = crowd(501);
    assert_eq!(
        google.post(EVENTS, &body).await.refused(),
        (400, "attendeesLimitExceeded")
    );
    // More than asked for: only the own entry.
    be(&mut google, "ben");
    let few = google
        .get(&format!("{}?maxAttendees=10", path(&event)))
        .await
        .ok();
    assert_eq!(
        (
            few["attendees"].as_array().unwrap().len(),
            &few["attendeesOmitted"]
        ),
        (1, &true.into())
    );
}

#[tokio::test]
async fn a_calendar_with_an_event_of_its_own_under_the_id_keeps_it() {
    let mut google = people().await;
    be(&mut google, "ben");
    let mut own = piano();
    own["id"] = "sameid00".into();
    own["iCalUID"] = "own@elsewhere".into();
    own["summary"] = "Own".into();
    own["attendees"] = Value::Null;
    google.insert(&own).await;
    be(&mut google, "ana");
    let mut body = piano();
    body["id"] = "sameid00".into();
    google.insert(&body).await;
    be(&mut google, "ben");
    assert_eq!(
        google.get(&format!("{EVENTS}/sameid00")).await.ok()["summary"],
        "Own"
    );
}
