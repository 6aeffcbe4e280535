//! The end of a pass: all or nothing.

use jiff::SignedDuration;

use super::{Pass, PassKind, PullCommit, months::write_months};
use crate::{
    Store, StoreError, SyncRun,
    db::{Tx, Word, sql},
    event_links, sync_runs,
};

impl Store {
    /// Stores the last page, deletes what a full pass did not see, moves the cursor on, and writes months, audit and
    /// effects, in one transaction. Fenced when a newer pass has begun or the cursor is no longer the one that this
    /// pass began with.
    pub async fn finish_pass(&self, pass: &Pass, commit: PullCommit) -> Result<SyncRun, StoreError> {
        let page = self.prepare_page(commit.page);
        let effects = self.prepare(pass.tenant, commit.effects).await?;
        let now = self.now();
        let update = sql(
            "UPDATE calendars SET cursor = $1, covered_from_us = COALESCE($2, covered_from_us),
                 covered_until_us = COALESCE($3, covered_until_us), as_of_us = $4, source = $5, poll_hint_us = $6,
                 poll_every_us = $7, changed_us = COALESCE($8, changed_us), sync_status = 'idle',
                 last_synced_us = $9, last_error = NULL, retry_count = 0, next_retry_us = NULL, pass_kind = NULL,
                 pass_started_us = NULL, updated_us = $9, suspect_generation = NULL, suspect_count = NULL,
                 roll_us = COALESCE($14, roll_us), watched_us = NULL, overdue_us = NULL
             WHERE tenant_id = $10 AND id = $11 AND pass = $12 AND cursor IS NOT DISTINCT FROM $13",
        )
        .bind(commit.cursor)
        .bind(commit.covered.map(|covered| covered.window.start_us()))
        .bind(commit.covered.map(|covered| covered.window.end_us()))
        .bind(commit.as_of)
        .bind(commit.source.word())
        .bind(commit.poll_hint.map(micros))
        .bind(commit.poll_every.map(micros))
        .bind(commit.changed_at)
        .bind(now)
        .bind(pass.tenant)
        .bind(pass.calendar)
        .bind(pass.number)
        .bind(pass.cursor.as_deref())
        .bind(commit.covered.map(|covered| covered.rolls_at));

        let mut tx = self.begin().await?;
        if tx.execute(update).await? == 0 {
            return Err(StoreError::Fenced { what: "pass" });
        }
        let mut written = self.write_page(&mut tx, pass, page).await?;
        if pass.kind == PassKind::Full {
            written.counts.deleted += sweep(&mut tx, pass).await?;
        }
        event_links::sight(&mut tx, (pass.tenant, pass.calendar), &commit.sightings).await?;
        write_months(&mut tx, pass.tenant, pass.calendar, commit.months).await?;
        let run = sync_runs::close(&mut tx, pass, written, now).await?;
        self.commit_with(tx, effects).await?;
        Ok(run)
    }
}

fn micros(span: SignedDuration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

/// Deletes what this full pass did not see; answers how many events.
async fn sweep(tx: &mut Tx, pass: &Pass) -> Result<u64, StoreError> {
    let older = |delete| {
        sql(delete)
            .bind(pass.tenant)
            .bind(pass.calendar)
            .bind(pass.generation)
    };
    let quarantined =
        "DELETE FROM quarantined_items WHERE tenant_id = $1 AND calendar_id = $2 AND generation < $3";
    tx.execute(older(quarantined)).await?;
    let events = "DELETE FROM external_events WHERE tenant_id = $1 AND calendar_id = $2 AND generation < $3";
    tx.execute(older(events)).await
}
