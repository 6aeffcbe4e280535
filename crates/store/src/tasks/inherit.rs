//! What a process that was killed has left behind.

use crate::{
    Store, StoreError,
    db::{Db, sql},
};

impl Store {
    /// Makes the tasks of other owners due at once, on SQLite; answers how many. A file is served by one process, so
    /// another owner's claim is that of a process that is gone, and nobody need wait until it ends. Were the process
    /// alive all the same, its next write for the task would be refused. On PostgreSQL others may well be alive, and
    /// their claims end by themselves.
    pub async fn inherit_tasks(&self, owner: &str) -> Result<u64, StoreError> {
        if matches!(self.db(), Db::Postgres(_)) {
            return Ok(0);
        }
        let now = self.now();
        let update = sql("UPDATE tasks SET due_us = ")
            .push_bind(now)
            .push(" WHERE state = 'running' AND lease_owner <> ")
            .push_bind(owner)
            .push(" AND due_us > ")
            .push_bind(now);
        let inherited = self.db().execute(update).await?;
        if inherited > 0 {
            self.tasks_changed().notify_one();
        }
        Ok(inherited)
    }
}
