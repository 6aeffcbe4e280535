//! The application's side: calls of the API at any of a site's servers, which may be down.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use reqwest::{
    Method, StatusCode,
    header::{self, HeaderName},
};
use serde_json::Value;

/// How long a call that has to succeed is repeated.
const PERSISTENCE: Duration = Duration::from_mins(1);
/// Between two tries of it.
const PAUSE: Duration = Duration::from_millis(300);

/// A tenant's application.
#[derive(Debug)]
pub(crate) struct App {
    http: reqwest::Client,
    key: String,
    addresses: Vec<SocketAddr>,
    turn: AtomicUsize,
}

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    /// The version of what the answer shows.
    pub(crate) etag: Option<String>,
    pub(crate) body: Value,
}

impl App {
    /// With the tenant's key, at servers that are asked in turn.
    pub(crate) fn new(key: String, addresses: Vec<SocketAddr>) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(30))
            .pool_max_idle_per_host(4)
            .build()?;
        Ok(Self {
            http,
            key,
            addresses,
            turn: AtomicUsize::new(0),
        })
    }

    /// The tenant's key, to look for where it must not be.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// Asks the next server once.
    pub(crate) async fn call(&self, method: Method, path: &str, body: &Value) -> anyhow::Result<Reply> {
        self.call_with(None, method, path, body).await
    }

    /// Asks servers in turn until one answers with anything but a failure of its own; for calls that may be repeated.
    pub(crate) async fn insist(&self, method: Method, path: &str, body: &Value) -> anyhow::Result<Reply> {
        self.insist_with(None, method, path, body).await
    }

    /// The same with one more header: a condition, or what tells repetitions apart from new calls.
    pub(crate) async fn insist_with(
        &self,
        more: Option<(HeaderName, &str)>,
        method: Method,
        path: &str,
        body: &Value,
    ) -> anyhow::Result<Reply> {
        let begun = Instant::now();
        loop {
            let outcome = self.call_with(more.clone(), method.clone(), path, body).await;
            match outcome {
                Ok(reply) if !reply.status.is_server_error() => return Ok(reply),
                Ok(reply) if begun.elapsed() > PERSISTENCE => {
                    bail!("{method} {path}: still {}", reply.status)
                }
                Err(why) if begun.elapsed() > PERSISTENCE => {
                    return Err(why).with_context(|| format!("{method} {path}"));
                }
                _ => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    async fn call_with(
        &self,
        more: Option<(HeaderName, &str)>,
        method: Method,
        path: &str,
        body: &Value,
    ) -> anyhow::Result<Reply> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let address = self.addresses[turn % self.addresses.len()];
        let mut request = self
            .http
            .request(method, format!("http://{address}{path}"))
            .bearer_auth(&self.key);
        if let Some((name, value)) = more {
            request = request.header(name, value);
        }
        if !body.is_null() {
            request = request.json(body);
        }
        let answer = request.send().await?;
        let status = answer.status();
        let etag = answer.headers().get(header::ETAG);
        let etag = etag.and_then(|etag| etag.to_str().ok()).map(str::to_owned);
        let text = answer.text().await?;
        let body = if text.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&text)?
        };
        Ok(Reply { status, etag, body })
    }

    /// The body of a successful answer, with persistence.
    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Value> {
        let reply = self.insist(Method::GET, path, &Value::Null).await?;
        reply.success().with_context(|| format!("GET {path}"))
    }

    /// All items of a list that comes in pages.
    pub(crate) async fn all(&self, path: &str) -> anyhow::Result<Vec<Value>> {
        let joint = if path.contains('?') { '&' } else { '?' };
        let mut items = Vec::new();
        let mut cursor = String::new();
        loop {
            let mut page = self.get(&format!("{path}{joint}limit=200{cursor}")).await?;
            if let Value::Array(found) = page["items"].take() {
                items.extend(found);
            }
            match page["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(items),
            }
        }
    }
}

impl Reply {
    /// The body, when the call succeeded.
    pub(crate) fn success(self) -> anyhow::Result<Value> {
        anyhow::ensure!(self.status.is_success(), "{} {}", self.status, self.body);
        Ok(self.body)
    }
}
