//! Google's own client moves, edits and deletes the application's events while the server syncs: each change arrives once.
//!
//! The program is `tests/clients/owner.py`, run with the interpreter that `KALENDS_PYTHON` names; without it the test says
//! so and passes, unless `KALENDS_TEST_REQUIRE_ALL=1`.

use std::{
    collections::BTreeMap,
    process::{Command, Stdio},
};

use jiff::Timestamp;
use kalends_testkit::{Client, Database, both};
use serde_json::{Value, json};

use crate::process::{self, Installation, Server, eventually};

const ACCOUNT: &str = "ada@example.com";
/// How many events there are; a third each is moved, edited and deleted.
const EVENTS: usize = 30;
/// No limit of calls is in the way.
const FAST: [(&str, &str); 2] = [
    ("KALENDS_LIMITS__GOOGLE_CALENDAR__PER_ACCOUNT", "100000 per s"),
    ("KALENDS_LIMITS__GOOGLE_CALENDAR__PER_CLIENT", "100000 per s"),
];

both! {
    async fn what_googles_python_client_does_to_our_events_is_told_once_each(database) {
        if let Some(python) = process::python() {
            story(&database, &python).await;
        }
    }
}

async fn story(database: &Database, python: &str) {
    let google = process::google().await;
    let installation = Installation::new(database, &google);
    let app_key = installation.key();
    let server = installation.serve_with(&FAST);
    let app = Client::at(&server.address, app_key);
    process::connect_writer(&server, &app, "ada", ACCOUNT).await;
    for number in 0..EVENTS {
        put(&app, number).await;
    }

    let mut owner = Command::new(python)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients/owner.py"))
        .args([google.base_url(), ACCOUNT, &EVENTS.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The server reads the calendar all the while.
    while owner.try_wait().unwrap().is_none() {
        sync(&app).await;
    }
    let output = owner.wait_with_output().unwrap();
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complained}");
    let did = String::from_utf8(output.stdout).unwrap();
    let did: Vec<Value> = did
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(did.len(), EVENTS);

    eventually(async || told(&app).await.len() >= EVENTS).await;
    // Whatever was read twice would be told by now.
    sync(&app).await;
    sync(&app).await;
    judge(&did, &told(&app).await);
    eventually(async || is_settled(&app).await).await;
    drop::<Server>(server);
}

/// Each deed was told once, as what it was, with the value that it gave.
fn judge(did: &[Value], told: &[Value]) {
    let mut by_key: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for change in told {
        by_key
            .entry(change["subjectId"].as_str().unwrap())
            .or_default()
            .push(change);
    }
    assert_eq!(by_key.len(), EVENTS, "{by_key:?}");
    for deed in did {
        let number = deed["title"].as_str().unwrap().rsplit(' ').next().unwrap();
        let changes = &by_key[format!("lesson-{number}").as_str()];
        let [change] = changes.as_slice() else {
            panic!("{deed} was told {} times: {changes:#?}", changes.len());
        };
        let kind = deed["kind"].as_str().unwrap();
        assert_eq!(
            change["type"],
            format!("event.{kind}_externally"),
            "{deed}: {change:#}"
        );
        let fields = &change["data"]["fields"];
        let after = match kind {
            "moved" => &fields["when"]["after"]["start"],
            "edited" => &fields["title"]["after"],
            _ => &Value::Null,
        };
        assert_eq!(after, &deed["after"], "{deed}: {change:#}");
    }
}

async fn put(app: &Client, number: usize) {
    let hours = 30 + 2 * i64::try_from(number).unwrap();
    let hour = |more: i64| (now().as_second().div_euclid(3600) + hours + more) * 3600;
    let at = |more| Timestamp::from_second(hour(more)).unwrap();
    let event = json!({
        "title": format!("Lesson {number:02}"), "start": at(0), "end": at(1), "timeZone": "Europe/Zurich",
        "description": "Scales", "people": [{"userId": "ada", "role": "organizer"}],
    });
    app.put(&format!("/v1/events/lesson-{number:02}"), event)
        .await
        .expect_status(201);
}

/// What the feed tells of people's own changes.
async fn told(app: &Client) -> Vec<Value> {
    let mut told = Vec::new();
    let mut after = 0;
    loop {
        let path = format!("/v1/changes?after={after}&limit=200");
        let page = app.get(&path).await.expect_status(200).json();
        let items = page["items"].as_array().unwrap();
        let Some(last) = items.last() else {
            return told;
        };
        after = last["seq"].as_u64().unwrap();
        let is_external = |item: &&Value| item["type"].as_str().unwrap().ends_with("_externally");
        told.extend(items.iter().filter(is_external).cloned());
    }
}

async fn sync(app: &Client) {
    let answer = app.post("/v1/users/ada/sync?wait=10", Value::Null).await;
    assert!(answer.status.is_success(), "{answer:?}");
}

/// Whether every event shows on its calendar what the application wants, or is off it.
async fn is_settled(app: &Client) -> bool {
    for number in 0..EVENTS {
        let event = app
            .get(&format!("/v1/events/lesson-{number:02}"))
            .await
            .expect_status(200);
        let status = &event.json()["links"][0]["status"];
        if !["synced", "removed"].iter().any(|good| status == good) {
            return false;
        }
    }
    true
}

#[expect(
    clippy::disallowed_methods,
    reason = "the server under test lives in real time"
)]
fn now() -> Timestamp {
    Timestamp::now()
}
