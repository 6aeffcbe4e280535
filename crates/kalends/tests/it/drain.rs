//! How a server ends when it is asked to.

use std::time::{Duration, Instant};

use kalends_simulator::{Fault, Running, Trouble};
use kalends_testkit::{Client, both};
use serde_json::Value;

use crate::process::{Installation, Server, connect, eventually, google, until};

const EMAIL: &str = "ada@example.com";
const CALENDARS: &str = "/v1/calendars?userId=ada";

fn synced(answer: &Value) -> bool {
    answer["items"][0]["lastSyncedAt"].is_string()
}

/// Connects an account of which one task is stuck in a call to its provider.
async fn with_a_stuck_task(server: &Server, app: &Client, google: &Running) {
    let control = google.control();
    let stuck = Fault {
        times: Some(1),
        ..Fault::new(
            "GET /calendar/v3/calendars/*/events",
            Trouble::Delay {
                milliseconds: 120_000,
            },
        )
    };
    control.issue_tokens(EMAIL, &["calendar"]).unwrap();
    control.add_fault(stuck).unwrap();
    connect(server, app, EMAIL).await;
    while control.faults().iter().any(|fault| fault.times != Some(0)) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

both! {
    async fn readiness_says_so_before_connections_are_refused(database) {
        let google = google().await;
        let installation = Installation::new(&database, &google);
        let key = installation.key();
        let server = installation.serve_with(&[("KALENDS_SERVER__DRAIN_DELAY_SECONDS", "100")]);
        let app = Client::at(&server.address, key);
        let before = until(&app, "/readyz", |answer| answer["tasks"] == "ok").await;
        assert_eq!((&before["ready"], &before["draining"]), (&true.into(), &false.into()));
        server.terminate();
        eventually(async || app.get("/readyz").await.status == 503).await;
        let told = app.get("/readyz").await.json();
        assert_eq!((&told["ready"], &told["draining"]), (&false.into(), &true.into()));
        app.get("/v1/users").await.expect_status(200);
        server.terminate();
        assert_eq!(server.ended().await.code(), Some(130));
    }

    async fn a_task_that_does_not_end_is_given_to_the_next_process(database) {
        let google = google().await;
        let installation = Installation::new(&database, &google);
        let key = installation.key();
        let server = installation.serve_with(&[("KALENDS_SERVER__DRAIN_SECONDS", "1")]);
        let app = Client::at(&server.address, key.clone());
        with_a_stuck_task(&server, &app, &google).await;
        let begun = Instant::now();
        server.terminate();
        assert_eq!(server.ended().await.code(), Some(0));
        let next = installation.serve();
        until(&Client::at(&next.address, key), CALENDARS, synced).await;
        assert!(begun.elapsed() < Duration::from_secs(25), "nobody waits for a claim of 30 seconds");
    }

    async fn a_second_signal_ends_at_once(database) {
        let google = google().await;
        let installation = Installation::new(&database, &google);
        let key = installation.key();
        let server = installation.serve_with(&[("KALENDS_SERVER__DRAIN_SECONDS", "100")]);
        let app = Client::at(&server.address, key);
        with_a_stuck_task(&server, &app, &google).await;
        let begun = Instant::now();
        server.terminate();
        // The first one has been taken when no new connection is accepted any more.
        while tokio::net::TcpStream::connect(server.address.trim_start_matches("http://")).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        server.terminate();
        assert_eq!(server.ended().await.code(), Some(130));
        assert!(begun.elapsed() < Duration::from_secs(50));
    }
}
