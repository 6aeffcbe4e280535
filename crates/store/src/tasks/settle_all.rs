//! The ends of many tasks in one transaction.

use jiff::Timestamp;
use kalends_core::time::TaskId;

use super::{
    Lease, TaskFailure,
    extend::{Held, held},
    settle::{failed, released},
};
use crate::{
    Store, StoreError,
    db::{Tx, sql},
};

/// Tasks whose ends go into one transaction.
const AT_ONCE: usize = 1_024;

/// What became of a claimed task.
#[derive(Clone, Debug)]
pub struct TaskEnd {
    /// The proof of the claim.
    pub lease: Lease,
    /// What became of it.
    pub ending: Ending,
}

/// What may become of a claimed task.
#[derive(Clone, Debug)]
pub enum Ending {
    /// It is done, as by [`Store::complete_task`].
    Done,
    /// It failed, as by [`Store::fail_task`].
    Failed(TaskFailure),
    /// It was not run, as by [`Store::release_task`].
    Released,
}

impl Store {
    /// Writes down what became of tasks, many in one commit; answers the claims that were refused because another
    /// worker has the task by now, or it is gone. When it answers, the rest is durable. After an error the ends may be
    /// written again: those that were durable already count as refused then.
    pub async fn settle_tasks(&self, ends: &[TaskEnd]) -> Result<Vec<Lease>, StoreError> {
        let mut refused = Vec::new();
        for some in ends.chunks(AT_ONCE) {
            if self.settle_done(some).await? {
                continue;
            }
            for end in self.settle_most(some).await? {
                match self.settle_one(end).await {
                    Ok(()) => {}
                    Err(StoreError::Fenced { .. }) => refused.push(end.lease),
                    Err(error) => return Err(error),
                }
            }
        }
        if !ends.iter().all(|end| matches!(end.ending, Ending::Done)) {
            self.tasks_committed();
        }
        Ok(refused)
    }

    /// Settles tasks that are all done, were claimed alike, and were not asked for again, by one statement; answers whether
    /// that is what they are, and else changes nothing.
    async fn settle_done(&self, ends: &[TaskEnd]) -> Result<bool, StoreError> {
        let Some(fence) = ends.first().map(|end| end.lease.fence) else {
            return Ok(true);
        };
        let is_alike = |end: &TaskEnd| matches!(end.ending, Ending::Done) && end.lease.fence == fence;
        if !ends.iter().all(is_alike) {
            return Ok(false);
        }
        let ids: Vec<TaskId> = ends.iter().map(|end| end.lease.task).collect();
        let mut tx = self.begin().await?;
        let (among, among_these) = tx.one_of();
        // Waiting for several rows in any order is how deadlocks are made, so those that others write are passed by.
        let delete = sql("DELETE FROM tasks WHERE id")
            .push(among)
            .push("SELECT id FROM tasks WHERE state = 'running' AND again_us IS NULL AND fence = ")
            .push_bind(fence)
            .push(" AND id IN ")
            .push_list(ids.iter().copied())
            .push(tx.skip_locked())
            .push(among_these)
            .keep_prepared();
        let is_all = tx.execute(delete).await? == ends.len() as u64;
        if is_all {
            tx.commit().await?;
        }
        Ok(is_all)
    }

    /// Settles those that nobody else is just writing; answers the others.
    async fn settle_most<'a>(&self, ends: &'a [TaskEnd]) -> Result<Vec<&'a TaskEnd>, StoreError> {
        let now = self.now();
        let leases: Vec<Lease> = ends.iter().map(|end| end.lease).collect();
        let (mut done, mut again, mut others) = (Vec::new(), Vec::new(), Vec::new());
        let mut tx = self.begin().await?;
        let held = held(&mut tx, &leases).await?;
        for end in ends {
            let id = end.lease.task;
            match (held.get(&id), &end.ending) {
                (Some(Held { fence, .. }), _) if *fence != end.lease.fence => others.push(end),
                (None, _) => others.push(end),
                (Some(Held { again: true, .. }), Ending::Done) => again.push(id),
                (Some(_), Ending::Done) => done.push(id),
                (Some(_), Ending::Failed(failure)) => {
                    tx.execute(failed(end.lease, failure, now)).await?;
                }
                (Some(_), Ending::Released) => {
                    tx.execute(released(end.lease, now)).await?;
                }
            }
        }
        delete(&mut tx, &done).await?;
        requeue(&mut tx, &again, now).await?;
        tx.commit().await?;
        if !again.is_empty() {
            self.tasks_changed().notify_one();
        }
        Ok(others)
    }

    async fn settle_one(&self, end: &TaskEnd) -> Result<(), StoreError> {
        match &end.ending {
            Ending::Done => self.complete_task(end.lease).await,
            Ending::Failed(failure) => self.fail_task(end.lease, failure).await,
            Ending::Released => self.release_task(end.lease).await,
        }
    }
}

/// Their rows are held by this transaction, and nobody asked for them again.
async fn delete(tx: &mut Tx, ids: &[TaskId]) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    let delete = sql("DELETE FROM tasks WHERE id IN ")
        .push_list(ids.iter().copied())
        .keep_prepared();
    tx.execute(delete).await.map(drop)
}

/// Done, and to be done once more.
async fn requeue(tx: &mut Tx, ids: &[TaskId], now: Timestamp) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    let requeue = sql(
        "UPDATE tasks SET state = 'waiting', due_us = again_us, lane = again_lane, again_us = NULL,
             again_lane = NULL, transient_failures = 0, rejected_failures = 0, last_error = NULL,
             lease_owner = NULL, updated_us = ",
    )
    .push_bind(now)
    .push(" WHERE id IN ")
    .push_list(ids.iter().copied())
    .keep_prepared();
    tx.execute(requeue).await.map(drop)
}
