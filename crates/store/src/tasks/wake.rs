//! Waking who runs tasks: in this process by a notification in memory, in other processes by PostgreSQL's NOTIFY.
//!
//! The message is sent after the commit and by a statement of its own, since a transaction with a NOTIFY makes all
//! others with one wait for its commit. One that is lost with its process costs others the time until they look by
//! themselves.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use sqlx::{
    PgPool,
    postgres::{PgListener, PgPoolOptions},
};

use crate::{
    Store, StoreError,
    db::{Db, sql},
};

/// The channel of those who share these tables. A server holds many schemas, and a channel's name at most 63 bytes.
const CHANNEL: &str = "SELECT 'kalends_tasks_' || right(current_schema(), 40) AS channel";
/// Nothing is lost with a message that a crash loses, so nobody waits for the disk because of it.
const TELL: &str = "SELECT set_config('synchronous_commit', 'off', TRUE),
    pg_notify('kalends_tasks_' || right(current_schema(), 40), '')";
/// The time in which what is committed is told by one message.
const TOGETHER: Duration = Duration::from_millis(5);

impl Store {
    /// Tells all processes that tasks were committed.
    pub(crate) fn tasks_committed(&self) {
        self.tasks_changed().notify_one();
        let Db::Postgres(pool) = self.db() else {
            return;
        };
        let telling = self.telling();
        // One message on its way serves all that was committed before it is sent.
        if telling.swap(true, Ordering::AcqRel) {
            return;
        }
        let (pool, telling) = (pool.clone(), Arc::clone(telling));
        tokio::spawn(async move {
            tokio::time::sleep(TOGETHER).await;
            let connection = pool.acquire().await;
            telling.store(false, Ordering::Release);
            // Who is not told finds the tasks by looking for them.
            if let Ok(mut connection) = connection {
                sqlx::query(TELL).execute(&mut *connection).await.ok();
            }
        });
    }

    /// Passes on to [`Store::tasks_changed`] what other processes commit. Ends only when the database cannot be reached;
    /// a lost connection is made again. A SQLite file has no other process that runs tasks.
    pub async fn hear_of_tasks(&self) -> Result<(), StoreError> {
        let Db::Postgres(pool) = self.db() else {
            return std::future::pending().await;
        };
        let channel: String = match self.db().read_first(sql(CHANNEL)).await? {
            Some(row) => row.get("channel")?,
            None => return Ok(()),
        };
        let mut listener = PgListener::connect_with(&of_its_own(pool)).await?;
        listener.listen(&channel).await?;
        loop {
            // What was committed before, or while the connection was lost, is found by looking.
            self.tasks_changed().notify_one();
            listener.try_recv().await?;
        }
    }
}

/// A connection that listens is of no use for anything else, so it is none of the pool's.
fn of_its_own(pool: &PgPool) -> PgPool {
    PgPoolOptions::new()
        .max_connections(1)
        .max_lifetime(None)
        .idle_timeout(None)
        .connect_lazy_with(pool.connect_options().as_ref().clone())
}
