//! Batch endpoints as a transport: attempts that are ready at nearly the same time travel in one request.
//!
//! Nothing else changes: each call passes every stage on its own, pays its quota, and gets its own answer with its own
//! status, so that a rate limit inside a batch is the limit of one part.
//!
//! ```text
//! first attempt -> waits 5 ms for others to the same endpoint with the same authorization
//! as many as the endpoint takes, or time over -> one request -> each part's answer to its caller
//! the request is refused for its credentials -> every caller gets that answer
//! the request fails -> one caller gets the failure, which the breaker counts once; the others BatchFailed
//! ```

mod json;
mod multipart;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderValue, StatusCode, Uri, header};
use tokio::{sync::oneshot, time::sleep};

use crate::{answer::Answer, call::Call, error::EgressError, transport::Transport};

/// How long an attempt waits for others.
const GATHERING: Duration = Duration::from_millis(5);

/// Where a service takes several calls in one request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BatchEndpoint {
    /// Absolute address.
    pub url: Uri,
    /// How the calls are written.
    pub form: BatchForm,
    /// Most calls in a request, at least 1.
    pub most: usize,
}

/// How calls are written into one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BatchForm {
    /// `multipart/mixed` with a part of `application/http` for each call, as Google has it.
    Multipart,
    /// A JSON list of requests with paths below the endpoint's folder, as Microsoft Graph has it.
    Json,
}

/// The attempts that wait for others.
#[derive(Debug)]
pub(crate) struct Batches {
    transport: Arc<Transport>,
    gathering: Mutex<HashMap<Gathering, Vec<Part>>>,
}

/// Attempts with the same of these may travel together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Gathering {
    endpoint: Arc<BatchEndpoint>,
    authorization: Option<HeaderValue>,
}

#[derive(Debug)]
struct Part {
    call: Arc<Call>,
    caller: oneshot::Sender<Result<Answer, EgressError>>,
}

/// What a part of a batch's answer says.
#[derive(Debug, PartialEq, Eq)]
struct PartAnswer {
    /// Which call, counted from 0.
    place: usize,
    status: StatusCode,
    headers: http::HeaderMap,
    body: Bytes,
}

impl Batches {
    pub(crate) fn new(transport: Arc<Transport>) -> Self {
        Self {
            transport,
            gathering: Mutex::default(),
        }
    }

    /// One attempt, together with others.
    pub(crate) async fn exchange(
        self: &Arc<Self>,
        endpoint: &Arc<BatchEndpoint>,
        call: &Arc<Call>,
        authorization: Option<HeaderValue>,
    ) -> Result<Answer, EgressError> {
        let (caller, answer) = oneshot::channel();
        let gathering = Gathering {
            endpoint: Arc::clone(endpoint),
            authorization,
        };
        let part = Part {
            call: Arc::clone(call),
            caller,
        };
        match self.add(&gathering, part) {
            Added::First => {
                let batches = Arc::clone(self);
                tokio::spawn(async move {
                    sleep(GATHERING).await;
                    if let Some(parts) = batches.take(&gathering) {
                        batches.send(&gathering, parts).await;
                    }
                });
            }
            Added::Another => {}
            Added::Last(parts) => {
                let batches = Arc::clone(self);
                tokio::spawn(async move { batches.send(&gathering, parts).await });
            }
        }
        answer.await.unwrap_or(Err(EgressError::BatchFailed))
    }

    fn add(&self, gathering: &Gathering, part: Part) -> Added {
        let mut all = self.gathering.lock().unwrap_or_else(PoisonError::into_inner);
        let parts = all.entry(gathering.clone()).or_default();
        parts.push(part);
        if parts.len() >= gathering.endpoint.most.max(1) {
            Added::Last(all.remove(gathering).unwrap_or_default())
        } else if parts.len() == 1 {
            Added::First
        } else {
            Added::Another
        }
    }

    fn take(&self, gathering: &Gathering) -> Option<Vec<Part>> {
        let mut all = self.gathering.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(gathering)
    }

    async fn send(&self, gathering: &Gathering, parts: Vec<Part>) {
        // Whoever has given up meanwhile is not asked for.
        let parts: Vec<_> = parts
            .into_iter()
            .filter(|part| !part.caller.is_closed())
            .collect();
        let Some(first) = parts.first() else { return };
        let calls: Vec<_> = parts.iter().map(|part| Arc::clone(&part.call)).collect();
        let request = match gathering.endpoint.form {
            BatchForm::Multipart => multipart::request(&gathering.endpoint.url, &calls),
            BatchForm::Json => json::request(&gathering.endpoint.url, &calls),
        };
        let result = match request {
            Ok(request) => {
                let whole = Call {
                    request,
                    ..Call::clone(&first.call)
                };
                self.transport
                    .exchange(&whole, gathering.authorization.clone())
                    .await
            }
            Err(error) => Err(error),
        };
        deliver(gathering.endpoint.form, parts, result);
    }
}

enum Added {
    First,
    Another,
    Last(Vec<Part>),
}

/// Gives each caller its answer; who has gone needs none.
fn deliver(form: BatchForm, parts: Vec<Part>, result: Result<Answer, EgressError>) {
    let whole = match result {
        Ok(answer) if answer.status.is_success() => answer,
        Ok(answer) if answer.status == StatusCode::UNAUTHORIZED => {
            for part in parts {
                let _ = part.caller.send(Ok(answer.clone()));
            }
            return;
        }
        failed => {
            let mut failed = Some(failed);
            for part in parts {
                let _ = part
                    .caller
                    .send(failed.take().unwrap_or(Err(EgressError::BatchFailed)));
            }
            return;
        }
    };
    let answers = match form {
        BatchForm::Multipart => multipart::answers(&whole),
        BatchForm::Json => json::answers(&whole),
    };
    let mut by_place: HashMap<_, _> = answers.into_iter().map(|part| (part.place, part)).collect();
    for (place, part) in parts.into_iter().enumerate() {
        let answer = by_place.remove(&place).map(|answer| Answer {
            status: answer.status,
            headers: answer.headers,
            body: answer.body,
            received_at: whole.received_at,
        });
        let _ = part.caller.send(answer.ok_or(EgressError::BatchFailed));
    }
}

/// The headers that a part repeats: not those that are the whole request's business.
fn own_headers(call: &Call) -> impl Iterator<Item = (&http::HeaderName, &HeaderValue)> {
    let of_the_whole = [
        header::AUTHORIZATION,
        header::HOST,
        header::CONTENT_LENGTH,
        header::ACCEPT_ENCODING,
    ];
    call.request
        .headers()
        .iter()
        .filter(move |(name, _)| !of_the_whole.contains(name))
}
