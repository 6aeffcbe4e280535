//! Every wrong input gets a code and the name of its field, and changes nothing.

use axum::http::Method;
use kalends_testkit::TestServer;
use serde_json::{Value, json};

/// One wrong request: method, path, body, and the expected code and field.
type Wrong = (Method, &'static str, Value, &'static str, &'static str);

fn slots(change: &Value) -> Value {
    let mut body = json!({
        "userIds": ["ada"], "from": "2026-12-01T00:00:00Z", "to": "2026-12-02T00:00:00Z", "durationMinutes": 30,
    });
    for (field, value) in change.as_object().unwrap() {
        body[field] = value.clone();
    }
    body
}

/// An event with some fields changed.
fn event(change: &Value) -> Value {
    let mut body = json!({
        "title": "Lesson", "start": "2026-12-01T10:00:00Z", "end": "2026-12-01T11:00:00Z", "people": [{"userId": "ada"}],
    });
    for (field, value) in change.as_object().unwrap() {
        body[field] = value.clone();
    }
    body
}

/// A question of groups alone.
fn of_groups(groups: &Value) -> Value {
    let mut body = slots(&json!({"groups": groups}));
    body.as_object_mut().unwrap().remove("userIds");
    body
}

/// A question of a sequence alone.
fn of_steps(steps: &Value) -> Value {
    let mut body = slots(&json!({"sequence": steps}));
    body.as_object_mut()
        .unwrap()
        .retain(|field, _| field != "userIds" && field != "durationMinutes");
    body
}

fn hours(start: &str, end: &str) -> Value {
    json!({"timeZone": "UTC", "openHours": [{"days": [1], "start": start, "end": end}]})
}

#[rustfmt::skip] // One wrong request a line.
fn wrong() -> Vec<Wrong> {
    let (get, post, put, patch) = (Method::GET, Method::POST, Method::PUT, Method::PATCH);
    let invalid = "invalid_request";
    let id = "/v1/calendars/01982f6e-5c00-7a41-8a5e-7d0f3c1b2a90";
    let working = "/v1/users/ada/settings/working_hours";
    let lesson = "/v1/events/lesson-17";
    vec![
        (put.clone(), "/v1/users/ada", json!({}), invalid, "timeZone"),
        (put.clone(), "/v1/users/ada", json!({"timeZone": "Mars/Olympus"}), invalid, "timeZone"),
        (put.clone(), "/v1/users/ada", json!({"timeZone": 3}), invalid, "timeZone"),
        (put.clone(), "/v1/users/ada", json!({"timeZone": "UTC", "nmae": "x"}), invalid, "nmae"),
        (put.clone(), "/v1/users/ada", json!({"timeZone": "UTC", "displayName": "x".repeat(201)}), invalid, "displayName"),
        (put.clone(), "/v1/users/ada", json!({"timeZone": "UTC", "displayName": "a\u{0}b"}), invalid, "displayName"),
        (put.clone(), "/v1/users/%00", json!({"timeZone": "UTC"}), invalid, "userId"),
        (put.clone(), "/v1/users/%ff", json!({"timeZone": "UTC"}), invalid, "path"),
        (put.clone(), "/v1/users/ada", json!([1]), invalid, "body"),
        (put.clone(), "/v1/users/ada/settings/colour", json!({}), invalid, "kind"),
        (put.clone(), "/v1/users/ada/settings/sync", json!({"syncIntervalMinutes": 0}), invalid, "syncIntervalMinutes"),
        (put.clone(), "/v1/users/ada/settings/sync", json!({"syncIntervalMinutes": -1}), invalid, "syncIntervalMinutes"),
        (put.clone(), "/v1/users/ada/settings/calendar_read", json!({"windowAheadDays": 1000}), invalid, "windowAheadDays"),
        (put.clone(), working, json!({"timeZone": "UTC"}), invalid, "openHours"),
        (put.clone(), working, hours("9:00", "17:00"), invalid, "openHours[0].start"),
        (put.clone(), working, hours("09:00", "24:30"), invalid, "openHours[0].end"),
        (put.clone(), working, hours("17:00", "09:00"), invalid, "openHours[0].end"),
        (put.clone(), working, json!({"timeZone": "UTC", "openHours": [{"days": [8], "start": "09:00", "end": "10:00"}]}), invalid, "openHours[0].days"),
        (put.clone(), working, json!({"timeZone": "UTC", "openHours": [], "overrides": [{"date": "2026-02-30", "intervals": []}]}), invalid, "overrides[0].date"),
        (put.clone(), working, json!({"timeZone": "UTC", "openHours": [], "overrides": [{"date": "2026-02-03", "intervals": [["09:00", "10"]]}]}), invalid, "overrides[0].intervals[0][1]"),
        (post.clone(), "/v1/users/ada/blocks", json!({"start": "tomorrow", "end": "2026-12-01T09:00:00Z"}), invalid, "start"),
        (post.clone(), "/v1/users/ada/blocks", json!({"start": "2026-12-01T09:00:00Z", "end": "2026-12-01T09:00:00Z"}), invalid, "end"),
        (post.clone(), "/v1/users/ada/blocks", json!({"start": "2026-12-01T09:00:00Z", "end": "2126-12-01T09:00:00Z"}), invalid, "end"),
        (get.clone(), "/v1/users?limit=0", Value::Null, invalid, "limit"),
        (get.clone(), "/v1/users?limit=201", Value::Null, invalid, "limit"),
        (get.clone(), "/v1/users?limit=many", Value::Null, invalid, "limit"),
        (get.clone(), "/v1/users?lmit=1", Value::Null, invalid, "lmit"),
        (get.clone(), "/v1/connections?cursor=nonsense", Value::Null, invalid, "cursor"),
        (get.clone(), "/v1/connections/17", Value::Null, invalid, "connectionId"),
        (get.clone(), "/v1/external-events", Value::Null, invalid, "userId"),
        (get.clone(), "/v1/external-events?userId=ada&from=2026-12-02T00:00:00Z&to=2026-12-01T00:00:00Z", Value::Null, invalid, "to"),
        (get.clone(), "/v1/changes?after=-1", Value::Null, invalid, "after"),
        (get.clone(), "/v1/changes?after=x", Value::Null, invalid, "after"),
        (patch, id, json!({"selected": "yes"}), invalid, "selected"),
        (post.clone(), "/v1/availability", json!({"from": "2026-12-01T00:00:00Z", "to": "2026-12-02T00:00:00Z"}), invalid, "userIds"),
        (post.clone(), "/v1/availability", json!({"userIds": ["ada"], "from": "2026-12-01T00:00:00Z", "to": "2026-12-01T00:00:00Z"}), invalid, "to"),
        (post.clone(), "/v1/availability", json!({"userIds": ["ada"], "from": "2026-12-01T00:00:00Z", "to": "2029-12-01T00:00:00Z"}), invalid, "to"),
        (post.clone(), "/v1/availability", json!({"userIds": ["nobody"], "from": "2026-12-01T00:00:00Z", "to": "2026-12-02T00:00:00Z"}), "not_found", "userIds"),
        (post.clone(), "/v1/availability", json!({"calendarIds": ["01982f6e-5c00-7a41-8a5e-7d0f3c1b2a90"], "from": "2026-12-01T00:00:00Z", "to": "2026-12-02T00:00:00Z"}), "not_found", "calendarIds"),
        (post.clone(), "/v1/slots", slots(&json!({"userIds": []})), invalid, "userIds"),
        (post.clone(), "/v1/slots", slots(&json!({"userIds": ["ada", ""]})), invalid, "userIds[1]"),
        (post.clone(), "/v1/slots", slots(&json!({"durationMinutes": 0})), invalid, "durationMinutes"),
        (post.clone(), "/v1/slots", slots(&json!({"durationMinutes": 1.5})), invalid, "durationMinutes"),
        (post.clone(), "/v1/slots", slots(&json!({"stepMinutes": 0})), invalid, "stepMinutes"),
        (post.clone(), "/v1/slots", slots(&json!({"roundToMinutes": 61})), invalid, "roundToMinutes"),
        (post.clone(), "/v1/slots", slots(&json!({"bufferAfterMinutes": 2000})), invalid, "bufferAfterMinutes"),
        (post.clone(), "/v1/slots", slots(&json!({"maxResults": 0})), invalid, "maxResults"),
        (post.clone(), "/v1/slots", slots(&json!({"maxResults": 10_001})), invalid, "maxResults"),
        (post.clone(), "/v1/slots", slots(&json!({"timeZone": "Mars/Olympus"})), invalid, "timeZone"),
        (post.clone(), "/v1/slots", slots(&json!({"openHours": []})), invalid, "timeZone"),
        (post.clone(), "/v1/slots", slots(&json!({"overrides": [{"date": "2026-12-01", "intervals": []}]})), invalid, "overrides"),
        (post.clone(), "/v1/slots", slots(&json!({"onUnreachable": "maybe"})), invalid, "onUnreachable"),
        (post.clone(), "/v1/slots", slots(&json!({"lastKnownMaxAgeSeconds": 60})), invalid, "lastKnownMaxAgeSeconds"),
        (post.clone(), "/v1/slots", slots(&json!({"maxStalenessSeconds": -5})), invalid, "maxStalenessSeconds"),
        (post.clone(), "/v1/slots", slots(&json!({"userIds": null})), invalid, "userIds"),
        (post.clone(), "/v1/slots", slots(&json!({"groups": [{"userIds": ["ada"]}]})), invalid, "groups"),
        (post.clone(), "/v1/slots", of_groups(&json!([])), invalid, "groups"),
        (post.clone(), "/v1/slots", of_groups(&json!([{"userIds": []}])), invalid, "groups[0].userIds"),
        (post.clone(), "/v1/slots", of_groups(&json!([{"userIds": ["ada"]}, {"userIds": ["nobody"]}])), "not_found", "groups[1].userIds[0]"),
        (post.clone(), "/v1/slots", of_groups(&json!([{"userIds": ["ada", "ada"]}])), invalid, "groups[0].userIds"),
        (post.clone(), "/v1/slots", of_groups(&json!([{"userIds": ["ada"], "required": 2}])), invalid, "groups[0].required"),
        (post.clone(), "/v1/slots", of_groups(&json!([{"userIds": ["ada"], "required": 0}])), invalid, "groups[0].required"),
        (post.clone(), "/v1/slots", of_groups(&json!([{"userIds": ["ada"], "required": "some"}])), invalid, "groups[0].required"),
        (post.clone(), "/v1/slots", of_groups(&json!([{"userIds": ["ada"], "choose": "best"}])), invalid, "groups[0].choose"),
        (post.clone(), "/v1/slots", of_groups(&json!([{"userIds": ["ada"], "requires": 1}])), invalid, "groups[0].requires"),
        (post.clone(), "/v1/slots", of_groups(&json!([{"userIds": ["ada"], "name": "x".repeat(201)}])), invalid, "groups[0].name"),
        (post.clone(), "/v1/slots", of_groups(&json!([{"userIds": ["ada"]}, {"userIds": ["ada"]}])), invalid, "groups"),
        (post.clone(), "/v1/slots", of_steps(&json!([])), invalid, "sequence"),
        (post.clone(), "/v1/slots", of_steps(&json!([{"durationMinutes": 30}])), invalid, "sequence[0].userIds"),
        (post.clone(), "/v1/slots", of_steps(&json!([{"userIds": ["ada"]}])), invalid, "sequence[0].durationMinutes"),
        (post.clone(), "/v1/slots", of_steps(&json!([{"durationMinutes": 0, "userIds": ["ada"]}])), invalid, "sequence[0].durationMinutes"),
        (post.clone(), "/v1/slots", of_steps(&json!([{"durationMinutes": 30, "userIds": ["ada", ""]}])), invalid, "sequence[0].userIds[1]"),
        (post.clone(), "/v1/slots", of_steps(&json!([{"durationMinutes": 30, "userIds": ["ada"], "gapMinutes": {"min": 9, "max": 8}}])), invalid, "sequence[0].gapMinutes.max"),
        (post.clone(), "/v1/slots", of_steps(&json!([{"durationMinutes": 30, "groups": [{"userIds": ["ada"], "required": 3}]}])), invalid, "sequence[0].groups[0].required"),
        (post.clone(), "/v1/slots", slots(&json!({"userIds": null, "sequence": [{"durationMinutes": 30, "userIds": ["ada"]}]})), invalid, "durationMinutes"),
        (post.clone(), "/v1/slots", slots(&json!({"sequence": [{"durationMinutes": 30, "userIds": ["ada"]}]})), invalid, "userIds"),
        (post.clone(), "/v1/slots", slots(&json!({"durationMinutes": null})), invalid, "durationMinutes"),
        (post.clone(), "/v1/slots", slots(&json!({"shape": "circles"})), invalid, "shape"),
        (post.clone(), "/v1/slots", slots(&json!({"horizonDays": 5000})), invalid, "horizonDays"),
        (post.clone(), "/v1/slots", slots(&json!({"limits": {"day": {"appointments": 2000}}})), invalid, "limits.day.appointments"),
        (post.clone(), "/v1/slots", slots(&json!({"limits": {"month": {}}})), invalid, "limits.month"),
        (post.clone(), "/v1/slots", slots(&json!({"totalLimits": {"weekStart": 8}})), invalid, "totalLimits.weekStart"),
        (post.clone(), "/v1/slots", slots(&json!({"people": [{"userId": "bob"}]})), invalid, "people[0].userId"),
        (post.clone(), "/v1/slots", slots(&json!({"people": [{"userId": "ada"}, {"userId": "ada"}]})), invalid, "people[1].userId"),
        (post.clone(), "/v1/slots", slots(&json!({"people": [{"userId": "ada", "limits": {"week": {"minutes": 20_000}}}]})), invalid, "people[0].limits.week.minutes"),
        (post.clone(), "/v1/slots", slots(&json!({"people": [{"userId": "ada", "busy": []}]})), invalid, "people[0].busy"),
        (post.clone(), "/v1/slots", slots(&json!({"busy": []})), invalid, "busy"),
        (post.clone(), "/v1/slots", slots(&json!({"now": "2026-12-01T00:00:00Z"})), invalid, "now"),
        (post.clone(), "/v1/slots", slots(&json!({"appointments": [{"userIds": ["ada"], "start": "2026-12-01T00:00:00Z", "end": "2026-12-01T00:00:00Z"}]})), invalid, "appointments[0].end"),
        (post.clone(), "/v1/slots", slots(&json!({"appointments": [{"start": "2026-12-01T00:00:00Z", "end": "2026-12-01T01:00:00Z"}]})), invalid, "appointments[0].userIds"),
        (post.clone(), "/v1/slots", slots(&json!({"ignore": [{}]})), invalid, "ignore[0]"),
        (post.clone(), "/v1/slots", slots(&json!({"ignore": [{"appointmentId": "x"}]})), invalid, "ignore[0].appointmentId"),
        (post.clone(), "/v1/slots", slots(&json!({"ignore": [{"externalEventId": "x"}]})), invalid, "ignore[0].externalEventId"),
        (post.clone(), "/v1/slots", slots(&json!({"ignore": [{"start": "2026-12-01T00:00:00Z"}]})), invalid, "ignore[0].end"),
        (post.clone(), "/v1/slots", slots(&json!({"ignore": [{"start": "2026-12-01T01:00:00Z", "end": "2026-12-01T00:00:00Z"}]})), invalid, "ignore[0].end"),
        (post.clone(), "/v1/slots", slots(&json!({"ignore": [{"originalStart": "2026-12-01T01:00:00Z"}]})), invalid, "ignore[0].originalStart"),
        (post.clone(), "/v1/availability/explain", slots(&json!({})), invalid, "at"),
        (post.clone(), "/v1/availability/explain", slots(&json!({"at": "noon"})), invalid, "at"),
        (post.clone(), "/v1/availability/explain", slots(&json!({"at": "2026-12-01T00:00:00Z", "durationMinutes": 0})), invalid, "durationMinutes"),
        (post.clone(), "/v1/availability/explain", slots(&json!({"at": "2026-12-01T00:00:00Z", "userIds": ["nobody"]})), "not_found", "userIds[0]"),
        (put.clone(), lesson, json!({}), invalid, "title"),
        (put.clone(), lesson, event(&json!({"title": ""})), invalid, "title"),
        (put.clone(), lesson, event(&json!({"title": "a\u{0}b"})), invalid, "title"),
        (put.clone(), lesson, event(&json!({"title": "x".repeat(1025)})), invalid, "title"),
        (put.clone(), lesson, event(&json!({"titel": "x"})), invalid, "titel"),
        (put.clone(), lesson, event(&json!({"requireFree": "yes"})), invalid, "requireFree"),
        (put.clone(), lesson, event(&json!({"requireFree": {"bufferBeforeMinutes": 1441}})), invalid, "requireFree.bufferBeforeMinutes"),
        (put.clone(), lesson, event(&json!({"requireFree": {"seats": 0}})), invalid, "requireFree.seats"),
        (put.clone(), lesson, event(&json!({"requireFree": {"lastKnownMaxAgeSeconds": 5}})), invalid, "requireFree.lastKnownMaxAgeSeconds"),
        (post.clone(), "/v1/holds", json!({}), invalid, "event"),
        (post.clone(), "/v1/holds", json!({"event": event(&json!({"title": ""}))}), invalid, "event.title"),
        (post.clone(), "/v1/holds", json!({"event": event(&json!({"recurrence": ["RRULE:FREQ=DAILY"], "timeZone": "UTC"}))}), invalid, "event.recurrence"),
        (post.clone(), "/v1/holds", json!({"event": event(&json!({})), "ttlSeconds": 0}), invalid, "ttlSeconds"),
        (post.clone(), "/v1/holds", json!({"event": event(&json!({})), "ttlSeconds": 604_801}), invalid, "ttlSeconds"),
        (post.clone(), "/v1/holds", json!({"event": event(&json!({})), "key": ""}), invalid, "key"),
        (post.clone(), "/v1/holds/x/confirm", json!({"eventKey": "a"}), invalid, "holdId"),
        (post.clone(), "/v1/holds/01982f6e-5c00-7a41-8a5e-7d0f3c1b2a90/confirm", json!({"eventKey": ""}), invalid, "eventKey"),
        (post.clone(), "/v1/holds/01982f6e-5c00-7a41-8a5e-7d0f3c1b2a90/extend", json!({"ttl": 5}), invalid, "ttl"),
        (get, "/v1/holds?state=gone", Value::Null, invalid, "state"),
        (put.clone(), lesson, event(&json!({"id": "x"})), invalid, "id"),
        (put.clone(), lesson, event(&json!({"start": "tomorrow"})), invalid, "start"),
        (put.clone(), lesson, event(&json!({"start": "2026-02-30"})), invalid, "start"),
        (put.clone(), lesson, event(&json!({"start": "2026-12-01T10:00:00"})), invalid, "start"),
        (put.clone(), lesson, event(&json!({"start": "2026-12-01"})), invalid, "end"),
        (put.clone(), lesson, event(&json!({"end": "2026-12-02"})), invalid, "end"),
        (put.clone(), lesson, event(&json!({"end": "2026-12-01T10:00:00Z"})), invalid, "end"),
        (put.clone(), lesson, event(&json!({"end": "2026-12-01T11:00:00.5Z"})), invalid, "end"),
        (put.clone(), lesson, event(&json!({"start": "2026-12-01", "end": "2026-12-01"})), invalid, "end"),
        (put.clone(), lesson, event(&json!({"start": "2026-12-01", "end": "2026-12-02", "timeZone": "UTC"})), invalid, "timeZone"),
        (put.clone(), lesson, event(&json!({"timeZone": "Mars/Olympus"})), invalid, "timeZone"),
        (put.clone(), lesson, event(&json!({"recurrence": ["RRULE:FREQ=DAILY"]})), invalid, "timeZone"),
        (put.clone(), lesson, event(&json!({"recurrence": ["RRULE:FREQ=SOMETIMES"], "timeZone": "UTC"})), invalid, "recurrence[0]"),
        (put.clone(), lesson, event(&json!({"recurrence": ["EXDATE:20261201T100000Z"], "timeZone": "UTC"})), invalid, "recurrence"),
        (put.clone(), lesson, event(&json!({"recurrence": "RRULE:FREQ=DAILY"})), invalid, "recurrence"),
        (put.clone(), lesson, event(&json!({"people": []})), invalid, "people"),
        (put.clone(), lesson, event(&json!({"people": [{"userId": ""}]})), invalid, "people[0].userId"),
        (put.clone(), lesson, event(&json!({"people": [{"userId": "ada"}, {"userId": "ada"}]})), invalid, "people[1].userId"),
        (put.clone(), lesson, event(&json!({"people": [{"userId": "ada", "role": "boss"}]})), invalid, "people[0].role"),
        (put.clone(), lesson, event(&json!({"people": [{"userId": "ada", "role": "participant"}]})), invalid, "people"),
        (put.clone(), lesson, event(&json!({"people": [{"userId": "ada", "note": "x".repeat(1001)}]})), invalid, "people[0].note"),
        (put.clone(), lesson, event(&json!({"people": [{"userId": "nobody"}]})), "not_found", "people[0].userId"),
        (put.clone(), lesson, event(&json!({"attendees": [{"email": "eve"}]})), invalid, "attendees[0].email"),
        (put.clone(), lesson, event(&json!({"attendees": [{"email": "a@b"}, {"email": "A@b"}]})), invalid, "attendees[1].email"),
        (put.clone(), lesson, event(&json!({"reminders": [{"minutesBefore": -1}]})), invalid, "reminders[0].minutesBefore"),
        (put.clone(), lesson, event(&json!({"reminders": [{"minutesBefore": 40_321}]})), invalid, "reminders[0].minutesBefore"),
        (put.clone(), lesson, event(&json!({"reminders": vec![json!({"minutesBefore": 1}); 6]})), invalid, "reminders"),
        (put.clone(), lesson, event(&json!({"url": "lyceum.example"})), invalid, "url"),
        (put.clone(), lesson, event(&json!({"source": {"title": "x", "url": "file:///etc/passwd"}})), invalid, "source.url"),
        (put.clone(), lesson, event(&json!({"color": "beige"})), invalid, "color"),
        (put.clone(), lesson, event(&json!({"status": "maybe"})), invalid, "status"),
        (put.clone(), lesson, event(&json!({"addedBy": 3})), invalid, "addedBy"),
        (put.clone(), lesson, event(&json!({"addedBy": "two\nlines"})), invalid, "addedBy"),
        (put.clone(), lesson, event(&json!({"metadata": {"": "x"}})), invalid, "metadata"),
        (put.clone(), lesson, event(&json!({"metadata": {"a": 3}})), invalid, "metadata.a"),
        (put.clone(), lesson, event(&json!({"metadata": {"a": "x".repeat(501)}})), invalid, "metadata.a"),
        (put, "/v1/events/%00", event(&json!({})), invalid, "key"),
        (post.clone(), "/v1/connect-sessions", json!({"userId": "ada", "provider": "gogle"}), invalid, "provider"),
        (post.clone(), "/v1/connect-sessions", json!({"userId": "ada", "provider": "microsoft"}), "provider_not_configured", "provider"),
        (post.clone(), "/v1/connect-sessions", json!({"userId": "ada", "features": ["calendar_read", "coffee"]}), invalid, "features[1]"),
        (post.clone(), "/v1/connect-sessions", json!({"userId": "ada", "returnTo": "https://evil.example/"}), "return_to_not_allowed", "returnTo"),
        (post.clone(), "/v1/connect-sessions", json!({"userId": "ada", "returnTo": "/settings"}), "return_to_not_allowed", "returnTo"),
        (post.clone(), "/v1/connections/ics", json!({"userId": "ada", "url": "not an address"}), "address_forbidden", "url"),
        (post.clone(), "/v1/connections/ics", json!({"userId": "ada", "url": "file:///etc/passwd"}), "address_forbidden", "url"),
        (post, "/v1/connections/ics", json!({"userId": "ada", "url": "https://127.0.0.1/feed.ics"}), "address_forbidden", "url"),
    ]
}

#[tokio::test]
async fn every_wrong_input_is_named() {
    let server = TestServer::start().await;
    let app = server.client();
    app.put("/v1/users/ada", json!({"timeZone": "UTC"}))
        .await
        .expect_status(200);
    for (method, path, body, code, field) in wrong() {
        let answer = match method {
            Method::GET => app.get(path).await,
            Method::POST => app.post(path, body.clone()).await,
            Method::PUT => app.put(path, body.clone()).await,
            _ => app.patch(path, body.clone()).await,
        };
        let problem = answer.json();
        assert_eq!(
            answer.header("content-type"),
            "application/problem+json",
            "{method} {path} {body}"
        );
        assert_eq!(
            (&problem["code"], &problem["errors"][0]["field"]),
            (&json!(code), &json!(field)),
            "{method} {path} {body}: {problem}"
        );
        assert_eq!(problem["status"], answer.status.as_u16());
        assert!(
            problem["errors"][0]["message"]
                .as_str()
                .is_some_and(|text| text.len() > 5),
            "{problem}"
        );
    }
    let users = app.get("/v1/users").await.json();
    assert_eq!(
        users["items"].as_array().map(Vec::len),
        Some(1),
        "nothing was made"
    );
}
