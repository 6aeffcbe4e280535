//! A serving process, from its first request to its last.
//!
//! ```text
//! serving --a signal: no new tasks, /readyz says 503--> announcing --the drain's delay--> draining
//! draining --all requests and tasks have ended--> gone
//! draining --the drain's limit: tasks are given back, requests cut off--> gone
//! ```

use std::time::Duration;

use anyhow::Context;
use kalends_api::{Api, ApiConfig};
use kalends_engine::{
    Engine, prefetch,
    replicas::{Heart, Role},
    runner::Runner,
    schedules,
};
use tokio::{
    net::TcpListener,
    task::JoinSet,
    time::{Instant, sleep, timeout, timeout_at},
};
use tokio_util::sync::CancellationToken;

/// How long everything after the drain may take together, also while the database is away: tasks are given back, tokens
/// that are being renewed are stored, the others hear that this process ends.
const GIVING_BACK: Duration = Duration::from_secs(5);

/// What serves.
pub(crate) struct Serving {
    pub(crate) listener: TcpListener,
    pub(crate) api: ApiConfig,
    pub(crate) engine: Engine,
    pub(crate) role: Role,
    /// Beats where there may be several replicas.
    pub(crate) heart: Option<Heart>,
    pub(crate) drain: Drain,
}

/// How a process ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Drain {
    /// How long it still takes requests after it has said that it will end, so that load balancers hear of it.
    pub(crate) delay: Duration,
    /// How long requests and tasks under way may take to end after that.
    pub(crate) limit: Duration,
}

impl Serving {
    /// Serves and works until told to stop, or until one of its parts fails; then lets what is under way finish.
    pub(crate) async fn until(self, stop: CancellationToken) -> anyhow::Result<()> {
        let (closing, give_back, gone) =
            <(CancellationToken, CancellationToken, CancellationToken)>::default();
        let beating = self.heart.map(|heart| tokio::spawn(heart.run(gone.clone())));
        let mut parts = JoinSet::new();
        if self.role.runs_tasks() {
            let runner = Runner::new(self.engine.clone()).giving_back(give_back.clone());
            parts.spawn(runs(runner, stop.clone()));
            let (engine, until) = (self.engine.clone(), stop.clone());
            parts.spawn(async move {
                schedules::run(engine, until).await;
                Ok(())
            });
        }
        if self.role.serves_api() && self.engine.settings().prefetch {
            let (engine, until) = (self.engine.clone(), stop.clone());
            parts.spawn(async move {
                prefetch::run(engine, until).await;
                Ok(())
            });
        }
        let closed = closing.clone().cancelled_owned();
        parts.spawn(Api::serve(self.listener, self.api, self.engine.clone(), closed));

        let first = tokio::select! {
            // Looked at first, because some parts end at once when they are told to.
            biased;
            () = stop.cancelled() => None,
            ended = parts.join_next() => ended,
        };
        stop.cancel();
        if first.is_none() {
            sleep(self.drain.delay).await;
        }
        closing.cancel();
        let in_time = timeout(self.drain.limit, ended(&mut parts)).await.is_ok();
        let last = Instant::now() + GIVING_BACK;
        if !in_time {
            tracing::warn!("not everything finished in time: tasks are given back, requests cut off");
            give_back.cancel();
            let _cut_off = timeout_at(last, ended(&mut parts)).await;
        }
        if timeout_at(last, self.engine.renewals_ended()).await.is_err() {
            tracing::warn!("an access token was still being renewed");
        }
        gone.cancel();
        if let Some(beating) = beating {
            let _told = timeout_at(last, beating).await;
        }
        if let Some(ended) = first {
            ended
                .context("a part of the server panicked")?
                .context("the server cannot accept connections")?;
        }
        Ok(())
    }
}

async fn runs(runner: Runner, stop: CancellationToken) -> std::io::Result<()> {
    runner.run(stop).await;
    Ok(())
}

/// Waits for all parts.
async fn ended(parts: &mut JoinSet<std::io::Result<()>>) {
    while let Some(part) = parts.join_next().await {
        if let Err(error) = part {
            tracing::error!(%error, "a part of the server panicked while it ended");
        }
    }
}
