//! What a worker says of the task that it claimed. Everything here is refused as fenced once another has it.

use std::time::Duration;

use jiff::Timestamp;

use super::{Lease, lease_end};
use crate::{
    Store, StoreError,
    db::{Sql, sql},
};

/// A failed attempt.
#[derive(Clone, Debug)]
pub struct TaskFailure {
    /// A stable code of the failure, for the row.
    pub error: String,
    /// Which limit it counts towards.
    pub counts: FailureCounts,
    /// When it runs again; `None` gives it up.
    pub retry_at: Option<Timestamp>,
}

/// Which limit a failure counts towards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureCounts {
    /// That of failures that may pass.
    Transient,
    /// That of refusals.
    Rejected,
    /// None.
    Nothing,
}

impl Store {
    /// Keeps the task for another `lease` from now; answers until when.
    pub async fn extend_task(&self, lease: Lease, length: Duration) -> Result<Timestamp, StoreError> {
        let until = lease_end(self.now(), length);
        let update = sql("UPDATE tasks SET due_us = $1 WHERE id = $2 AND fence = $3 AND state = 'running'")
            .bind(until)
            .bind(lease.task)
            .bind(lease.fence);
        self.settle(update).await?;
        Ok(until)
    }

    /// The task is done: it ends, or waits for its next run when it was asked for again meanwhile.
    pub async fn complete_task(&self, lease: Lease) -> Result<(), StoreError> {
        // Both look at `again_us` themselves, so a request that comes between them is seen by the second.
        let delete =
            sql("DELETE FROM tasks WHERE id = $1 AND fence = $2 AND state = 'running' AND again_us IS NULL")
                .bind(lease.task)
                .bind(lease.fence);
        if self.db().execute(delete).await? == 1 {
            return Ok(());
        }
        let requeue = sql(
            "UPDATE tasks SET state = 'waiting', due_us = again_us, lane = again_lane, again_us = NULL,
                 again_lane = NULL, transient_failures = 0, rejected_failures = 0, last_error = NULL,
                 lease_owner = NULL, updated_us = $1
             WHERE id = $2 AND fence = $3 AND state = 'running' AND again_us IS NOT NULL",
        )
        .bind(self.now())
        .bind(lease.task)
        .bind(lease.fence);
        self.settle(requeue).await?;
        self.tasks_committed();
        Ok(())
    }

    /// The attempt failed: the task waits for its retry or is dead. A task that is given up although it was asked
    /// for again meanwhile gets that run, with its counts at zero.
    pub async fn fail_task(&self, lease: Lease, failure: &TaskFailure) -> Result<(), StoreError> {
        self.settle(failed(lease, failure, self.now())).await?;
        self.tasks_committed();
        Ok(())
    }

    /// Gives the task back as if it had not been claimed, for instance at shutdown.
    pub async fn release_task(&self, lease: Lease) -> Result<(), StoreError> {
        self.settle(released(lease, self.now())).await?;
        self.tasks_committed();
        Ok(())
    }

    async fn settle(&self, update: Sql) -> Result<(), StoreError> {
        match self.db().execute(update).await? {
            0 => Err(StoreError::Fenced {
                what: "claim of the task",
            }),
            _ => Ok(()),
        }
    }
}

/// The statement of a failed attempt.
pub(super) fn failed(lease: Lease, failure: &TaskFailure, now: Timestamp) -> Sql {
    let transient = i64::from(failure.counts == FailureCounts::Transient);
    let rejected = i64::from(failure.counts == FailureCounts::Rejected);
    let update = match failure.retry_at {
        Some(at) => sql(
            "UPDATE tasks SET state = 'waiting', due_us = $1, again_us = NULL, again_lane = NULL,
                 transient_failures = transient_failures + $2, rejected_failures = rejected_failures + $3,
                 last_error = $4, lease_owner = NULL, updated_us = $5
             WHERE id = $6 AND fence = $7 AND state = 'running'",
        )
        .bind(at),
        None => sql("UPDATE tasks SET
                 state = CASE WHEN again_us IS NULL THEN 'dead' ELSE 'waiting' END,
                 due_us = again_us, lane = COALESCE(again_lane, lane),
                 transient_failures = CASE WHEN again_us IS NULL THEN transient_failures + $1 ELSE 0 END,
                 rejected_failures = CASE WHEN again_us IS NULL THEN rejected_failures + $2 ELSE 0 END,
                 again_us = NULL, again_lane = NULL, last_error = $3, lease_owner = NULL, updated_us = $4
             WHERE id = $5 AND fence = $6 AND state = 'running'"),
    };
    update
        .bind(transient)
        .bind(rejected)
        .bind(&failure.error)
        .bind(now)
        .bind(lease.task)
        .bind(lease.fence)
}

/// The statement of a task that is given back.
pub(super) fn released(lease: Lease, now: Timestamp) -> Sql {
    sql(
        "UPDATE tasks SET state = 'waiting', due_us = $1, again_us = NULL, again_lane = NULL,
             lease_owner = NULL, updated_us = $2
         WHERE id = $3 AND fence = $4 AND state = 'running'",
    )
    .bind(now)
    .bind(now)
    .bind(lease.task)
    .bind(lease.fence)
}
