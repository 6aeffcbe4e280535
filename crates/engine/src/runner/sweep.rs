//! Finds what rows say is owed and no task covers, and deletes what has expired.
//!
//! Rows are the truth, tasks only the schedule: a task that was lost, or given up a day ago, comes back here. Each
//! sweep is itself a task, so that of all replicas one does it, every five minutes, and a lost one is done again.
//!
//! To add a sweep: a file in `sweep/` with a function that answers how many tasks it made or rows it deleted, reads
//! [`BATCH`] rows at a time, and may run twice or be killed anywhere; a line in [`SWEEPS`]; and a test that loses the
//! task and finds it again.

mod audits;
mod calendars;
mod coverage;
mod dead_tasks;
mod holds;
mod links;
mod overdue;
mod prunes;
mod push_channels;

use futures::{FutureExt, future::BoxFuture};
use jiff::{SignedDuration, Timestamp};
use kalends_store::{ClaimedTask, StoreError};

use super::{failure::Failure, task};
use crate::{Engine, claims};

/// Rows that are read at a time.
pub(super) const BATCH: u32 = 20;
/// From one sweep to the next.
const EVERY: SignedDuration = SignedDuration::from_mins(5);

/// All sweeps.
const SWEEPS: [Sweep; 10] = [
    Sweep {
        name: "prunes",
        run: |engine| prunes::sweep(engine).boxed(),
    },
    Sweep {
        name: "dead_tasks",
        run: |engine| dead_tasks::sweep(engine).boxed(),
    },
    Sweep {
        name: "calendars",
        run: |engine| calendars::sweep(engine).boxed(),
    },
    Sweep {
        name: "coverage",
        run: |engine| coverage::sweep(engine).boxed(),
    },
    Sweep {
        name: "push_channels",
        run: |engine| push_channels::sweep(engine).boxed(),
    },
    Sweep {
        name: "links",
        run: |engine| links::sweep(engine).boxed(),
    },
    Sweep {
        name: "claims",
        run: |engine| claims::roll(engine).boxed(),
    },
    Sweep {
        name: "holds",
        run: |engine| holds::sweep(engine).boxed(),
    },
    Sweep {
        name: "overdue",
        run: |engine| overdue::sweep(engine).boxed(),
    },
    Sweep {
        name: "audits",
        run: |engine| audits::sweep(engine).boxed(),
    },
];

struct Sweep {
    /// The key of its task.
    name: &'static str,
    /// Answers how many tasks it made or brought back.
    run: for<'a> fn(&'a Engine) -> BoxFuture<'a, Result<usize, StoreError>>,
}

/// When this process looks next whether each sweep has its task.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    next: Option<Timestamp>,
}

impl Schedule {
    /// Enqueues the sweeps: at the start at once, later only those whose task was lost. Trouble is logged and tried
    /// again next time.
    pub(super) async fn keep(&mut self, engine: &Engine) {
        let now = engine.ambient().now();
        if self.next.is_some_and(|next| now < next) {
            return;
        }
        let later = now.checked_add(EVERY).unwrap_or(Timestamp::MAX);
        let run_at = if self.next.is_none() { now } else { later };
        self.next = Some(later);
        let tasks = SWEEPS.iter().map(|sweep| task::sweep(sweep.name, run_at));
        if let Err(error) = engine.store().enqueue_system(tasks.collect()).await {
            tracing::error!(%error, "sweeps cannot be enqueued");
        }
    }
}

/// Does the sweep that the task's key names, and enqueues its next run.
pub(super) async fn one(engine: &Engine, task: &ClaimedTask) -> Result<(), Failure> {
    // One that this version no longer has ends here.
    let Some(sweep) = SWEEPS.iter().find(|sweep| sweep.name == task.key) else {
        return Ok(());
    };
    let count = (sweep.run)(engine).await?;
    if count > 0 {
        tracing::info!(sweep = sweep.name, count, "owed work was enqueued again");
    }
    let next = engine.ambient().now().checked_add(EVERY);
    let next = task::sweep(sweep.name, next.unwrap_or(Timestamp::MAX));
    engine.store().enqueue_system(vec![next]).await?;
    Ok(())
}

/// Does all sweeps now; answers how many tasks that made or brought back.
pub(super) async fn all(engine: &Engine) -> Result<usize, StoreError> {
    let mut made = 0;
    for sweep in &SWEEPS {
        made += (sweep.run)(engine).await?;
    }
    Ok(made)
}

/// That long before now.
fn ago(engine: &Engine, span: SignedDuration) -> Timestamp {
    engine.ambient().now().checked_sub(span).unwrap_or(Timestamp::MIN)
}
