//! Several processes on one database, and one on a file.

use std::{process::Stdio, time::Duration};

use kalends_simulator::{Fault, Trouble};
use kalends_testkit::{Client, DatabaseKind};
use serde_json::{Value, json};

use crate::process::{Installation, connect_user, google, until};

const EMAILS: [(&str, &str); 2] = [("ada", "ada@example.com"), ("ben", "ben@example.com")];
const ONE_AT_ONCE: (&str, &str) = ("KALENDS_TASKS__CONCURRENCY", "1");

fn synced(answer: &Value) -> bool {
    answer["items"][0]["lastSyncedAt"].is_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_answers_and_two_share_the_work_until_one_of_them_leaves() {
    let google = google().await;
    DatabaseKind::Postgres
        .run(async |database| {
            let installation = Installation::new(&database, &google);
            let key = installation.key();
            let api = installation.serve_with(&[("KALENDS_SERVER__ROLE", "api")]);
            let worker = [
                ("KALENDS_SERVER__ROLE", "worker"),
                ONE_AT_ONCE,
                ("KALENDS_SERVER__DRAIN_SECONDS", "1"),
            ];
            let app = Client::at(&api.address, key.clone());
            let control = google.control();
            for (user, email) in EMAILS {
                control.issue_tokens(email, &["calendar"]).unwrap();
                connect_user(&api, &app, user, email).await;
            }
            let calls = control.calls_after(0);
            assert!(
                calls.iter().all(|call| !call.path.starts_with("/calendar/")),
                "who answers requests runs no task"
            );

            // Two workers with one place each are both held by a call at the same time.
            let stuck = Fault {
                times: Some(2),
                ..Fault::new(
                    "GET /calendar/v3/users/me/calendarList",
                    Trouble::Delay {
                        milliseconds: 120_000,
                    },
                )
            };
            control.add_fault(stuck).unwrap();
            let workers = [installation.serve_with(&worker), installation.serve_with(&worker)];
            while control.faults().iter().any(|fault| fault.times != Some(0)) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            let three = until(&app, "/readyz", |answer| answer["replicas"] == 3).await;
            assert_eq!(
                (&three["role"], &three["tasks"]),
                (&"api".into(), &"elsewhere".into())
            );
            let well = Client::at(&workers[0].address, key.clone());
            let well = well.get("/readyz").await.expect_status(200).json();
            assert_eq!((&well["role"], &well["tasks"]), (&"worker".into(), &"ok".into()));

            // Both leave and give back what they could not end; a third finds it due.
            for worker in workers {
                worker.terminate();
                assert_eq!(worker.ended().await.code(), Some(0));
            }
            until(&app, "/readyz", |answer| answer["replicas"] == 1).await;
            let _third = installation.serve_with(&worker);
            for (user, _) in EMAILS {
                until(&app, &format!("/v1/calendars?userId={user}"), synced).await;
            }
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_served_by_one_process_and_by_the_next_when_that_is_killed() {
    let google = google().await;
    DatabaseKind::Sqlite
        .run(async |database| {
            let installation = Installation::new(&database, &google);
            let first = installation.serve();
            let second = installation
                .command(&["serve", "--listen", "127.0.0.1:0"])
                .stdin(Stdio::null())
                .output()
                .unwrap();
            let said = String::from_utf8(second.stderr).unwrap();
            assert_eq!(second.status.code(), Some(1), "{said}");
            assert!(said.contains("database.url: another `kalends serve`"), "{said}");
            let _beside = installation.key();
            first.kill();
            let next = installation.serve();
            let well = Client::at(&next.address, "none".into());
            well.get("/readyz").await.expect_status(200);
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_is_away_is_told_and_keeps_nobody_from_serving() {
    let google = google().await;
    DatabaseKind::Sqlite
        .run(async |database| {
            let installation = Installation::new(&database, &google);
            // Where nobody listens: taken and given back.
            let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            let url = format!("redis://{}", nobody.local_addr().unwrap());
            drop(nobody);
            let server = installation.serve_with(&[("KALENDS_REDIS_URL", &url)]);
            let well = until(&Client::at(&server.address, "none".into()), "/readyz", |_| true).await;
            assert_eq!(well["callCounts"], json!("away"));
        })
        .await;
}
