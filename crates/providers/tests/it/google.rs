//! Google Calendar: what is asked, and what each answer becomes.

use kalends_core::time::Interval;
use kalends_providers::{
    Provider,
    google::{Google, GoogleSettings},
    provider::{
        Access, Cursor, ErrorClass, ItemVersion, Listing, Next, ProviderError, PullFrom, RemoteItem,
        VersionsFrom,
    },
};
use serde_json::{Value, json};

use crate::{
    canned::{Canned, Seen, Server},
    world,
};

fn google(server: &Server) -> Google {
    let settings = GoogleSettings {
        calendar_url: server.url("/calendar/v3"),
        client_id: "client".to_owned(),
        page_size: 2,
    };
    Google::new(settings, world::egress(&[]), world::ambient())
}

fn page(body: &Value) -> Canned {
    Canned::new(200, body.to_string()).with("content-type", "application/json; charset=UTF-8")
}

fn event(id: &str) -> Value {
    json!({"id": id, "start": {"date": "2026-12-24"}, "end": {"date": "2026-12-25"}})
}

fn refusal(status: u16, domain: &str, reason: &str) -> Canned {
    let error = json!({"errors": [{"domain": domain, "reason": reason, "message": "Any"}], "code": status});
    Canned::new(status, json!({ "error": error }).to_string())
}

fn start() -> PullFrom {
    PullFrom::Start {
        not_before: "2026-10-21T00:00:00.123Z".parse().unwrap(),
    }
}

fn since(cursor: Cursor) -> PullFrom {
    PullFrom::Cursor {
        cursor,
        not_before: "2026-10-21T00:00:00Z".parse().unwrap(),
    }
}

/// Follows a pass to its end: the names of its items, how it was listed, its cursor.
async fn pull(google: &Google, mut from: PullFrom) -> Result<(Vec<String>, Listing, Cursor), ProviderError> {
    let ask = world::ask(Access::OAuth);
    let calendar = world::calendar("c/1#x%y@group.calendar.google.com");
    let mut names = Vec::new();
    loop {
        let page = google.changes(&ask, &calendar, from).await?;
        names.extend(page.items.into_iter().map(|item| match item {
            RemoteItem::Upsert { event, .. } => event.provider_id,
            RemoteItem::Gone { provider_id, .. } => format!("-{provider_id}"),
        }));
        match page.next {
            Next::Page(token) => from = PullFrom::Page(token),
            Next::Done { cursor, .. } => return Ok((names, page.listing, cursor)),
        }
    }
}

/// Every query parameter but the mask, which is long.
fn asked(seen: &Seen) -> Vec<(&str, &str)> {
    assert_eq!(
        seen.path,
        "/calendar/v3/calendars/c%2F1%23x%25y@group.calendar.google.com/events"
    );
    assert!(seen.parameter("fields").unwrap().contains("nextSyncToken"));
    let shown = seen.query.iter().filter(|(name, _)| name != "fields");
    shown
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

#[tokio::test]
async fn a_full_pass_and_a_delta_ask_alike_but_for_what_a_sync_token_forbids() {
    let server = Server::start([
        page(&json!({"items": [event("a"), event("b")], "nextPageToken": "p2"})),
        page(&json!({"items": [], "nextPageToken": "p3"})),
        page(&json!({"items": [event("c")], "nextSyncToken": "s1"})),
        page(&json!({"items": [{"id": "a", "status": "cancelled"}], "nextPageToken": "p2"})),
        page(&json!({"items": [event("d")], "nextSyncToken": "s2"})),
    ])
    .await;
    let google = google(&server);

    let (names, listing, cursor) = pull(&google, start()).await.unwrap();
    assert_eq!(
        (names, listing),
        (vec!["a".into(), "b".into(), "c".into()], Listing::Complete)
    );
    let (names, listing, cursor) = pull(&google, since(cursor)).await.unwrap();
    assert_eq!((names, listing), (vec!["-a".into(), "d".into()], Listing::Delta));
    assert!(cursor.0.contains("s2") && !cursor.0.contains("s1"));

    let shared = [
        ("maxResults", "2"),
        ("singleEvents", "false"),
        ("showDeleted", "true"),
        ("maxAttendees", "1"),
    ];
    let with = |more: &[(&'static str, &'static str)]| [&shared, more].concat();
    let from = ("timeMin", "2026-10-21T00:00:00Z");
    let expect = [
        with(&[from]),
        with(&[from, ("pageToken", "p2")]),
        with(&[from, ("pageToken", "p3")]),
        with(&[("syncToken", "s1")]),
        with(&[("syncToken", "s1"), ("pageToken", "p2")]),
    ];
    let seen = server.seen();
    assert_eq!(seen.iter().map(asked).collect::<Vec<_>>(), expect);
    assert!(
        seen.iter()
            .all(|seen| seen.header("authorization") == Some("Bearer first"))
    );
}

#[tokio::test]
async fn refused_tokens_mean_a_full_pass_and_a_lost_calendar_does_not() {
    let done = || page(&json!({"items": [], "nextSyncToken": "s1"}));
    for (answer, code) in [
        (refusal(410, "calendar", "fullSyncRequired"), "cursor_invalid"),
        (refusal(400, "global", "invalid"), "cursor_invalid"),
        (refusal(404, "global", "notFound"), "calendar_not_found"),
    ] {
        let server = Server::start([done(), answer]).await;
        let google = google(&server);
        let (_, _, cursor) = pull(&google, start()).await.unwrap();
        assert_eq!(pull(&google, since(cursor)).await.unwrap_err().code(), code);
    }
    let server = Server::start([refusal(400, "calendar", "timeRangeEmpty")]).await;
    let error = pull(&google(&server), start()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the provider refuses the request: 400 timeRangeEmpty"
    );
}

#[tokio::test]
async fn a_cursor_of_another_query_is_not_even_sent() {
    let server = Server::start([]).await;
    let error = pull(&google(&server), since(Cursor("s1".to_owned())))
        .await
        .unwrap_err();
    assert!(matches!(error, ProviderError::CursorInvalid));
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_refused_access_token_is_renewed_once() {
    let server = Server::start([
        refusal(401, "global", "authError"),
        page(&json!({"items": [], "nextSyncToken": "s1"})),
        refusal(401, "global", "authError"),
        refusal(401, "global", "authError"),
    ])
    .await;
    let google = google(&server);
    let (_, _, cursor) = pull(&google, start()).await.unwrap();
    // Refused although fresh: trouble, but no reason to send the person through consent.
    let error = pull(&google, since(cursor)).await.unwrap_err();
    assert_eq!(
        (error.code(), error.class()),
        ("provider_unavailable", ErrorClass::Transient)
    );
    let seen = server.seen();
    let tokens: Vec<_> = seen
        .iter()
        .map(|seen| seen.header("authorization").unwrap())
        .collect();
    assert_eq!(
        tokens,
        ["Bearer first", "Bearer second", "Bearer first", "Bearer second"]
    );
}

#[tokio::test]
async fn failures_of_google_are_unavailability_and_limits_are_limits() {
    let html =
        || Canned::new(502, "<!DOCTYPE html><title>Error 502</title>").with("content-type", "text/html");
    let server = Server::start([html(), html()]).await;
    assert_eq!(
        pull(&google(&server), start()).await.unwrap_err().code(),
        "provider_unavailable"
    );
    assert_eq!(server.seen().len(), 2, "once more after a failure");

    let limited = || refusal(403, "usageLimits", "userRateLimitExceeded");
    let server = Server::start([limited(), page(&json!({"items": [], "nextSyncToken": "s1"}))]).await;
    pull(&google(&server), start()).await.unwrap();
    let server = Server::start((0..8).map(|_| limited())).await;
    assert_eq!(
        pull(&google(&server), start()).await.unwrap_err().code(),
        "provider_rate_limited"
    );

    let server = Server::start((0..3).map(|_| Canned::new(200, "<html>Sign in"))).await;
    assert_eq!(
        pull(&google(&server), start()).await.unwrap_err().code(),
        "provider_unreadable"
    );
}

#[tokio::test]
async fn calendars_are_listed_over_all_pages_hidden_ones_too() {
    let server = Server::start([
        page(&json!({"items": [{"id": "a@example.com", "summary": "A", "accessRole": "owner", "primary": true}],
            "nextPageToken": "p2"})),
        page(&json!({"items": [{"id": "b", "accessRole": "freeBusyReader"}, {"id": "c", "deleted": true}]})),
    ])
    .await;
    let calendars = google(&server)
        .calendars(&world::ask(Access::OAuth))
        .await
        .unwrap();
    let listed: Vec<_> = calendars
        .iter()
        .map(|found| (found.provider_id.as_str(), found.role.as_str()))
        .collect();
    assert_eq!(listed, [("a@example.com", "own"), ("b", "free_busy")]);
    let seen = server.seen();
    assert!(
        seen.iter()
            .all(|seen| seen.path == "/calendar/v3/users/me/calendarList")
    );
    assert!(
        seen.iter()
            .all(|seen| seen.parameter("showHidden") == Some("true"))
    );
    assert_eq!(
        (seen[0].parameter("pageToken"), seen[1].parameter("pageToken")),
        (None, Some("p2"))
    );
}

#[tokio::test]
async fn busy_time_is_asked_in_parts_and_no_error_reads_as_free() {
    let ids: Vec<String> = (0..51).map(|n| format!("c{n}")).collect();
    let window = |end: &str| {
        let at = |text: &str| text.parse().unwrap();
        Interval::new(at("2026-12-01T00:00:00Z"), at(end)).unwrap()
    };
    let all_free = |ids: &[String]| {
        let calendars: serde_json::Map<_, _> =
            ids.iter().map(|id| (id.clone(), json!({"busy": []}))).collect();
        page(&json!({ "calendars": calendars }))
    };
    let server = Server::start([all_free(&ids[..50]), all_free(&ids[50..])]).await;
    let ask = world::ask(Access::OAuth);
    let found = google(&server)
        .free_busy(&ask, &ids, window("2026-12-08T00:00:00Z"))
        .await
        .unwrap();
    assert_eq!(
        found
            .iter()
            .map(|found| found.provider_id.clone())
            .collect::<Vec<_>>(),
        ids
    );
    assert!(found.iter().all(|found| found.busy.as_ref().unwrap().is_empty()));
    assert_eq!(server.seen()[0].method, "POST");

    let busy = |start: &str, end: &str| json!({"busy": [{"start": start, "end": end}]});
    let server = Server::start([
        page(
            &json!({"calendars": {"a": busy("2027-01-29T12:00:00+01:00", "2027-01-30T01:00:00+01:00"),
            "b": {"errors": [{"domain": "global", "reason": "notFound"}], "busy": []}}}),
        ),
        page(
            &json!({"calendars": {"a": busy("2027-01-30T01:00:00+01:00", "2027-01-30T02:00:00+01:00"),
            "b": {"busy": []}}}),
        ),
    ])
    .await;
    let ids = ["a", "b"].map(str::to_owned);
    let found = google(&server)
        .free_busy(&ask, &ids, window("2027-02-10T00:00:00Z"))
        .await
        .unwrap();
    let joined = Interval::new(
        "2027-01-29T11:00:00Z".parse().unwrap(),
        "2027-01-30T01:00:00Z".parse().unwrap(),
    );
    assert_eq!(*found[0].busy.as_ref().unwrap(), [joined.unwrap()]);
    assert!(matches!(found[1].busy, Err(ProviderError::NotFound)));
    let bodies: Vec<Value> = server
        .seen()
        .iter()
        .map(|seen| serde_json::from_str(&seen.body).unwrap())
        .collect();
    assert_eq!(bodies[0]["timeMax"], "2027-01-30T00:00:00Z");
    assert_eq!(bodies[1]["timeMin"], "2027-01-30T00:00:00Z");
    assert_eq!(bodies[1]["items"], json!([{"id": "a"}, {"id": "b"}]));
}

#[tokio::test]
async fn a_missing_scope_is_a_matter_of_consent() {
    let server = Server::start([refusal(403, "global", "insufficientPermissions")]).await;
    let error = google(&server)
        .calendars(&world::ask(Access::OAuth))
        .await
        .unwrap_err();
    assert_eq!(
        (error.code(), error.class()),
        ("needs_consent", ErrorClass::NeedsConsent)
    );
}

#[tokio::test]
async fn a_page_that_cannot_be_read_is_halved_down_to_the_item_that_spoils_it() {
    let broken = || Canned::new(200, "{\"items\":[{\"id\":\"bad\",\"summary\":\"\u{1}".to_owned());
    let server = Server::start([
        broken(),
        page(&json!({"items": [event("a")], "nextPageToken": "p2"})),
        broken(),
        broken(),
        page(&json!({"items": [{"id": "bad"}], "nextPageToken": "p3"})),
        page(&json!({"items": [event("c"), event("d")], "nextSyncToken": "s1"})),
    ])
    .await;
    let google = google(&server);
    let (ask, calendar) = (world::ask(Access::OAuth), world::calendar("c"));
    let mut from = start();
    let (mut read, mut left_out) = (Vec::new(), Vec::new());
    loop {
        let page = google.changes(&ask, &calendar, from).await.unwrap();
        read.extend(page.items);
        left_out.extend(
            page.quarantined
                .into_iter()
                .map(|item| (item.provider_id.unwrap(), item.reason)),
        );
        match page.next {
            Next::Page(token) => from = PullFrom::Page(token),
            Next::Done { .. } => break,
        }
    }
    assert_eq!(read.len(), 3);
    assert_eq!(left_out, [("bad".to_owned(), "it cannot be read".to_owned())]);
    let seen = server.seen();
    let sizes: Vec<&str> = seen
        .iter()
        .map(|seen| seen.parameter("maxResults").unwrap())
        .collect();
    assert_eq!(sizes, ["2", "1", "2", "1", "1", "2"]);
}

#[tokio::test]
async fn one_item_is_read_on_its_own_or_said_to_be_gone() {
    let server = Server::start([
        page(&event("a")),
        page(&json!({"id": "a", "start": 7})),
        refusal(404, "global", "notFound"),
        page(&json!({"id": "a", "status": "cancelled"})),
    ])
    .await;
    let google = google(&server);
    let (ask, calendar) = (world::ask(Access::OAuth), world::calendar("c"));
    let mut answers = Vec::new();
    for _ in 0..4 {
        answers.push(match google.event(&ask, &calendar, "a").await.unwrap() {
            Ok(RemoteItem::Upsert { .. }) => "here".to_owned(),
            Ok(RemoteItem::Gone { .. }) => "gone".to_owned(),
            Err(poison) => poison.reason,
        });
    }
    assert_eq!(answers, ["here", "its start cannot be read", "gone", "gone"]);
    assert_eq!(server.seen()[0].path, "/calendar/v3/calendars/c/events/a");
}

#[tokio::test]
async fn versions_are_listed_page_by_page_without_what_is_cancelled() {
    let server = Server::start([
        page(&json!({"items": [{"id": "a", "etag": "1"}, {"id": "x", "status": "cancelled"}], "nextPageToken": "p2"})),
        page(&json!({"items": [{"id": "b", "etag": "2"}]})),
    ])
    .await;
    let google = google(&server);
    let (ask, calendar) = (world::ask(Access::OAuth), world::calendar("c"));
    let not_before = "2026-10-21T00:00:00.123Z".parse().unwrap();
    let first = google
        .versions(&ask, &calendar, VersionsFrom::Start { not_before })
        .await
        .unwrap();
    let next = VersionsFrom::Page(first.next.unwrap());
    let last = google.versions(&ask, &calendar, next).await.unwrap();
    let ids = |items: &[ItemVersion]| {
        items
            .iter()
            .map(|item| item.provider_id.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (ids(&first.items), ids(&last.items), last.next),
        (vec!["a".into()], vec!["b".into()], None)
    );
    for seen in server.seen() {
        assert_eq!(seen.parameter("timeMin"), Some("2026-10-21T00:00:00Z"));
        assert_eq!(seen.parameter("showDeleted"), Some("false"));
    }
}
