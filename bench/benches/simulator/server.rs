//! The two servers, each on a thread of its own that runs nothing else.

use std::{
    collections::HashMap,
    fs,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use anyhow::Context;
use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Response},
};
use kalends_bench::kalends::ambient;
use kalends_simulator::{Control, Running, Simulator, SimulatorConfig, World};
use reqwest::{StatusCode, Url, header};

use crate::caller::Question;

type Bytes = axum::body::Bytes;

/// A server whose work one thread does.
pub(crate) trait OnOneCore {
    /// Where it listens.
    fn address(&self) -> SocketAddr;
    /// The file in which Linux counts the thread's time.
    fn schedule(&self) -> &PathBuf;

    /// How long the thread was on a core so far (Linux, `/proc/PID/task/TID/schedstat`, first number).
    fn time_on_core(&self) -> anyhow::Result<Duration> {
        let text = fs::read_to_string(self.schedule())?;
        let nanoseconds = text.split_whitespace().next().context("time on core")?;
        Ok(Duration::from_nanos(nanoseconds.parse()?))
    }
}

/// The simulator.
pub(crate) struct Google {
    running: Arc<Running>,
    schedule: PathBuf,
}

/// Answers ready-made pages by their target, and does nothing else.
pub(crate) struct Bare {
    address: SocketAddr,
    schedule: PathBuf,
}

impl Google {
    pub(crate) fn start() -> anyhow::Result<Self> {
        let (running, schedule) = on_a_thread(async || {
            let running = Simulator::start(SimulatorConfig {
                listen: ([127, 0, 0, 1], 0).into(),
                world: World::Empty,
                tls: None,
                public_url: None,
                clients: Vec::new(),
                record: None,
                ambient: ambient()?,
            });
            Ok(Arc::new(running.await?))
        })?;
        Ok(Self { running, schedule })
    }

    pub(crate) fn control(&self) -> &Control {
        self.running.control()
    }

    pub(crate) fn token(&self, email: &str) -> anyhow::Result<String> {
        Ok(self
            .control()
            .issue_tokens(email, &["calendar.readonly"])?
            .access_token)
    }
}

impl OnOneCore for Google {
    fn address(&self) -> SocketAddr {
        self.running.address()
    }

    fn schedule(&self) -> &PathBuf {
        &self.schedule
    }
}

impl Bare {
    pub(crate) fn start(questions: &[Question], pages: &[Vec<u8>]) -> anyhow::Result<Self> {
        let shelf = questions.iter().zip(pages);
        let shelf: HashMap<String, Bytes> = shelf
            .map(|(question, page)| (question.target.clone(), page.clone().into()))
            .collect();
        let router = Router::new().fallback(page).with_state(Arc::new(shelf));
        let (url, schedule) = on_a_thread(async || kalends_bench::loopback::serve(router).await)?;
        Ok(Self {
            address: address(&url)?,
            schedule,
        })
    }
}

impl OnOneCore for Bare {
    fn address(&self) -> SocketAddr {
        self.address
    }

    fn schedule(&self) -> &PathBuf {
        &self.schedule
    }
}

async fn page(State(shelf): State<Arc<HashMap<String, Bytes>>>, uri: axum::http::Uri) -> Response {
    let target = uri.path_and_query().map_or("", |target| target.as_str());
    match shelf.get(target) {
        Some(page) => (
            [(header::CONTENT_TYPE, "application/json; charset=UTF-8")],
            page.clone(),
        )
            .into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn address(url: &Url) -> anyhow::Result<SocketAddr> {
    let addresses = url.socket_addrs(|| None)?;
    addresses.first().copied().context("an address")
}

/// Starts a server on a new thread with a runtime of its own, which it keeps for as long as the process lives.
fn on_a_thread<T: Clone + Send + 'static>(
    start: impl AsyncFnOnce() -> anyhow::Result<T> + Send + 'static,
) -> anyhow::Result<(T, PathBuf)> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let served = || -> anyhow::Result<()> {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            let schedule = fs::canonicalize("/proc/thread-self")?.join("schedstat");
            runtime.block_on(async {
                let server = start().await?;
                sender.send((server.clone(), schedule)).ok();
                std::future::pending::<()>().await;
                drop(server);
                Ok(())
            })
        };
        if let Err(error) = served() {
            eprintln!("a server could not start: {error:#}");
        }
    });
    receiver.recv().context("the server's address")
}
