//! The processes that serve this database. Each keeps a row and renews it; whoever no longer does is dead.

use std::time::Duration;

use jiff::Timestamp;

use crate::{Store, StoreError, db::sql};

/// A process's sign of life.
#[derive(Clone, Copy, Debug)]
pub struct Beat<'a> {
    /// Its name, the one by which it leases tasks.
    pub id: &'a str,
    /// What it does, for people who look at the table.
    pub role: &'a str,
    /// How long a row counts without being renewed.
    pub alive_for: Duration,
}

impl Store {
    /// Renews this process's row, deletes those of dead ones, and answers how many live, this one among them.
    pub async fn beat(&self, beat: Beat<'_>) -> Result<u32, StoreError> {
        let now = self.now();
        let dead_since = now.checked_sub(beat.alive_for).unwrap_or(Timestamp::MIN);
        let upsert = sql(
            "INSERT INTO replicas (id, role, started_us, beat_us) VALUES ($1, $2, $3, $3)
             ON CONFLICT (id) DO UPDATE SET beat_us = excluded.beat_us",
        )
        .bind(beat.id)
        .bind(beat.role)
        .bind(now);
        let mut tx = self.begin().await?;
        tx.execute(upsert).await?;
        // Rows that another process is at are left to it, so that two never wait for each other.
        let delete = sql("DELETE FROM replicas WHERE id IN (SELECT id FROM replicas WHERE beat_us <= ")
            .push_bind(dead_since)
            .push(tx.skip_locked())
            .push(")");
        tx.execute(delete).await?;
        let count = sql("SELECT COUNT(*) AS live FROM replicas WHERE beat_us > $1").bind(dead_since);
        let live = match tx.read_first(count).await? {
            Some(row) => row.count("live")?,
            None => 0,
        };
        tx.commit().await?;
        Ok(live)
    }

    /// Deletes a process's row: it ends.
    pub async fn leave(&self, id: &str) -> Result<(), StoreError> {
        let delete = sql("DELETE FROM replicas WHERE id = $1").bind(id);
        self.db().execute(delete).await.map(drop)
    }
}
