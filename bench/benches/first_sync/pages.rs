//! Google's pages of one calendar, served from memory.
//!
//! The first time that something is asked, the simulator answers; from then on its bytes do, so that what is measured
//! is the client.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use anyhow::{Context, ensure};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use jiff::SignedDuration;
use kalends_bench::{kalends::EMAIL, loopback};
use kalends_core::ambient::Ambient;
use kalends_simulator::{FillOrder, Running, Simulator, SimulatorConfig};
use reqwest::Client;
use url::Url;

/// The server; it stops with the process.
pub(crate) struct Pages {
    url: Url,
    token: String,
    shelf: Arc<Shelf>,
}

struct Shelf {
    simulator: Running,
    client: Client,
    /// Answers by what tells questions apart: the token of the page, or that it is a question for changes.
    answers: Mutex<HashMap<String, Bytes>>,
    requests: AtomicUsize,
}

impl Pages {
    /// The pages of a calendar with that many events, made by the simulator.
    pub(crate) async fn of_calendar_with(count: u32, ambient: Ambient) -> anyhow::Result<Self> {
        let now = ambient.now();
        let simulator = Simulator::start(SimulatorConfig::new(ambient)).await?;
        let order = FillOrder {
            email: EMAIL.to_owned(),
            people: None,
            calendar: None,
            count,
            seed: 1,
            // All of them inside the window that a first sync asks for and compiles.
            from: Some(now - SignedDuration::from_hours(24 * 28)),
            to: Some(now + SignedDuration::from_hours(24 * 90)),
            recurring_percent: None,
        };
        simulator.control().fill(&order)?;
        let token = simulator
            .control()
            .issue_tokens(EMAIL, &["calendar.readonly"])?
            .access_token;
        let shelf = Arc::new(Shelf {
            simulator,
            client: loopback::client()?,
            answers: Mutex::default(),
            requests: AtomicUsize::new(0),
        });
        let router = Router::new().fallback(page).with_state(Arc::clone(&shelf));
        Ok(Self {
            url: loopback::serve(router).await?,
            token,
            shelf,
        })
    }

    /// Where Google's APIs are, as far as clients know.
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// An access token that opens the calendar.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// How many requests have come so far.
    pub(crate) fn requests(&self) -> usize {
        self.shelf.requests.load(Ordering::SeqCst)
    }
}

async fn page(State(shelf): State<Arc<Shelf>>, uri: Uri, headers: HeaderMap) -> Response {
    shelf.requests.fetch_add(1, Ordering::SeqCst);
    match shelf.answer(&uri, &headers).await {
        Ok(body) => ([(header::CONTENT_TYPE, "application/json; charset=UTF-8")], body).into_response(),
        Err(error) => (StatusCode::NOT_FOUND, format!("{error:#}")).into_response(),
    }
}

impl Shelf {
    async fn answer(&self, uri: &Uri, headers: &HeaderMap) -> anyhow::Result<Bytes> {
        let url =
            Url::parse(self.simulator.base_url())?.join(uri.path_and_query().context("a path")?.as_str())?;
        let key = question(&url);
        if let Some(body) = self.answers().get(&key) {
            return Ok(body.clone());
        }
        let token = headers.get(header::AUTHORIZATION).context("a token")?;
        let answer = self
            .client
            .get(url)
            .header(header::AUTHORIZATION, token)
            .send()
            .await?;
        let status = answer.status();
        let body = answer.bytes().await?;
        ensure!(
            status.is_success(),
            "{status}: {}",
            String::from_utf8_lossy(&body)
        );
        self.answers().insert(key, body.clone());
        Ok(body)
    }

    fn answers(&self) -> std::sync::MutexGuard<'_, HashMap<String, Bytes>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Nothing ever changes here, so all questions for changes are one.
fn question(url: &Url) -> String {
    let mut key = url.path().to_owned();
    for (name, value) in url.query_pairs() {
        match &*name {
            "pageToken" => key.push_str(&value),
            "syncToken" => key.push_str(" changes"),
            _ => {}
        }
    }
    key
}
