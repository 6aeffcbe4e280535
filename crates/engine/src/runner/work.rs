//! One task from claim to verdict.

use jiff::Timestamp;
use kalends_store::{Claim, ClaimedTask, Ending, StoreError, TaskEnd, TaskFailure, Turns};
use tokio_util::sync::CancellationToken;

use super::{
    dispatch,
    failure::{Class, Decision, Earlier, Failure, decide},
    floor::Wanted,
    held::LEASE,
    task::{Kind, Meaning, meaning},
};
use crate::{Engine, links, pull};

/// Claims due tasks.
pub(super) async fn claim(
    engine: &Engine,
    wanted: Wanted,
    turns: &mut Turns,
) -> Result<Vec<ClaimedTask>, StoreError> {
    let claim = Claim {
        owner: engine.owner(),
        lanes: wanted.lanes,
        batch: u32::try_from(wanted.batch).unwrap_or(u32::MAX),
        lease: LEASE,
    };
    engine.store().claim_tasks_in_turn(claim, turns).await
}

/// Runs a claimed task unless its claim is lost; answers what is to be written down of it. Nothing is, when even its
/// failure could not be recorded: its claim runs out and it runs again, which every handler allows.
pub(super) async fn work(engine: &Engine, task: &ClaimedTask, lost: &CancellationToken) -> Option<TaskEnd> {
    let outcome = match lost.run_until_cancelled(dispatch::run(engine, task)).await {
        Some(outcome) => outcome,
        None => Err(Failure::new(
            Class::TakenOver,
            "taken_over",
            "another worker has it",
        )),
    };
    let ending = match outcome {
        Ok(()) => Ok(Ending::Done),
        Err(failure) => judge(engine, task, failure).await,
    };
    match ending {
        Ok(ending) => Some(TaskEnd {
            lease: task.lease,
            ending,
        }),
        Err(error) => {
            tracing::warn!(kind = task.kind, key = task.key, %error, "the end of a task was not recorded");
            None
        }
    }
}

async fn judge(engine: &Engine, task: &ClaimedTask, failure: Failure) -> Result<Ending, StoreError> {
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
    if meaning(&task.kind) == Meaning::Does(Kind::PushLink) {
        Box::pin(links::failed(engine, task, (&failure, decision))).await?;
    }
    Ok(ending(&failure, decision, retry_at))
}

fn ending(failure: &Failure, decision: Decision, retry_at: Option<Timestamp>) -> Ending {
    match decision {
        Decision::Again { counts, .. } | Decision::Dead { counts } => Ending::Failed(TaskFailure {
            error: failure.code.to_owned(),
            counts,
            retry_at,
        }),
        Decision::Ended => Ending::Done,
    }
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
