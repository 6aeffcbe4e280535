//! A pass that did not get to its end.

use jiff::Timestamp;

use super::Pass;
use crate::{Effects, Store, StoreError, db::sql};

/// Why a pass failed and what follows.
#[derive(Debug)]
pub struct PassFailure {
    /// A stable code.
    pub error: String,
    /// When it is tried again.
    pub retry_at: Option<Timestamp>,
    /// Requests made since the last page that was stored.
    pub requests: u32,
    /// Events that a full pass misses, when that is why it failed: the next one has to miss them too.
    pub suspected: Option<u64>,
    /// News.
    pub effects: Effects,
}

impl Store {
    /// Shows the calendar's error, closes the audit row. What earlier pages stored stays and is seen again by the
    /// next pass. Fenced when a newer pass has begun.
    pub async fn fail_pass(&self, pass: &Pass, failure: PassFailure) -> Result<(), StoreError> {
        let effects = self.prepare(pass.tenant, failure.effects).await?;
        let now = self.now();
        let update = sql(
            "UPDATE calendars SET sync_status = 'error', last_error = $1, retry_count = retry_count + 1,
                 next_retry_us = $2, pass_kind = NULL, pass_started_us = NULL, updated_us = $3,
                 suspect_generation = COALESCE($4, suspect_generation), suspect_count = COALESCE($5, suspect_count)
             WHERE tenant_id = $6 AND id = $7 AND pass = $8",
        )
        .bind(&failure.error)
        .bind(failure.retry_at)
        .bind(now)
        .bind(failure.suspected.map(|_| pass.generation))
        .bind(failure.suspected.map(|count| count as i64))
        .bind(pass.tenant)
        .bind(pass.calendar)
        .bind(pass.number);
        let mut tx = self.begin().await?;
        if tx.execute(update).await? == 0 {
            return Err(StoreError::Fenced { what: "pass" });
        }
        let audit = sql(
            "UPDATE sync_runs SET outcome = 'failed', error = $1, finished_us = $2, requests = requests + $3
             WHERE id = $4 AND tenant_id = $5",
        )
        .bind(&failure.error)
        .bind(now)
        .bind(failure.requests)
        .bind(pass.run)
        .bind(pass.tenant);
        tx.execute(audit).await?;
        self.commit_with(tx, effects).await
    }
}
