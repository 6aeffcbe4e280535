//! Jobs that are done at set times, once over all processes.

use jiff::Timestamp;

use crate::{
    NewTask, Store, StoreError,
    db::sql,
    tasks::{self, in_order},
};

impl Store {
    /// When a job is due next; `None` when it has never been planned.
    pub async fn next_firing(&self, name: &str) -> Result<Option<Timestamp>, StoreError> {
        let select = sql("SELECT next_us FROM schedules WHERE name = $1").bind(name);
        let row = self.db().read_first(select).await?;
        row.map(|row| row.time("next_us")).transpose()
    }

    /// Plans a job that has never been planned. No error when another process was faster.
    pub async fn plan_firing(&self, name: &str, next: Timestamp) -> Result<(), StoreError> {
        let insert =
            sql("INSERT INTO schedules (name, next_us) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
                .bind(name)
                .bind(next);
        self.db().execute(insert).await.map(drop)
    }

    /// Fires a job that was due at `due`: plans it for `next` and enqueues its task, both or neither. Answers whether it was
    /// this process that did; of several that ask, one does.
    pub async fn fire(
        &self,
        name: &str,
        due: Timestamp,
        next: Timestamp,
        task: NewTask,
    ) -> Result<bool, StoreError> {
        let mut sealed = vec![self.seal_task(None, task).await?];
        in_order(&mut sealed);
        let now = self.now();
        let claim = sql("UPDATE schedules SET next_us = $1, fired_us = $2 WHERE name = $3 AND next_us = $4")
            .bind(next)
            .bind(now)
            .bind(name)
            .bind(due);
        let mut tx = self.begin().await?;
        if tx.execute(claim).await? == 0 {
            return Ok(false);
        }
        tasks::upsert_all(&mut tx, sealed, now).await?;
        tx.commit().await?;
        self.tasks_committed();
        Ok(true)
    }
}
