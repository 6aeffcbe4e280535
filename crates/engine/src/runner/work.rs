//! One task from claim to verdict.

use std::time::Duration;

use jiff::Timestamp;
use kalends_store::{Claim, ClaimedTask, FailureCounts, StoreError, TaskFailure, TaskLane};
use tokio_util::sync::CancellationToken;

use super::{
    dispatch,
    failure::{Class, Decision, Earlier, Failure, decide},
};
use crate::{Engine, pull};

/// How long a claim lasts unless it is extended.
pub(super) const LEASE: Duration = Duration::from_secs(30);
/// How often it is extended.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// Claims up to `batch` due tasks.
pub(super) async fn claim(engine: &Engine, batch: usize) -> Result<Vec<ClaimedTask>, StoreError> {
    let claim = Claim {
        owner: engine.owner(),
        lanes: &TaskLane::ALL,
        batch: u32::try_from(batch).unwrap_or(u32::MAX),
        lease: LEASE,
    };
    engine.store().claim_tasks(claim).await
}

/// Runs a claimed task and writes down what became of it.
pub(super) async fn work(engine: &Engine, task: ClaimedTask) {
    let outcome = tokio::select! {
        outcome = dispatch::run(engine, &task) => outcome,
        lost = keep(engine, &task) => Err(lost.into()),
    };
    let settled = match outcome {
        Ok(()) => engine.store().complete_task(task.lease).await,
        Err(failure) => settle(engine, &task, failure).await,
    };
    if let Err(error) = settled {
        // The lease runs out and the task runs again, which every handler allows.
        tracing::warn!(kind = task.kind, key = task.key, %error, "the end of a task was not recorded");
    }
}

/// Runs a claimed task as [`work`] does, unless it is to be given back before it has ended.
pub(super) async fn work_until(engine: &Engine, task: ClaimedTask, give_back: &CancellationToken) {
    let lease = task.lease;
    let ended = give_back.run_until_cancelled(work(engine, task)).await;
    if ended.is_some() {
        return;
    }
    match engine.store().release_task(lease).await {
        // It ended, and its end was recorded, in the moment in which it was to be given back.
        Ok(()) | Err(StoreError::Fenced { .. }) => {}
        Err(error) => tracing::warn!(%error, "a task was not given back; its claim runs out"),
    }
}

/// Extends the claim until that fails; a database that is away for a moment is no reason to stop.
async fn keep(engine: &Engine, task: &ClaimedTask) -> StoreError {
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        match engine.store().extend_task(task.lease, LEASE).await {
            Ok(_) => {}
            Err(error) if error.is_transient() => {
                tracing::warn!(kind = task.kind, key = task.key, %error, "a task's claim was not extended");
            }
            Err(error) => return error,
        }
    }
}

async fn settle(engine: &Engine, task: &ClaimedTask, failure: Failure) -> Result<(), StoreError> {
    let earlier = Earlier {
        transient: task.transient_failures,
        rejected: task.rejected_failures,
    };
    let decision = decide(failure.class, earlier, engine.ambient().now(), engine.dice());
    log(task, &failure, decision);
    let retry_at = match decision {
        Decision::Again { at, .. } => Some(at),
        Decision::Dead { .. } | Decision::Ended => None,
    };
    pull::failed(engine, &failure, retry_at).await?;
    match decision {
        Decision::Again { counts, .. } | Decision::Dead { counts } => {
            fail(engine, task, &failure, counts, retry_at).await
        }
        Decision::Ended => match engine.store().complete_task(task.lease).await {
            // The claim itself is another worker's by now.
            Err(StoreError::Fenced { .. }) => Ok(()),
            result => result,
        },
    }
}

async fn fail(
    engine: &Engine,
    task: &ClaimedTask,
    failure: &Failure,
    counts: FailureCounts,
    retry_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    let failure = TaskFailure {
        error: failure.code.to_owned(),
        counts,
        retry_at,
    };
    engine.store().fail_task(task.lease, &failure).await
}

/// Once, here: what failed, why, and what follows.
fn log(task: &ClaimedTask, failure: &Failure, decision: Decision) {
    let (kind, key, code, cause) = (&task.kind, &task.key, failure.code, &failure.cause);
    match (failure.class, decision) {
        (Class::TakenOver, _) => tracing::debug!(kind, key, "a task was overtaken"),
        (Class::Bug, _) => tracing::error!(kind, key, code, cause, ?decision, "a task met a fault of ours"),
        (_, Decision::Dead { .. }) => tracing::error!(kind, key, code, cause, "a task was given up"),
        _ => tracing::warn!(kind, key, code, cause, ?decision, "a task failed"),
    }
}
