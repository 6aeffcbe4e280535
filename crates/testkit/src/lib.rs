//! Kalends in a test's hand: the whole server over a throw-away database, with the simulator as its Google, a clock
//! that the test moves and background tasks that the test runs.
//!
//! ```ignore
//! let server = TestServer::start().await;
//! let app = server.client();
//! app.put("/v1/users/ada", json!({"timeZone": "Europe/London"})).await.expect_status(200);
//! server.google("ada@example.com").insert(json!({...})).await;
//! server.connect_google("ada", "ada@example.com").await;
//! server.drain_tasks().await;
//! let answer = app.post("/v1/availability", json!({...})).await;
//! ```
//!
//! Requests go straight into the router; only the simulator listens, on a free port of loopback. [`Client::at`] and
//! [`Browser::at`] talk to a server in a process of its own instead.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up must fail on the spot"
)]
#![expect(
    clippy::return_self_not_must_use,
    reason = "looking at the status is often all that a test wants"
)]

mod answer;
mod browser;
mod client;
mod clock;
mod database;
mod google;
mod recording;
mod server;
mod transport;

pub use answer::Answer;
pub use browser::Browser;
pub use client::Client;
pub use clock::{ManualClock, SeededEntropy};
pub use database::{Database, DatabaseKind, HeldLocks, on_each_database};
pub use google::GoogleAccount;
pub use kalends_simulator as simulator;
pub use recording::recording;
pub use server::TestServer;
