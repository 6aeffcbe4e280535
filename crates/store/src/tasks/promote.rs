//! Tasks whose time has come, and those of lost workers, join the queue.

use jiff::Timestamp;
use kalends_core::time::TaskId;

use super::TaskLane;
use crate::{
    StoreError,
    db::{Tx, sql},
};

/// Tasks of one lane that join at a time.
const AT_ONCE: u32 = 250;

/// Lets due tasks join the queue. A lost worker counts as a failure that may pass.
pub(super) async fn promote(tx: &mut Tx, lanes: &[TaskLane], now: Timestamp) -> Result<(), StoreError> {
    let mut select = sql("");
    for (place, lane) in lanes.iter().enumerate() {
        let opener = if place == 0 { "" } else { " UNION ALL " };
        select = select
            .push(opener)
            .push("SELECT id FROM (SELECT id FROM tasks WHERE NOT queued AND lane = ")
            .push_bind(lane.number())
            .push(" AND due_us <= ")
            .push_bind(now)
            .push(" ORDER BY due_us LIMIT ")
            .push_bind(AT_ONCE)
            .push(tx.skip_locked())
            .push(") AS due");
    }
    let rows = tx.read(select).await?;
    if rows.is_empty() {
        return Ok(());
    }
    let mut due = Vec::with_capacity(rows.len());
    for row in &rows {
        due.push(row.id("id", TaskId)?);
    }
    let update = sql("UPDATE tasks SET queued = TRUE,
             transient_failures = transient_failures + CASE WHEN state = 'running' THEN 1 ELSE 0 END,
             state = 'waiting', again_us = NULL, again_lane = NULL, lease_owner = NULL
         WHERE id IN ")
    .push_list(due.iter().copied())
    .keep_prepared();
    tx.execute(update).await?;
    Ok(())
}
