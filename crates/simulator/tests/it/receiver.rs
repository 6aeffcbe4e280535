//! Somebody who gets push notifications: a small server on loopback that notes what comes and answers by order.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use axum::{Router, body::Bytes, extract::State, routing::post};
use http::{HeaderMap, StatusCode};
use tokio::{net::TcpListener, task::JoinHandle};

/// A message as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Notification {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

#[derive(Debug, Default)]
struct Desk {
    got: Mutex<Vec<Notification>>,
    answers: Mutex<VecDeque<u16>>,
}

/// A running receiver; it ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Receiver {
    pub(crate) address: String,
    desk: Arc<Desk>,
    task: JoinHandle<()>,
}

impl Notification {
    /// A header's text; empty when it is missing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// `X-Goog-Resource-State`.
    pub(crate) fn state(&self) -> &str {
        self.header("x-goog-resource-state")
    }
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/hook", listener.local_addr().unwrap());
        let desk = Arc::<Desk>::default();
        let app = Router::new().route("/hook", post(take)).with_state(desk.clone());
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { address, desk, task }
    }

    /// The statuses of the next answers; afterwards 200.
    pub(crate) fn answer(&self, statuses: &[u16]) {
        self.desk.answers.lock().unwrap().extend(statuses);
    }

    /// What has come so far, in the order of arrival.
    pub(crate) fn got(&self) -> Vec<Notification> {
        self.desk.got.lock().unwrap().clone()
    }

    /// The states of what has come so far.
    pub(crate) fn states(&self) -> Vec<String> {
        self.got().iter().map(|one| one.state().to_owned()).collect()
    }

    /// The message numbers of what has come so far.
    pub(crate) fn numbers(&self) -> Vec<u64> {
        let got = self.got();
        got.iter()
            .map(|one| one.header("x-goog-message-number").parse().unwrap())
            .collect()
    }

    /// Forgets what has come.
    pub(crate) fn clear(&self) {
        self.desk.got.lock().unwrap().clear();
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn take(State(desk): State<Arc<Desk>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    desk.got.lock().unwrap().push(Notification { headers, body });
    let status = desk.answers.lock().unwrap().pop_front().unwrap_or(200);
    StatusCode::from_u16(status).unwrap()
}
