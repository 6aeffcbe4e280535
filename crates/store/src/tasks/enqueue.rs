//! Enqueueing, alone or inside another write's transaction.

use std::iter;

use jiff::Timestamp;
use kalends_core::time::{TaskId, TenantId};

use super::NewTask;
use crate::{
    Store, StoreError,
    db::{Sql, Tx, Value, sql, usual_length},
    seal::Place,
};

/// Tasks that one statement writes.
const AT_ONCE: usize = 1_024;

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
        self.commit_tasks(sealed, self.now()).await
    }

    /// Commits tasks, put [`in_order`], that belong to no other write. Most are one statement, which needs no transaction
    /// around it.
    pub(crate) async fn commit_tasks(
        &self,
        tasks: Vec<SealedTask>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        match statements(tasks, now) {
            statements if statements.is_empty() => return Ok(()),
            mut statements if statements.len() == 1 => {
                for statement in statements.drain(..) {
                    self.db().execute(statement).await?;
                }
            }
            statements => {
                let mut tx = self.begin().await?;
                for statement in statements {
                    tx.execute(statement).await?;
                }
                tx.commit().await?;
            }
        }
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
    for statement in statements(tasks, now) {
        tx.execute(statement).await?;
    }
    Ok(())
}

/// The statements that write tasks, put [`in_order`].
fn statements(tasks: Vec<SealedTask>, now: Timestamp) -> Vec<Sql> {
    let rounds = rounds(tasks);
    let chunks = rounds.iter().flat_map(|round| round.chunks(AT_ONCE));
    chunks.map(|some| upsert(some, now)).collect()
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

/// Rows without an id only fill the statement up to one of a few lengths, so that it stays prepared. What all tasks share
/// is bound once. A task that is due is queued at once: nobody has to find that out later.
fn upsert(tasks: &[SealedTask], now: Timestamp) -> Sql {
    let length = usual_length(tasks.len());
    let rows = tasks.iter().map(Some).chain(iter::repeat(None)).take(length);
    sql(
        "INSERT INTO tasks (created_us, updated_us, queued, id, tenant_id, kind, key, lane, group_key, due_us, payload,
             secret, state, transient_failures, rejected_failures, fence)
         SELECT ",
    )
    .push_bind(now)
    .push(", ")
    .push_bind(now)
    .push(", own.column7 <= ")
    .push_bind(now)
    .push(", own.*, 'waiting', 0, 0, 0 FROM (")
    .push_rows(rows.map(row))
    .push(
        ") AS own WHERE own.column1 IS NOT NULL\n ON CONFLICT (kind, key) DO UPDATE SET
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
    .keep_prepared()
}

/// The values of a new task, or of none.
fn row(sealed: Option<&SealedTask>) -> [Value; 9] {
    let task = sealed.map(|sealed| &sealed.task);
    [
        sealed.map(|sealed| sealed.id).into(),
        sealed.and_then(|sealed| sealed.tenant).into(),
        task.map(|task| task.kind).into(),
        task.map(|task| &task.key).into(),
        task.map(|task| task.lane.number()).into(),
        task.map(|task| &task.group).into(),
        task.map(|task| task.run_at).into(),
        task.map(|task| task.payload.to_string()).into(),
        sealed.and_then(|sealed| sealed.secret.clone()).into(),
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
