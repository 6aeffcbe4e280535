//! A running simulator on a clock that stands at 2026-11-20T12:00:00Z, and short words to talk to it.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use jiff::Timestamp;
use kalends_core::ambient::{Ambient, Clock, Entropy};
use kalends_simulator::{OAuthClient, Running, Simulator, SimulatorConfig, World};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, redirect::Policy};
use serde_json::Value;

pub(crate) const CALENDAR: &str = "https://www.googleapis.com/auth/calendar";

#[derive(Debug)]
struct Fixed(Timestamp);

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// Different bytes every time, the same in every run.
#[derive(Debug, Default)]
struct Counted(AtomicU64);

impl Entropy for Counted {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let next = self
                .0
                .fetch_add(1, Ordering::Relaxed)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15);
            *byte = (next >> 32) as u8;
        }
    }
}

pub(crate) fn ambient() -> Ambient {
    let now = "2026-11-20T12:00:00Z".parse().unwrap();
    Ambient::new(Arc::new(Fixed(now)), Arc::new(Counted::default()))
}

/// The simulator and a caller with one person's token.
pub(crate) struct Google {
    pub(crate) sim: Running,
    pub(crate) http: Client,
    token: String,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
}

impl Reply {
    /// The body of an answer that must be a success.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.body);
        self.body
    }

    /// Status and first reason of an answer that must be an error.
    #[track_caller]
    pub(crate) fn refused(&self) -> (u16, &str) {
        assert!(!self.status.is_success(), "{} {}", self.status, self.body);
        (
            self.status.as_u16(),
            self.body["error"]["errors"][0]["reason"].as_str().unwrap_or("?"),
        )
    }
}

impl Google {
    /// An empty world with Ana, who has granted everything.
    pub(crate) async fn start() -> Self {
        Self::with(World::Empty, Vec::new(), "ana@example.com").await
    }

    /// The demo world as seen by one of its people.
    pub(crate) async fn demo(email: &str) -> Self {
        Self::with(World::Demo, Vec::new(), email).await
    }

    pub(crate) async fn with(world: World, clients: Vec<OAuthClient>, email: &str) -> Self {
        let config = SimulatorConfig {
            world,
            record: recording(),
            clients,
            ..SimulatorConfig::new(ambient())
        };
        let sim = Simulator::start(config).await.unwrap();
        let token = sim
            .control()
            .issue_tokens(email, &["openid", "email", CALENDAR])
            .unwrap()
            .access_token;
        let http = Client::builder().redirect(Policy::none()).build().unwrap();
        Self { sim, http, token }
    }

    /// From now on the caller is this person with these scopes (short names will do).
    pub(crate) fn act_as(&mut self, email: &str, scopes: &[&str]) {
        self.token = self
            .sim
            .control()
            .issue_tokens(email, scopes)
            .unwrap()
            .access_token;
    }

    /// From now on the caller has this token.
    pub(crate) fn use_token(&mut self, token: &str) {
        token.clone_into(&mut self.token);
    }

    /// The caller's access token.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.sim.base_url())
    }

    /// A request with the caller's token.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.url(path)).bearer_auth(&self.token)
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        read(self.request(Method::GET, path).send().await.unwrap()).await
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: &Value) -> Reply {
        read(self.request(method, path).json(body).send().await.unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::POST, path, body).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::PATCH, path, body).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        read(self.request(Method::DELETE, path).send().await.unwrap()).await
    }

    /// A new event on the primary calendar.
    pub(crate) async fn insert(&self, body: &Value) -> Value {
        self.post(EVENTS, body).await.ok()
    }
}

/// The primary calendar's events.
pub(crate) const EVENTS: &str = "/calendar/v3/calendars/primary/events";

pub(crate) async fn read(response: Response) -> Reply {
    let status = response.status();
    let text = response.text().await.unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Reply { status, body }
}

/// Where the calls of the tests are kept, for the check that ends `cargo xtask test`.
pub(crate) fn recording() -> Option<PathBuf> {
    variable("KALENDS_RECORD_CALLS").map(PathBuf::from)
}

/// What `cargo xtask test` says about this machine.
#[expect(
    clippy::disallowed_methods,
    reason = "tests are told by the environment what is installed"
)]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
