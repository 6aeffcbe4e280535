//! Keeping claims: one heartbeat for all tasks of a process.

use std::{collections::HashMap, time::Duration};

use jiff::Timestamp;
use kalends_core::time::TaskId;

use super::{Lease, lease_end};
use crate::{
    Store, StoreError,
    db::{Tx, sql},
};

/// Leases that one statement extends.
const AT_ONCE: usize = 256;

/// A claim as the table has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) fence: i64,
    /// Whether the task was asked for again meanwhile.
    pub(super) again: bool,
}

impl Store {
    /// Keeps the tasks for another `length` from now; answers those that are another worker's by now, or gone.
    pub async fn extend_tasks(&self, leases: &[Lease], length: Duration) -> Result<Vec<Lease>, StoreError> {
        let until = lease_end(self.now(), length);
        let mut unsure = Vec::new();
        for some in leases.chunks(AT_ONCE) {
            let mut tx = self.begin().await?;
            let held = held(&mut tx, some).await?;
            let (kept, others): (Vec<Lease>, Vec<Lease>) =
                some.iter().partition(|lease| is_held(&held, **lease));
            extend(&mut tx, &kept, until).await?;
            tx.commit().await?;
            unsure.extend(others);
        }
        // Those that somebody was just writing count as lost only when that has ended.
        let mut lost = Vec::new();
        for lease in unsure {
            match self.extend_task(lease, length).await {
                Ok(_) => {}
                Err(StoreError::Fenced { .. }) => lost.push(lease),
                Err(error) => return Err(error),
            }
        }
        Ok(lost)
    }
}

async fn extend(tx: &mut Tx, leases: &[Lease], until: Timestamp) -> Result<(), StoreError> {
    if leases.is_empty() {
        return Ok(());
    }
    let ids: Vec<TaskId> = leases.iter().map(|lease| lease.task).collect();
    let update = sql("UPDATE tasks SET due_us = ")
        .push_bind(until)
        .push(" WHERE id IN ")
        .push_list(ids.iter().copied())
        .keep_prepared();
    tx.execute(update).await.map(drop)
}

/// The running ones of these tasks, which stay as they are until the transaction ends. Rows that another transaction
/// is just writing are passed by: waiting for several of them in any order is how deadlocks are made.
pub(super) async fn held(tx: &mut Tx, leases: &[Lease]) -> Result<HashMap<TaskId, Held>, StoreError> {
    let ids: Vec<TaskId> = leases.iter().map(|lease| lease.task).collect();
    let select = sql("SELECT id, fence, again_us FROM tasks WHERE state = 'running' AND id IN ")
        .push_list(ids.iter().copied())
        .push(tx.skip_locked())
        .keep_prepared();
    let rows = tx.read(select).await?;
    let mut held = HashMap::with_capacity(rows.len());
    for row in &rows {
        let found = Held {
            fence: row.get("fence")?,
            again: row.get::<Option<i64>>("again_us")?.is_some(),
        };
        held.insert(row.id("id", TaskId)?, found);
    }
    Ok(held)
}

pub(super) fn is_held(held: &HashMap<TaskId, Held>, lease: Lease) -> bool {
    held.get(&lease.task)
        .is_some_and(|held| held.fence == lease.fence)
}
