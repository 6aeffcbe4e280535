//! Looking at the queue: when to wake, what is owed, what has died.

use std::collections::HashSet;

use jiff::Timestamp;
use kalends_core::time::{TaskId, TenantId};

use super::{TaskLane, TaskState, claim::lane};
use crate::{
    Store, StoreError,
    db::{Row, sql},
};

/// How many tasks a lane has in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskCount {
    /// The lane.
    pub lane: TaskLane,
    /// The state.
    pub state: TaskState,
    /// How many.
    pub count: u64,
    /// When the first of them is due, or its lease ends; `None` for dead ones.
    pub first_due: Option<Timestamp>,
}

/// Whether a task that was given up still stands for what is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dead {
    /// It does: it comes back by itself after a rest.
    Covers,
    /// It does not: something has changed since.
    CoversNothing,
}

/// A task that was given up.
#[derive(Clone, Debug, PartialEq)]
pub struct DeadTask {
    /// Its id.
    pub id: TaskId,
    /// What was to be done.
    pub kind: String,
    /// What it was to be done to.
    pub key: String,
    /// The code of the last failure.
    pub last_error: Option<String>,
    /// Attempts that failed.
    pub attempts: u32,
    /// When it was given up.
    pub died_at: Timestamp,
}

impl Store {
    /// When the next task is due or the next lease ends; the time to sleep until.
    pub async fn next_task_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.next_task_due_in(&TaskLane::ALL).await
    }

    /// The same for some lanes. Of tasks that are due already, any may be the one that answers.
    pub async fn next_task_due_in(&self, lanes: &[TaskLane]) -> Result<Option<Timestamp>, StoreError> {
        // Two looks at an index for each lane, whatever the length of the queue.
        let mut select = sql("SELECT MIN(due_us) AS due_us FROM (");
        for (place, lane) in lanes.iter().enumerate() {
            select = select
                .push(if place == 0 { "" } else { " UNION ALL " })
                .push("SELECT MIN(due_us) AS due_us FROM tasks WHERE NOT queued AND due_us IS NOT NULL AND lane = ")
                .push_bind(lane.number())
                .push(" UNION ALL SELECT * FROM (SELECT due_us FROM tasks WHERE queued AND lane = ")
                .push_bind(lane.number())
                .push(" LIMIT 1) AS queued");
        }
        match self.db().read_first(select.push(") AS lanes")).await? {
            Some(row) => row.optional_time("due_us"),
            None => Ok(None),
        }
    }

    /// How many tasks of a kind a group has in a lane that wait for their time.
    pub async fn waiting_tasks(&self, kind: &str, group: &str, lane: TaskLane) -> Result<u64, StoreError> {
        let select = sql("SELECT COUNT(*) AS count FROM tasks
             WHERE kind = $1 AND group_key = $2 AND lane = $3 AND state = 'waiting'")
        .bind(kind)
        .bind(group)
        .bind(lane.number());
        let row = self.db().read_first(select).await?;
        row.map_or(Ok(0), |row| row.count("count"))
    }

    /// How many tasks there are, by lane and state.
    pub async fn task_counts(&self) -> Result<Vec<TaskCount>, StoreError> {
        let select = sql(
            "SELECT lane, state, COUNT(*) AS count, MIN(due_us) AS first_due_us FROM tasks
             GROUP BY lane, state ORDER BY lane, state",
        );
        self.db().read(select).await?.iter().map(task_count).collect()
    }

    /// Those of the keys for which no task of this kind waits or runs, or has died if that counts.
    pub async fn keys_without_task(
        &self,
        kind: &str,
        keys: &[String],
        dead: Dead,
    ) -> Result<Vec<String>, StoreError> {
        let mut select = sql("SELECT key FROM tasks WHERE kind = ").push_bind(kind);
        if dead == Dead::CoversNothing {
            select = select.push(" AND state <> 'dead'");
        }
        let select = select.push(" AND key IN ").push_list(keys);
        let rows = self.db().read(select).await?;
        let covered = rows
            .iter()
            .map(|row| row.get::<String>("key"))
            .collect::<Result<HashSet<_>, _>>()?;
        Ok(keys
            .iter()
            .filter(|key| !covered.contains(*key))
            .cloned()
            .collect())
    }

    /// A tenant's dead tasks, oldest first, after one of them.
    pub async fn dead_tasks(
        &self,
        tenant: TenantId,
        after: Option<TaskId>,
        limit: u32,
    ) -> Result<Vec<DeadTask>, StoreError> {
        let select = sql("SELECT id, kind, key, last_error, updated_us,
                 transient_failures + rejected_failures AS attempts
             FROM tasks
             WHERE tenant_id = $1 AND state = 'dead' AND id > $2 ORDER BY id LIMIT $3")
        .bind(tenant)
        .bind(after.unwrap_or(TaskId(uuid::Uuid::nil())))
        .bind(limit);
        self.db().read(select).await?.iter().map(dead_task).collect()
    }

    /// Brings a tenant's dead task back to life. One that waits or runs is a [`StoreError::Conflict`].
    pub async fn retry_task(&self, tenant: TenantId, task: TaskId) -> Result<(), StoreError> {
        let now = self.now();
        let update = sql(
            "UPDATE tasks SET state = 'waiting', due_us = $1, transient_failures = 0, rejected_failures = 0,
                 updated_us = $2
             WHERE tenant_id = $3 AND id = $4 AND state = 'dead'",
        )
        .bind(now)
        .bind(now)
        .bind(tenant)
        .bind(task);
        if self.db().execute(update).await? == 0 {
            let select = sql("SELECT 1 FROM tasks WHERE tenant_id = $1 AND id = $2")
                .bind(tenant)
                .bind(task);
            return Err(match self.db().read_first(select).await? {
                Some(_) => StoreError::Conflict { what: "task" },
                None => StoreError::NotFound { what: "task" },
            });
        }
        self.tasks_committed();
        Ok(())
    }

    /// Brings tasks of all tenants that died before `before` back to life; answers how many.
    pub async fn retry_tasks_dead_since(&self, before: Timestamp) -> Result<u64, StoreError> {
        let now = self.now();
        let update = sql(
            "UPDATE tasks SET state = 'waiting', due_us = $1, transient_failures = 0, rejected_failures = 0,
                 updated_us = $2
             WHERE state = 'dead' AND updated_us < $3",
        )
        .bind(now)
        .bind(now)
        .bind(before);
        let revived = self.db().execute(update).await?;
        if revived > 0 {
            self.tasks_committed();
        }
        Ok(revived)
    }
}

fn task_count(row: &Row) -> Result<TaskCount, StoreError> {
    Ok(TaskCount {
        lane: lane(row)?,
        state: row.word("state")?,
        count: row.count("count")?,
        first_due: row.optional_time("first_due_us")?,
    })
}

fn dead_task(row: &Row) -> Result<DeadTask, StoreError> {
    Ok(DeadTask {
        id: row.id("id", TaskId)?,
        kind: row.get("kind")?,
        key: row.get("key")?,
        last_error: row.get("last_error")?,
        attempts: row.count("attempts")?,
        died_at: row.time("updated_us")?,
    })
}
