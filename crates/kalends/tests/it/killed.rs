//! `kill -9` in the middle of a first sync.

use std::{collections::BTreeSet, time::Duration};

use jiff::{SignedDuration, Timestamp};
use kalends_simulator::{Fault, FillOrder, Running, Trouble};
use kalends_testkit::{Client, Database, DatabaseKind, both};
use serde_json::{Value, json};

use crate::process::{Installation, Server, connect, google, until};

const EMAIL: &str = "ada@example.com";
const EVENTS: u32 = 3000;
const CALENDARS: &str = "/v1/calendars?userId=ada";

fn trouble(trouble: Trouble) -> Fault {
    Fault::new("GET /calendar/v3/calendars/*/events", trouble)
}

/// A Google where reading the whole calendar takes twenty pages of a third of a second.
async fn slow_google() -> Running {
    let google = google().await;
    let order = FillOrder {
        email: EMAIL.to_owned(),
        people: None,
        calendar: None,
        count: EVENTS,
        seed: 1,
        // Within the window that every calendar covers.
        from: Some(day(&google, -20)),
        to: Some(day(&google, 80)),
        recurring_percent: None,
    };
    let control = google.control();
    control.fill(&order).unwrap();
    control
        .add_fault(trouble(Trouble::PageSize { items: 150 }))
        .unwrap();
    control
        .add_fault(trouble(Trouble::Delay { milliseconds: 300 }))
        .unwrap();
    google
}

/// So many days after the test began.
fn day(google: &Running, days: i64) -> Timestamp {
    google.control().now() + SignedDuration::from_hours(24 * days)
}

fn synced(calendars: &Value) -> bool {
    calendars["items"][0]["lastSyncedAt"].is_string()
}

/// What the server knows: the ids of all stored events in order, and the busy time around them.
async fn known(app: &Client, google: &Running) -> (Vec<String>, Value) {
    let mut ids = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/v1/external-events?userId=ada&limit=200{cursor}");
        let page = app.get(&path).await.expect_status(200).json();
        let items = page["items"].as_array().unwrap();
        ids.extend(
            items
                .iter()
                .map(|event| event["providerId"].as_str().unwrap().to_owned()),
        );
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    ids.sort_unstable();
    let question = json!({"userIds": ["ada"], "from": day(google, -25), "to": day(google, 85)});
    let answer = app
        .post("/v1/availability", question)
        .await
        .expect_status(200)
        .json();
    let ada = &answer["users"][0];
    assert_eq!(ada["unknown"], json!([]));
    (ids, ada["busy"].clone())
}

async fn restarted(installation: &Installation, database: &Database) -> Server {
    if database.kind == DatabaseKind::Postgres {
        // Another process may be alive there, so the killed one's claims end by time: half a minute, not slept here.
        database
            .tamper("UPDATE tasks SET due_us = 0 WHERE state = 'running'")
            .await;
    }
    installation.serve()
}

both! {
    async fn a_first_sync_goes_on_after_a_kill_and_knows_what_a_fresh_server_knows(database) {
        let google = slow_google().await;
        let installation = Installation::new(&database, &google);
        let key = installation.key();
        let server = installation.serve();
        let app = Client::at(&server.address, key.clone());
        connect(&server, &app, EMAIL).await;
        until(&app, CALENDARS, |answer| answer["items"][0]["progress"]["pages"].as_u64() >= Some(2)).await;
        server.kill();
        let calls = google.control().calls_after(0);
        let pages = calls.iter().filter(|call| call.path.ends_with("/events")).count();
        assert!((2..15).contains(&pages), "{pages} of 20 pages were read before the kill");
        google.control().clear_faults();

        let server = restarted(&installation, &database).await;
        let app = Client::at(&server.address, key);
        let begun = std::time::Instant::now();
        until(&app, CALENDARS, synced).await;
        assert!(begun.elapsed() < Duration::from_secs(25), "nobody waits for a dead worker's claim");
        let (ids, busy) = known(&app, &google).await;
        assert_eq!(ids.len(), EVENTS as usize);
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "each event is stored once");
        assert!(busy.as_array().unwrap().len() > 100, "{busy}");

        let folder = tempfile::tempdir().unwrap();
        let empty = Database {
            kind: DatabaseKind::Sqlite,
            url: format!("sqlite:{}", folder.path().join("fresh.db").display()),
        };
        let installation = Installation::new(&empty, &google);
        let key = installation.key();
        let fresh = installation.serve();
        let app = Client::at(&fresh.address, key);
        connect(&fresh, &app, EMAIL).await;
        until(&app, CALENDARS, synced).await;
        assert!(known(&app, &google).await == (ids, busy), "a fresh server knows something else");
    }
}
