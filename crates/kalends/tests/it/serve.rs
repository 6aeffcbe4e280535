//! `kalends serve`: how it ends, and how it says that it cannot begin.

use std::time::Duration;

use kalends_simulator::{Fault, Trouble};
use kalends_testkit::{Client, DatabaseKind};
use serde_json::Value;

use crate::process::{Installation, connect, google, until};

const EMAIL: &str = "ada@example.com";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_signal_lets_a_request_under_way_be_answered() {
    let google = google().await;
    DatabaseKind::Sqlite
        .run(async |database| {
            let installation = Installation::new(&database, &google);
            let key = installation.key();
            let server = installation.serve();
            let app = Client::at(&server.address, key);
            google.control().issue_tokens(EMAIL, &["calendar"]).unwrap();
            let connection = connect(&server, &app, EMAIL).await;
            until(&app, "/v1/calendars?userId=ada", |answer| {
                answer["items"][0]["lastSyncedAt"].is_string()
            })
            .await;

            let delay = Fault {
                times: Some(1),
                ..Fault::new(
                    "GET /calendar/v3/calendars/*/events",
                    Trouble::Delay { milliseconds: 1500 },
                )
            };
            google.control().add_fault(delay).unwrap();
            let asking = app.clone();
            let request = tokio::spawn(async move {
                asking
                    .post(&format!("{connection}/sync?wait=20"), Value::Null)
                    .await
            });
            // The fault counts when the call arrives, long before it is answered.
            let is_waiting = || {
                google
                    .control()
                    .faults()
                    .iter()
                    .all(|fault| fault.times == Some(0))
            };
            while !is_waiting() {
                assert!(!request.is_finished(), "the request was answered without a call");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            server.terminate();
            let answer = request.await.unwrap().expect_status(200).json();
            assert_eq!(answer["complete"], true);
            assert_eq!(server.ended().await.code(), Some(0));
        })
        .await;
}

#[tokio::test]
async fn what_cannot_work_is_said_in_one_line_and_ends_with_1() {
    let google = google().await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    DatabaseKind::Sqlite
        .run(async |database| {
            let installation = Installation::new(&database, &google);
            for (setting, value, said) in [
                ("KALENDS_KEYS", "", "KALENDS_KEYS"),
                ("KALENDS_KEYS", "k1:tooshort", "keys"),
                (
                    "KALENDS_DATABASE__URL",
                    "mysql://localhost/kalends",
                    "database.url",
                ),
                (
                    "KALENDS_DATABASE__URL",
                    "sqlite:/no/such/folder/kalends.db",
                    "database.url",
                ),
                (
                    "KALENDS_DATABASE__URL",
                    "postgres://nobody@127.0.0.1:1/none",
                    "database.url",
                ),
                ("KALENDS_SERVER__LISTEN", "everywhere", "server.listen"),
                ("KALENDS_SERVER__LISTEN", taken.as_str(), "server.listen"),
                (
                    "KALENDS_SERVER__PUBLIC_URL",
                    "http://calendars.example.com",
                    "server.public_url",
                ),
                ("KALENDS_SERVER__LISTNE", "127.0.0.1:0", "listne"),
                ("KALENDS_TASKS__CONCURRENCY", "many", "tasks.concurrency"),
                ("KALENDS_GOOGLE__CLIENT_SECRET", "", "google.client_secret"),
                ("KALENDS_CONFIG", "/no/such/file.toml", "/no/such/file.toml"),
            ] {
                let output = installation
                    .command(&["serve"])
                    .env(setting, value)
                    .output()
                    .unwrap();
                let complained = String::from_utf8(output.stderr).unwrap();
                assert_eq!(output.status.code(), Some(1), "{setting}={value}: {complained}");
                assert!(output.stdout.is_empty(), "{setting}={value}");
                assert_eq!(complained.lines().count(), 1, "{setting}={value}: {complained}");
                assert!(
                    complained.starts_with("kalends: ") && complained.contains(said),
                    "{setting}={value}: {complained}"
                );
            }
        })
        .await;
}
