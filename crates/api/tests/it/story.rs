//! One long story, told on each database: every answer is the same, but for what is random.

use std::{
    fmt::Write as _,
    sync::{Arc, Mutex},
};

use axum::{Router, http::Method, routing::get};
use jiff::SignedDuration;
use kalends_testkit::{Answer, Client, Database, DatabaseKind, TestServer};
use serde_json::{Value, json};

const EMAIL: &str = "ada@example.com";
const FEED: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nX-WR-CALNAME:Timetable\r\n\
    BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20261101T000000Z\r\nDTSTART;TZID=Europe/London:20261201T160000\r\n\
    DTEND;TZID=Europe/London:20261201T170000\r\nRRULE:FREQ=WEEKLY\r\nSUMMARY:Rehearsal\r\nEND:VEVENT\r\n\
    BEGIN:VEVENT\r\nUID:2\r\nDTSTART:nonsense\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

/// What was asked and what was answered, in order.
#[derive(Default)]
struct Transcript(Mutex<Vec<(String, u16, Value)>>);

impl Transcript {
    /// Asks and writes it down.
    async fn ask(&self, app: &Client, method: Method, path: &str, body: Value) -> Value {
        let answer = match method {
            Method::GET => app.get(path).await,
            Method::POST => app.post(path, body).await,
            Method::PUT => app.put(path, body).await,
            Method::PATCH => app.patch(path, body).await,
            _ => app.delete(path).await,
        };
        self.note(&format!("{method} {path}"), &answer)
    }

    fn note(&self, what: &str, answer: &Answer) -> Value {
        let body = if answer.text.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&answer.text).unwrap_or_else(|_| json!(answer.text))
        };
        let entry = (what.to_owned(), answer.status.as_u16(), body.clone());
        self.0.lock().unwrap().push(entry);
        body
    }

    /// The whole, with each random word replaced by its number of appearance.
    fn redacted(self) -> Vec<String> {
        let mut seen = Vec::new();
        self.0
            .into_inner()
            .unwrap()
            .into_iter()
            .map(|(what, status, body)| redact(&format!("{what} -> {status} {body:#}"), &mut seen))
            .collect()
    }
}

/// Replaces ids and everything else that looks random: long words with digits in them.
fn redact(text: &str, seen: &mut Vec<String>) -> String {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    let mut redacted = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|letter| !is_word(letter)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        if word.len() >= 20 && word.contains(|letter: char| letter.is_ascii_digit()) {
            let number = seen.iter().position(|known| known == word).unwrap_or_else(|| {
                seen.push(word.to_owned());
                seen.len() - 1
            });
            write!(redacted, "[random {number}]").unwrap();
        } else {
            redacted.push_str(word);
        }
        let next = after.find(is_word).unwrap_or(after.len());
        redacted.push_str(&after[..next]);
        rest = &after[next..];
    }
    redacted
}

/// A host that serves one feed; answers its `host:port`.
async fn feed_host() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let router = Router::new().route("/feed.ics", get(|| async { FEED }));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

fn lesson(start: &str, end: &str) -> Value {
    json!({
        "summary": "Lesson", "recurrence": ["RRULE:FREQ=WEEKLY;BYDAY=TU"],
        "start": {"dateTime": start, "timeZone": "Europe/London"},
        "end": {"dateTime": end, "timeZone": "Europe/London"},
    })
}

async fn told(database: Database, host: &str) -> Vec<String> {
    let server = TestServer::start_on_allowing(database, &[host]).await;
    let app = server.client();
    let account = server.google(EMAIL).await;
    let transcript = Arc::new(Transcript::default());
    let (get, post, put, patch, delete) = (
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
    );
    let ask = |method: &Method, path: &str, body: Value| {
        let (transcript, method, path) = (Arc::clone(&transcript), method.clone(), path.to_owned());
        async move { transcript.ask(app, method, &path, body).await }
    };
    let day = json!({"userIds": ["ada"], "from": "2026-12-01T00:00:00Z", "to": "2026-12-09T00:00:00Z"});
    let slots = json!({
        "userIds": ["ada"], "from": "2026-12-01T00:00:00Z", "to": "2026-12-09T00:00:00Z",
        "durationMinutes": 60, "bufferAfterMinutes": 10,
    });

    // A person is set up and connects.
    ask(
        &put,
        "/v1/users/ada",
        json!({"timeZone": "Europe/London", "displayName": "Ada"}),
    )
    .await;
    let hours = json!({"timeZone": "Europe/London", "openHours": [{"days": [2, 3], "start": "09:00", "end": "18:00"}]});
    ask(&put, "/v1/users/ada/settings/working_hours", hours).await;
    let event = account
        .insert(lesson("2026-11-24T10:00:00", "2026-11-24T11:00:00"))
        .await;
    let party = json!({"summary": "Party", "start": {"date": "2026-12-05"}, "end": {"date": "2026-12-06"}});
    account.insert(party).await;
    ask(&post, "/v1/availability", day.clone()).await;
    let back = server.connect_google("ada", EMAIL).await;
    transcript.note("the way back", &back);
    ask(&get, "/v1/calendars?userId=ada", Value::Null).await;
    server.drain_tasks().await;

    // The calendar counts.
    let connections = ask(&get, "/v1/connections?userId=ada", Value::Null).await;
    let connection = connections["items"][0]["id"].as_str().unwrap();
    let connection = format!("/v1/connections/{connection}");
    let calendars = ask(&get, "/v1/calendars?userId=ada", Value::Null).await;
    let calendar = calendars["items"][0]["id"].as_str().unwrap();
    ask(&get, "/v1/external-events?userId=ada", Value::Null).await;
    ask(&post, "/v1/availability", day.clone()).await;
    ask(&post, "/v1/slots", slots.clone()).await;

    // An event moves, another one goes, and a delta brings both.
    server.clock.advance(SignedDuration::from_mins(3));
    let moved = json!({
        "start": {"dateTime": "2026-11-24T14:00:00", "timeZone": "Europe/London"},
        "end": {"dateTime": "2026-11-24T15:30:00", "timeZone": "Europe/London"},
    });
    account.patch(&event, moved).await;
    ask(&post, &format!("{connection}/sync"), Value::Null).await;
    server.drain_tasks().await;
    ask(&get, &format!("{connection}/sync-runs"), Value::Null).await;
    ask(&post, "/v1/slots", slots.clone()).await;
    account.delete(&event).await;
    server.clock.advance(SignedDuration::from_mins(20));
    server.drain_tasks().await;
    ask(&post, "/v1/availability", day.clone()).await;

    // A feed joins, with an item that cannot be read, and a block.
    let feed = json!({"userId": "ada", "url": format!("http://{host}/feed.ics")});
    ask(&post, "/v1/connections/ics", feed).await;
    server.drain_tasks().await;
    let block = json!({"start": "2026-12-02T09:00:00Z", "end": "2026-12-02T12:00:00Z", "title": "Exams"});
    ask(&post, "/v1/users/ada/blocks", block).await;
    ask(
        &get,
        "/v1/users/ada/blocks?from=2026-12-01T00:00:00Z&to=2026-12-31T00:00:00Z",
        Value::Null,
    )
    .await;
    ask(&post, "/v1/availability", day.clone()).await;
    ask(&post, "/v1/slots", slots.clone()).await;
    let listed = ask(&get, "/v1/external-events?userId=ada&limit=1", Value::Null).await;

    // A lesson is to be moved, one of two teachers gives it, and somebody wonders about a time.
    ask(&put, "/v1/users/charles", json!({"timeZone": "Europe/London"})).await;
    let mut moving = json!({
        "from": "2026-12-01T00:00:00Z", "to": "2026-12-09T00:00:00Z", "durationMinutes": 60, "maxResults": 5,
        "groups": [{"userIds": ["ada"]}, {"name": "other", "userIds": ["ada", "charles"], "required": 1}],
        "limits": {"day": {"appointments": 2}},
        "appointments": [{"id": "b", "userIds": ["charles"], "start": "2026-12-01T09:00:00Z", "end": "2026-12-01T10:00:00Z"}],
        "ignore": [{"externalEventId": listed["items"][0]["id"]}],
    });
    ask(&post, "/v1/slots", moving.clone()).await;
    moving["at"] = json!("2026-12-01T09:00:00Z");
    ask(&post, "/v1/availability/explain", moving).await;
    ask(&delete, "/v1/users/charles", Value::Null).await;

    // The person changes their mind, and leaves.
    ask(
        &patch,
        &format!("/v1/calendars/{calendar}"),
        json!({"selected": false}),
    )
    .await;
    ask(&post, "/v1/availability", day.clone()).await;
    ask(&delete, &connection, Value::Null).await;
    server.drain_tasks().await;
    ask(&get, &connection, Value::Null).await;
    ask(&post, &format!("{connection}/sync"), Value::Null).await;
    ask(&get, "/v1/calendars?userId=ada", Value::Null).await;
    ask(&get, "/v1/changes?after=0&limit=200", Value::Null).await;
    ask(&delete, "/v1/users/ada", Value::Null).await;
    ask(&get, "/v1/users/ada", Value::Null).await;
    ask(&get, "/v1/changes?after=0&limit=200", Value::Null).await;
    Arc::into_inner(transcript).unwrap().redacted()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_databases_give_the_same_answers() {
    let host = feed_host().await;
    let sqlite = DatabaseKind::Sqlite
        .run(async |database| told(database, &host).await)
        .await
        .unwrap();
    assert!(sqlite.len() > 25, "{}", sqlite.len());
    let unexpected = sqlite
        .iter()
        .filter(|answer| answer.contains("-> 4") || answer.contains("-> 5"));
    let unexpected: Vec<_> = unexpected.map(|answer| answer.lines().next().unwrap()).collect();
    assert_eq!(
        unexpected.len(),
        2,
        "the sync of an ended connection, the user who is gone: {unexpected:?}"
    );
    let Some(postgres) = DatabaseKind::Postgres
        .run(async |database| told(database, &host).await)
        .await
    else {
        return;
    };
    for (left, right) in sqlite.iter().zip(&postgres) {
        assert_eq!(left, right);
    }
    assert_eq!(sqlite.len(), postgres.len());
}

#[test]
fn random_words_are_numbered() {
    let mut seen = Vec::new();
    let id = "01982f6e-5c00-7a41-8a5e-7d0f3c1b2a90";
    let text = format!(
        "{{\"id\": \"{id}\", \"at\": \"2026-12-01T10:00:00Z\", \"next\": \"{id}x\", \"id\": \"{id}\"}}"
    );
    assert_eq!(
        redact(&text, &mut seen),
        r#"{"id": "[random 0]", "at": "2026-12-01T10:00:00Z", "next": "[random 1]", "id": "[random 0]"}"#
    );
}
