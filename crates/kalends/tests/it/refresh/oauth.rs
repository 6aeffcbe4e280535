//! The strict OAuth server of `tests/oauth`, in a Node process of its own.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

use serde::Deserialize;
use serde_json::Value;

/// Where a refresh is kept waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hold {
    /// Before the server works on it: nothing is consumed.
    Arrival,
    /// Before it is answered: the token is consumed.
    Answer,
}

/// What the server was asked.
#[derive(Debug, Deserialize)]
pub(super) struct Log {
    /// What became of each refresh.
    pub(super) refreshes: Vec<String>,
    /// Calls of the calendar.
    pub(super) calendar: usize,
    /// Those of them without a good access token.
    pub(super) refused: usize,
}

/// The running server; it ends when this is dropped.
pub(super) struct OauthServer {
    pub(super) address: String,
    child: Child,
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests take the places of other programs from the environment"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

impl OauthServer {
    /// Starts it; nothing where its modules are not installed, unless no test may be skipped.
    pub(super) fn start() -> Option<Self> {
        let Some(modules) = variable("KALENDS_OAUTH_MODULES") else {
            let required = variable("KALENDS_TEST_REQUIRE_ALL").is_some_and(|value| value == "1");
            assert!(!required, "KALENDS_OAUTH_MODULES is not set");
            println!("skipped: KALENDS_OAUTH_MODULES is not set");
            return None;
        };
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oauth/server.mjs");
        let mut child = Command::new("node")
            .args([script, &modules])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let output = child.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut line).unwrap();
        let address = line.strip_prefix("ready on ").unwrap().trim_end().to_owned();
        Some(Self { address, child })
    }

    /// The refresh token of a new grant.
    pub(super) async fn grant(&self) -> String {
        self.order("grant").await["refreshToken"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Keeps the next refresh waiting.
    pub(super) async fn hold(&self, hold: Hold) {
        let at = match hold {
            Hold::Arrival => "arrival",
            Hold::Answer => "answer",
        };
        self.order(&format!("hold?at={at}")).await;
    }

    /// Waits until a refresh is kept waiting.
    pub(super) async fn held(&self) {
        self.order("held").await;
    }

    /// Lets it go on.
    pub(super) async fn release(&self) {
        self.order("release").await;
    }

    pub(super) async fn log(&self) -> Log {
        serde_json::from_value(self.order("log").await).unwrap()
    }

    async fn order(&self, order: &str) -> Value {
        let client = kalends_testkit::Client::at(&self.address, "none".into());
        client
            .get(&format!("/control/{order}"))
            .await
            .expect_status(200)
            .json()
    }
}

impl Drop for OauthServer {
    fn drop(&mut self) {
        // It has ended already when this fails.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
