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
mod floor;
mod held;
mod settle;
mod shift;
mod sweep;
pub(crate) mod task;
mod work;

use std::time::Duration;

use kalends_store::StoreError;
use tokio_util::sync::CancellationToken;

use self::shift::Shift;
use crate::{Engine, load};

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
        let shift = Shift::begin(&self.engine, &self.give_back);
        let mut sweeps = sweep::Schedule::default();
        while !stop.is_cancelled() {
            self.engine.turn();
            sweeps.keep(&self.engine).await;
            load::keep(&self.engine).await;
            let nap = match shift.fill().await {
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
        shift.end().await;
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
}
