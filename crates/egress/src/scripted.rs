//! A service that answers by script, for tests of the stages on paused time.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use futures::{FutureExt, future::BoxFuture};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;
use tower::util::service_fn;
use uuid::Uuid;

use crate::{
    answer::Answer,
    call::{AccountKey, Call, ClientKey, Service},
    clock::{Surroundings, after},
    error::EgressError,
    stack::{Line, Outcome, Ticket},
    token::{TokenError, TokenSource},
};

/// The instant at which tests begin.
pub(crate) fn dawn() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

/// A clock that goes with the runtime's paused timers, and dice that show 0.
pub(crate) fn surroundings() -> Surroundings {
    let began = Instant::now();
    Surroundings::new(move || after(dawn(), began.elapsed()), || 0.0)
}

/// A GET for an account.
pub(crate) fn call() -> Call {
    let request = http::Request::get("https://service.test/path")
        .body(Bytes::new())
        .unwrap();
    let mut call = Call::new(Service("test"), ClientKey::from("client"), request);
    call.account = Some(AccountKey(Uuid::from_u128(1)));
    call
}

pub(crate) enum Reply {
    Status { status: u16, retry_after: Option<u64> },
    Error(EgressError),
    Hang,
}

impl Reply {
    pub(crate) fn status(status: u16) -> Self {
        Self::Status {
            status,
            retry_after: None,
        }
    }

    pub(crate) fn after(status: u16, seconds: u64) -> Self {
        Self::Status {
            status,
            retry_after: Some(seconds),
        }
    }
}

/// What reached the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) at_ms: u128,
    pub(crate) authorization: String,
}

/// Gives its replies in turn, and 200 when there are none left.
#[derive(Clone)]
pub(crate) struct Scripted {
    began: Instant,
    surroundings: Surroundings,
    replies: Arc<Mutex<VecDeque<Reply>>>,
    sent: Arc<Mutex<Vec<Sent>>>,
}

impl Scripted {
    pub(crate) fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self {
            began: Instant::now(),
            surroundings: surroundings(),
            replies: Arc::new(Mutex::new(replies.into_iter().collect())),
            sent: Arc::default(),
        }
    }

    pub(crate) fn line(&self) -> Line {
        let service = self.clone();
        Line::new(service_fn(move |ticket| service.clone().reply(ticket)))
    }

    pub(crate) fn sent(&self) -> Vec<Sent> {
        self.sent.lock().unwrap().clone()
    }

    /// When attempts reached the service, in milliseconds since the beginning.
    pub(crate) fn times(&self) -> Vec<u128> {
        self.sent().iter().map(|sent| sent.at_ms).collect()
    }

    async fn reply(self, ticket: Ticket) -> Result<Outcome, EgressError> {
        let authorization = ticket
            .authorization
            .as_ref()
            .map_or("", |value| value.to_str().unwrap())
            .to_owned();
        self.sent.lock().unwrap().push(Sent {
            at_ms: self.began.elapsed().as_millis(),
            authorization,
        });
        let reply = self
            .replies
            .lock()
            .unwrap()
            .pop_front()
            .unwrap_or(Reply::status(200));
        let (status, retry_after) = match reply {
            Reply::Status { status, retry_after } => (StatusCode::from_u16(status).unwrap(), retry_after),
            Reply::Error(error) => return Err(error),
            Reply::Hang => std::future::pending().await,
        };
        let headers: HeaderMap = retry_after
            .map(|seconds| (header::RETRY_AFTER, HeaderValue::from(seconds)))
            .into_iter()
            .collect();
        let answer = Answer {
            status,
            headers,
            body: Bytes::new(),
            received_at: self.surroundings.now(),
        };
        let verdict = (ticket.call.classify)(&answer);
        Ok(Outcome {
            answer,
            verdict,
            refused: None,
        })
    }
}

/// Gives the first token, the second in place of a refused one, and so on; then nothing but [`TokenError::Reauth`].
#[derive(Debug)]
pub(crate) struct Tokens {
    valid: Mutex<VecDeque<&'static str>>,
    pub(crate) delay: Duration,
}

impl Tokens {
    pub(crate) fn new(tokens: impl IntoIterator<Item = &'static str>) -> Arc<Self> {
        Self::slow(tokens, Duration::ZERO)
    }

    pub(crate) fn slow(tokens: impl IntoIterator<Item = &'static str>, delay: Duration) -> Arc<Self> {
        Arc::new(Self {
            valid: Mutex::new(tokens.into_iter().collect()),
            delay,
        })
    }
}

impl TokenSource for Tokens {
    fn token<'a>(
        &'a self,
        _account: AccountKey,
        refused: Option<&'a SecretString>,
    ) -> BoxFuture<'a, Result<SecretString, TokenError>> {
        async move {
            tokio::time::sleep(self.delay).await;
            let mut valid = self.valid.lock().unwrap();
            if refused.is_some_and(|refused| valid.front() == Some(&refused.expose_secret())) {
                valid.pop_front();
            }
            valid
                .front()
                .map(|&token| SecretString::from(token))
                .ok_or(TokenError::Reauth)
        }
        .boxed()
    }
}
