//! One who wants the slot, and asks until it is told whether it has it.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::bail;
use jiff::Timestamp;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::site::USER;

/// How long a client asks.
const PATIENCE: Duration = Duration::from_mins(2);
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(50);
/// How long one answer may take.
const ANSWER: Duration = Duration::from_mins(1);

/// One who wants a slot.
#[derive(Clone, Debug)]
pub(super) struct Client {
    pub(super) http: reqwest::Client,
    pub(super) key: String,
    pub(super) addresses: Vec<SocketAddr>,
    /// Its name for what it makes.
    pub(super) name: String,
    /// Whether it places a hold, or else puts an event.
    pub(super) holds: bool,
    /// Which server it asks first.
    pub(super) first: usize,
}

/// What a client was told in the end.
#[derive(Clone, Debug)]
pub(super) struct Told {
    /// Its name.
    pub(super) name: String,
    /// Whether it has the slot.
    pub(super) has_it: bool,
    /// Answers that never came, or said that the server cannot.
    pub(super) lost_answers: usize,
}

impl Client {
    /// Asks for an hour until there is an answer.
    pub(super) async fn want(self, start: Timestamp, end: Timestamp) -> anyhow::Result<Told> {
        let (method, path, body) = self.request(start, end);
        let begun = Instant::now();
        let mut lost_answers = 0;
        loop {
            let address = self.addresses[(self.first + lost_answers) % self.addresses.len()];
            let request = self
                .http
                .request(method.clone(), format!("http://{address}{path}"));
            let answer = request
                .bearer_auth(&self.key)
                .json(&body)
                .timeout(ANSWER)
                .send()
                .await;
            if let Ok(answer) = answer
                && let Some(has_it) = self.read(answer).await?
            {
                let name = self.name;
                return Ok(Told {
                    name,
                    has_it,
                    lost_answers,
                });
            }
            lost_answers += 1;
            if begun.elapsed() > PATIENCE {
                bail!("{} was told nothing in {PATIENCE:?}", self.name);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn request(&self, start: Timestamp, end: Timestamp) -> (Method, String, Value) {
        let event = json!({
            "title": self.name, "start": start.to_string(), "end": end.to_string(),
            "people": [{"userId": USER}], "requireFree": true,
        });
        if self.holds {
            let body = json!({"key": self.name, "ttlSeconds": 604_800, "event": event});
            (Method::POST, "/v1/holds".to_owned(), body)
        } else {
            (Method::PUT, format!("/v1/events/{}", self.name), event)
        }
    }

    /// Whether it has the slot; `None` when it was not told.
    async fn read(&self, answer: reqwest::Response) -> anyhow::Result<Option<bool>> {
        let status = answer.status();
        if status.is_success() {
            return Ok(Some(true));
        }
        let Ok(body) = answer.json::<Value>().await else {
            return Ok(None);
        };
        match (status, body["code"].as_str().unwrap_or_default()) {
            (StatusCode::CONFLICT, "not_free") => Ok(Some(false)),
            // Its own, of which the first answer was lost.
            (StatusCode::CONFLICT, "hold_exists") => Ok(Some(true)),
            (StatusCode::SERVICE_UNAVAILABLE, _) | (StatusCode::CONFLICT, "conflict") => Ok(None),
            _ => bail!("{} was told {status}: {body}", self.name),
        }
    }
}
