//! Background work: claims tasks, runs their handlers, and decides what follows from failures.
//!
//! A task is `(kind, key)`, at most one of each; enqueueing again coalesces. A claim is a lease with a fencing number:
//! a worker that is lost, or too slow, loses its task to another, and whatever it still writes is refused. So every
//! handler may run twice, may be killed anywhere, and may find its subject gone.
//!
//! To add a kind: a variant of [`task::Kind`], a line in [`dispatch`], and a handler beside its capability that is
//! idempotent, reads what is owed from the rows and not from the task, and returns a classed failure.

mod dispatch;
mod drain;
pub(crate) mod failure;
mod sweep;
pub(crate) mod task;
mod work;

use std::time::Duration;

use kalends_store::StoreError;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{Engine, load};

/// How long a loop sleeps at most: the safety net below notifications.
const NAP: Duration = Duration::from_secs(5);
/// How long a loop sleeps when something is due that others are already at.
const BREATH: Duration = Duration::from_millis(100);
/// Wait after the database failed.
const TROUBLE: Duration = Duration::from_secs(1);

/// Runs an engine's tasks.
#[derive(Clone, Debug)]
pub struct Runner {
    engine: Engine,
    give_back: CancellationToken,
}

impl Runner {
    /// A runner of the engine's tasks.
    pub fn new(engine: Engine) -> Self {
        Self {
            engine,
            give_back: CancellationToken::new(),
        }
    }

    /// The same, with a token: once it is cancelled, tasks under way are dropped and given back, so that another process
    /// takes them at once and not when their leases have run out.
    #[must_use]
    pub fn giving_back(self, give_back: CancellationToken) -> Self {
        Self { give_back, ..self }
    }

    /// Runs tasks until told to stop, then lets those under way finish; a caller who cannot wait for that gives them back
    /// ([`Runner::giving_back`]), or drops the future, and the leases of what was under way run out.
    pub async fn run(&self, stop: CancellationToken) {
        self.inherit().await;
        let running = TaskTracker::new();
        let mut sweeps = sweep::Schedule::default();
        while !stop.is_cancelled() {
            self.engine.turn();
            sweeps.keep(&self.engine).await;
            load::keep(&self.engine).await;
            let free = self.engine.settings().workers.saturating_sub(running.len());
            let nap = match self.start_some(&running, free).await {
                Ok(nap) => nap,
                Err(error) => {
                    tracing::error!(%error, "tasks cannot be claimed");
                    TROUBLE
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.engine.store().tasks_changed().notified() => {}
                () = self.engine.worker_freed().notified() => {}
                () = tokio::time::sleep(nap) => {}
            }
        }
        running.close();
        running.wait().await;
    }

    /// Runs what is due now, one task after the other, until nothing is; answers how many ran. What failed and is to
    /// be tried later is left for later.
    pub async fn drain(&self) -> Result<usize, StoreError> {
        drain::drain(&self.engine).await
    }

    /// Re-enqueues what rows say is owed and no task covers, and deletes what has expired; answers how many tasks
    /// that made. The tasks of [`run`](Self::run) do it every five minutes.
    pub async fn sweep(&self) -> Result<usize, StoreError> {
        sweep::all(&self.engine).await
    }

    /// Goes on with what a killed process was doing, without waiting for its claims to end where that is safe.
    async fn inherit(&self) {
        match self.engine.store().inherit_tasks(self.engine.owner()).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "tasks of the last process go on"),
            Err(error) => {
                tracing::error!(%error, "tasks of the last process go on when their claims have ended");
            }
        }
    }

    /// Starts due tasks in free places and says how long there is nothing else to start. While nothing is due nothing
    /// is written.
    async fn start_some(&self, running: &TaskTracker, free: usize) -> Result<Duration, StoreError> {
        if free == 0 {
            return Ok(NAP);
        }
        let due = self.engine.store().next_task_due().await?;
        let now = self.engine.ambient().now();
        let wait = due.map_or(NAP, |due| {
            due.duration_since(now).try_into().unwrap_or(Duration::ZERO)
        });
        if !wait.is_zero() {
            return Ok(wait.min(NAP));
        }
        let claimed = work::claim(&self.engine, free).await?;
        let nap = if claimed.is_empty() {
            BREATH
        } else {
            Duration::ZERO
        };
        for task in claimed {
            let (engine, give_back) = (self.engine.clone(), self.give_back.clone());
            running.spawn(async move {
                work::work_until(&engine, task, &give_back).await;
                engine.worker_freed().notify_one();
            });
        }
        Ok(nap)
    }
}
