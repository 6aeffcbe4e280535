//! Feeds: conditional requests, what counts as a change, and what is no feed.

use kalends_egress::Egress;
use kalends_providers::{
    Provider,
    ics::{FEED, Ics},
    provider::{Access, ChangePage, Cursor, Listing, Next, ProviderError, PullFrom, RemoteItem},
};

use crate::{
    canned::{Canned, Server},
    world,
};

fn feed(stamp: &str, events: &str) -> String {
    let events = events.replace(":STAMP", &format!(":{stamp}"));
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nX-WR-CALNAME:Club\r\nREFRESH-INTERVAL;VALUE=DURATION:PT4H\r\n{events}END:VCALENDAR\r\n"
    )
}

fn event(uid: &str, start: &str, end: &str) -> String {
    format!(
        "BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:STAMP\r\nDTSTART:{start}\r\nDTEND:{end}\r\nSUMMARY:x\r\nEND:VEVENT\r\n"
    )
}

fn one_event(stamp: &str) -> String {
    feed(stamp, &event("a", "20261201T100000Z", "20261201T110000Z"))
}

struct Connected {
    server: Server,
    ics: Ics,
}

impl Connected {
    async fn to(answers: impl IntoIterator<Item = Canned>) -> Self {
        let server = Server::start(answers).await;
        let ics = Ics::new(egress(&server));
        Self { server, ics }
    }

    async fn pull(&self, cursor: Option<&Cursor>) -> Result<ChangePage, ProviderError> {
        let ask = world::ask(Access::FeedUrl(
            self.server.url("/secret/feed.ics").as_str().into(),
        ));
        let not_before = "2026-10-21T00:00:00Z".parse().unwrap();
        let from = match cursor {
            None => PullFrom::Start { not_before },
            Some(cursor) => PullFrom::Cursor {
                cursor: cursor.clone(),
                not_before,
            },
        };
        self.ics.changes(&ask, &world::calendar(FEED), from).await
    }
}

fn egress(server: &Server) -> Egress {
    world::egress(&[server.host()])
}

fn cursor(page: &ChangePage) -> Cursor {
    match &page.next {
        Next::Done { cursor, .. } => cursor.clone(),
        Next::Page(_) => panic!("a feed is one page"),
    }
}

fn names(page: &ChangePage) -> Vec<&str> {
    let name = |item: &RemoteItem| -> &str { panic!("a feed names no removals: {item:?}") };
    let names = page.items.iter().map(|item| match item {
        RemoteItem::Upsert { event, .. } => event.provider_id.as_str(),
        RemoteItem::Gone { .. } => name(item),
    });
    names.collect()
}

#[tokio::test]
async fn the_hosts_validators_are_sent_back_and_304_is_no_change() {
    let modified = "Fri, 20 Nov 2026 09:00:00 GMT";
    let answer = Canned::new(200, one_event("1"))
        .with("etag", "\"v1\"")
        .with("last-modified", modified);
    let connected = Connected::to([answer, Canned::new(304, ""), Canned::new(304, "")]).await;
    let first = connected.pull(None).await.unwrap();
    assert_eq!((names(&first), first.listing), (vec!["a"], Listing::Complete));
    let second = connected.pull(Some(&cursor(&first))).await.unwrap();
    assert_eq!((names(&second), second.listing), (vec![], Listing::Delta));
    assert_eq!(cursor(&second), cursor(&first));
    let third = connected.pull(Some(&cursor(&second))).await.unwrap();
    let Next::Done { refresh_after, .. } = third.next else {
        panic!("the end")
    };
    assert_eq!(
        refresh_after.unwrap().as_hours(),
        4,
        "the wish of the text is remembered"
    );

    let seen = connected.server.seen();
    assert_eq!(
        (
            seen[0].header("if-none-match"),
            seen[0].header("if-modified-since")
        ),
        (None, None)
    );
    assert_eq!(
        (
            seen[2].header("if-none-match"),
            seen[2].header("if-modified-since")
        ),
        (Some("\"v1\""), Some(modified))
    );
    assert!(seen[0].header("accept").unwrap().starts_with("text/calendar"));
    assert_eq!(seen[0].header("authorization"), None);
}

#[tokio::test]
async fn without_validators_the_text_tells_and_stamps_do_not_count() {
    let other = feed("3", &event("b", "20261201T100000Z", "20261201T110000Z"));
    let answers = [
        one_event("20261120T100000Z"),
        one_event("20261120T110000Z"),
        other,
    ];
    let connected = Connected::to(answers.map(|text| Canned::new(200, text))).await;
    let first = connected.pull(None).await.unwrap();
    let second = connected.pull(Some(&cursor(&first))).await.unwrap();
    assert_eq!(second.listing, Listing::Delta);
    let third = connected.pull(Some(&cursor(&second))).await.unwrap();
    assert_eq!((names(&third), third.listing), (vec!["b"], Listing::Complete));
}

#[tokio::test]
async fn a_text_that_was_cut_off_removes_nothing() {
    let whole = one_event("1").replace("SUMMARY:x", "SUMMARY:y");
    let cut = feed("1", "").replace("END:VCALENDAR\r\n", "");
    let connected = Connected::to([one_event("1"), cut, whole].map(|text| Canned::new(200, text))).await;
    let first = connected.pull(None).await.unwrap();
    let second = connected.pull(Some(&cursor(&first))).await.unwrap();
    assert_eq!((names(&second), second.listing), (vec![], Listing::Delta));
    let third = connected.pull(Some(&cursor(&second))).await.unwrap();
    assert_eq!((names(&third), third.listing), (vec!["a"], Listing::Complete));
}

#[tokio::test]
async fn what_ended_before_the_window_is_left_out() {
    let past = event("past", "20250101T100000Z", "20250101T110000Z");
    let series = past
        .replace("UID:past", "UID:series")
        .replace("SUMMARY", "RRULE:FREQ=WEEKLY\r\nSUMMARY");
    let ahead = event("ahead", "20281201T100000Z", "20281201T110000Z");
    let connected = Connected::to([Canned::new(200, feed("1", &[past, series, ahead].concat()))]).await;
    assert_eq!(names(&connected.pull(None).await.unwrap()), ["series", "ahead"]);
}

#[tokio::test]
async fn pages_for_people_and_refusals_are_told_apart() {
    for (answer, code) in [
        (
            Canned::new(200, "<!DOCTYPE html><title>Log in</title>"),
            "provider_unreadable",
        ),
        (Canned::new(200, ""), "provider_unreadable"),
        (Canned::new(401, ""), "provider_forbidden"),
        (Canned::new(403, ""), "provider_forbidden"),
        (Canned::new(404, ""), "calendar_not_found"),
        (Canned::new(410, ""), "calendar_not_found"),
        (Canned::new(304, ""), "provider_rejected"),
        (
            Canned::new(302, "").with("location", "https://127.0.0.1/feed.ics"),
            "bad_address",
        ),
        (
            Canned::new(302, "").with("location", "http://169.254.169.254/"),
            "bad_address",
        ),
    ] {
        let connected = Connected::to([answer]).await;
        assert_eq!(connected.pull(None).await.unwrap_err().code(), code);
    }
}

#[tokio::test]
async fn an_address_inside_is_refused_unasked() {
    let server = Server::start([]).await;
    let ask = world::ask(Access::FeedUrl(server.url("/feed.ics").as_str().into()));
    let error = Ics::new(world::egress(&[])).calendars(&ask).await.unwrap_err();
    assert_eq!(error.code(), "bad_address");
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_feed_is_one_calendar_by_its_own_name() {
    let text = one_event("1").replace(
        "X-WR-CALNAME:Club",
        "X-WR-CALNAME:Club\r\nX-WR-TIMEZONE:Europe/Berlin",
    );
    let server = Server::start([Canned::new(200, text)]).await;
    let url = server.url("/feed.ics").as_str().to_owned();
    let calendars = Ics::new(egress(&server))
        .calendars(&world::ask(Access::FeedUrl(url.into())))
        .await
        .unwrap();
    assert_eq!(calendars.len(), 1);
    assert_eq!(
        (calendars[0].provider_id.as_str(), calendars[0].name.as_str()),
        (FEED, "Club")
    );
    assert_eq!(calendars[0].zone.as_ref().unwrap().name(), "Europe/Berlin");
}
