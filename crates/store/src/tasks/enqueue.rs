//! Enqueueing, alone or inside another write's transaction.

use jiff::Timestamp;
use kalends_core::time::{TaskId, TenantId};

use super::NewTask;
use crate::{
    Store, StoreError,
    db::{Tx, Value, sql},
    seal::Place,
};

/// A task with its secret sealed.
pub(crate) struct SealedTask {
    id: TaskId,
    tenant: Option<TenantId>,
    task: NewTask,
    secret: Option<Vec<u8>>,
}

impl Store {
    /// Enqueues tasks of a tenant, all or none.
    pub async fn enqueue(&self, tenant: TenantId, tasks: Vec<NewTask>) -> Result<(), StoreError> {
        self.enqueue_for(Some(tenant), tasks).await
    }

    /// Enqueues tasks that belong to no tenant, all or none. They cannot hold secrets, which are sealed under a
    /// tenant's key.
    pub async fn enqueue_system(&self, tasks: Vec<NewTask>) -> Result<(), StoreError> {
        self.enqueue_for(None, tasks).await
    }

    async fn enqueue_for(&self, tenant: Option<TenantId>, tasks: Vec<NewTask>) -> Result<(), StoreError> {
        let mut sealed = Vec::with_capacity(tasks.len());
        for task in tasks {
            sealed.push(self.seal_task(tenant, task).await?);
        }
        in_order(&mut sealed);
        let now = self.now();
        let mut tx = self.begin().await?;
        upsert_all(&mut tx, sealed, now).await?;
        tx.commit().await?;
        self.tasks_committed();
        Ok(())
    }

    pub(crate) async fn seal_task(
        &self,
        tenant: Option<TenantId>,
        task: NewTask,
    ) -> Result<SealedTask, StoreError> {
        let secret = match (tenant, &task.secret) {
            (_, None) => None,
            (Some(tenant), Some(secret)) => {
                let row = row_name(task.kind, &task.key);
                Some(self.seal(tenant, secret_place(&row), secret).await?)
            }
            (None, Some(_)) => {
                return Err(StoreError::Configuration {
                    reason: format!(
                        "a task of kind {} without a tenant cannot hold a secret",
                        task.kind
                    ),
                });
            }
        };
        Ok(SealedTask {
            id: TaskId::new(self.ambient()),
            tenant,
            task,
            secret,
        })
    }
}

/// Puts tasks into the one order in which rows are locked, so that two transactions with the same tasks never wait
/// for each other. Of tasks of the same name the last still comes last.
pub(crate) fn in_order(tasks: &mut [SealedTask]) {
    tasks.sort_by(|left, right| (left.task.kind, &left.task.key).cmp(&(right.task.kind, &right.task.key)));
}

/// Writes tasks, put [`in_order`], or joins each with the one of the same name.
pub(crate) async fn upsert_all(
    tx: &mut Tx,
    tasks: Vec<SealedTask>,
    now: Timestamp,
) -> Result<(), StoreError> {
    for round in rounds(tasks) {
        let mut left = round.as_slice();
        // Few lengths, so that each statement stays prepared.
        for length in [256, 32, 4, 1] {
            while let Some((some, others)) = left.split_at_checked(length) {
                upsert(tx, some, now).await?;
                left = others;
            }
        }
    }
    Ok(())
}

/// One statement writes a name once, so those of the same name go to rounds of their own, in their order.
fn rounds(tasks: Vec<SealedTask>) -> Vec<Vec<SealedTask>> {
    let mut rounds: Vec<Vec<SealedTask>> = Vec::new();
    let mut place = 0;
    for task in tasks {
        let again = rounds
            .get(place)
            .and_then(|round| round.last())
            .is_some_and(|last| last.task.kind == task.task.kind && last.task.key == task.task.key);
        place = if again { place + 1 } else { 0 };
        match rounds.get_mut(place) {
            Some(round) => round.push(task),
            None => rounds.push(vec![task]),
        }
    }
    rounds
}

async fn upsert(tx: &mut Tx, tasks: &[SealedTask], now: Timestamp) -> Result<(), StoreError> {
    let insert = sql(
        "INSERT INTO tasks (id, tenant_id, kind, key, lane, group_key, due_us, queued, payload, secret,
             created_us, updated_us, state, transient_failures, rejected_failures, fence) ",
    )
    .push_rows_like(
        "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting', 0, 0, 0)",
        tasks.iter().map(|task| row(task, now)),
    )
    .push(
        " ON CONFLICT (kind, key) DO UPDATE SET
                 -- What is asked for more urgently says what the joined task is for.
                 payload = CASE
                     WHEN tasks.state = 'running' AND tasks.again_lane < excluded.lane THEN tasks.payload
                     WHEN tasks.state = 'waiting' AND tasks.lane < excluded.lane THEN tasks.payload
                     ELSE excluded.payload END,
                 secret = COALESCE(excluded.secret, tasks.secret),
                 due_us = CASE
                     WHEN tasks.state = 'running' THEN tasks.due_us
                     WHEN tasks.state = 'waiting' AND tasks.due_us < excluded.due_us THEN tasks.due_us
                     ELSE excluded.due_us END,
                 queued = CASE
                     WHEN tasks.state = 'running' THEN FALSE
                     WHEN tasks.state = 'waiting' THEN tasks.queued OR excluded.queued
                     ELSE excluded.queued END,
                 lane = CASE
                     WHEN tasks.state = 'running' THEN tasks.lane
                     WHEN tasks.state = 'waiting' AND tasks.lane < excluded.lane THEN tasks.lane
                     ELSE excluded.lane END,
                 again_us = CASE
                     WHEN tasks.state <> 'running' THEN NULL
                     WHEN tasks.again_us < excluded.due_us THEN tasks.again_us
                     ELSE excluded.due_us END,
                 again_lane = CASE
                     WHEN tasks.state <> 'running' THEN NULL
                     WHEN tasks.again_lane < excluded.lane THEN tasks.again_lane
                     ELSE excluded.lane END,
                 transient_failures = CASE WHEN tasks.state = 'dead' THEN 0 ELSE tasks.transient_failures END,
                 rejected_failures = CASE WHEN tasks.state = 'dead' THEN 0 ELSE tasks.rejected_failures END,
                 state = CASE WHEN tasks.state = 'running' THEN 'running' ELSE 'waiting' END,
                 updated_us = excluded.updated_us",
    )
    .keep_prepared();
    tx.execute(insert).await.map(drop)
}

/// The values of a new task. One that is due needs nobody to find that out later.
fn row(sealed: &SealedTask, now: Timestamp) -> [Value; 12] {
    let task = &sealed.task;
    [
        sealed.id.into(),
        sealed.tenant.into(),
        task.kind.into(),
        (&task.key).into(),
        task.lane.number().into(),
        (&task.group).into(),
        task.run_at.into(),
        (task.run_at <= now).into(),
        task.payload.to_string().into(),
        sealed.secret.clone().into(),
        now.into(),
        now.into(),
    ]
}

/// A task keeps its name for life, its id only until it has been done.
pub(super) fn row_name(kind: &str, key: &str) -> String {
    format!("{}:{kind}:{key}", kind.len())
}

pub(super) fn secret_place(row_name: &str) -> Place<'_> {
    Place {
        table: "tasks",
        row: row_name.as_bytes(),
        column: "secret",
    }
}
