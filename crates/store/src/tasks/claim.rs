//! Claiming: due tasks become one worker's, each exactly once.

use std::time::Duration;

use jiff::Timestamp;
use kalends_core::time::{TaskId, TenantId};
use secrecy::SecretString;

use super::{
    ClaimedTask, Lease, TaskLane,
    enqueue::{row_name, secret_place},
    lease_end,
};
use crate::{
    Store, StoreError,
    db::{Row, corrupt, sql},
};

/// Due tasks looked at for each one claimed, among which groups take turns.
const CANDIDATES: u32 = 8;

/// What a worker asks for.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// Who asks, for people who look at the table.
    pub owner: &'a str,
    /// Which lanes it serves.
    pub lanes: &'a [TaskLane],
    /// Most tasks that it takes.
    pub batch: u32,
    /// How long it has them.
    pub lease: Duration,
}

impl Store {
    /// Claims due tasks and tasks whose worker was lost: by lane, within a lane one of each group in turn, then by
    /// age. A lost worker counts as a failure that may pass.
    pub async fn claim_tasks(&self, claim: Claim<'_>) -> Result<Vec<ClaimedTask>, StoreError> {
        let now = self.now();
        let until = lease_end(now, claim.lease);
        let mut tx = self.begin().await?;
        let statement = sql("WITH due AS (SELECT id, lane, due_us, group_key FROM tasks WHERE due_us <= ")
            .push_bind(now)
            .push(" AND lane IN ")
            .push_list(claim.lanes.iter().map(|lane| lane.number()))
            .push(" ORDER BY lane, due_us LIMIT ")
            .push_bind(claim.batch.saturating_mul(CANDIDATES))
            .push(tx.skip_locked())
            .push(
                "), turns AS (
                    SELECT id, lane, due_us,
                        ROW_NUMBER() OVER (PARTITION BY lane, group_key ORDER BY due_us, id) AS turn
                    FROM due)
                UPDATE tasks SET
                    transient_failures = transient_failures + CASE WHEN state = 'running' THEN 1 ELSE 0 END,
                    state = 'running', again_us = NULL, again_lane = NULL, fence = fence + 1, due_us = ",
            )
            .push_bind(until)
            .push(", lease_owner = ")
            .push_bind(claim.owner)
            .push(", updated_us = ")
            .push_bind(now)
            .push(" WHERE id IN (SELECT id FROM turns ORDER BY lane, turn, due_us, id LIMIT ")
            .push_bind(claim.batch)
            .push(
                ") RETURNING id, tenant_id, kind, key, lane, group_key, payload, secret, transient_failures,
                    rejected_failures, fence",
            );
        let rows = tx.read(statement).await?;
        tx.commit().await?;
        let mut tasks = Vec::with_capacity(rows.len());
        for row in &rows {
            tasks.push(claimed(row, until)?);
        }
        tasks.sort_by_key(|task| (task.lane, task.lease.task));
        Ok(tasks)
    }

    /// What was sealed with a claimed task. Opened for its handler alone: a secret that no longer opens, because its
    /// key has left the ring, fails its own task and no other.
    pub async fn task_secret(&self, task: &ClaimedTask) -> Result<Option<SecretString>, StoreError> {
        let (Some(tenant), Some(sealed)) = (task.tenant, &task.sealed) else {
            return Ok(None);
        };
        let name = row_name(&task.kind, &task.key);
        self.open(tenant, secret_place(&name), sealed).await.map(Some)
    }
}

fn claimed(row: &Row, leased_until: Timestamp) -> Result<ClaimedTask, StoreError> {
    Ok(ClaimedTask {
        lease: Lease {
            task: row.id("id", TaskId)?,
            fence: row.get("fence")?,
        },
        leased_until,
        tenant: row.get::<Option<uuid::Uuid>>("tenant_id")?.map(TenantId),
        kind: row.get("kind")?,
        key: row.get("key")?,
        lane: lane(row)?,
        group: row.get("group_key")?,
        payload: row.json("payload")?,
        sealed: row.get("secret")?,
        transient_failures: row.count("transient_failures")?,
        rejected_failures: row.count("rejected_failures")?,
    })
}

pub(super) fn lane(row: &Row) -> Result<TaskLane, StoreError> {
    TaskLane::from_number(row.get("lane")?).ok_or_else(|| corrupt("lane", "an unknown lane"))
}
