//! The one write of conflicts.

use jiff::Timestamp;
use kalends_core::{
    conflict::Overlap,
    time::{Interval, TenantId},
};

use super::{ConflictChange, ConflictWrite, ConflictsCommit, NewConflict, form};
use crate::{
    Store, StoreError,
    db::{Tx, Word as _, sql},
    tasks,
};

impl Store {
    /// Writes what became of conflicts, with news and tasks, all or nothing.
    ///
    /// [`StoreError::Conflict`] when a row has changed since it was read or the conflict is open already,
    /// [`StoreError::Fenced`] when the claim was lost.
    pub async fn commit_conflicts(
        &self,
        tenant: TenantId,
        commit: ConflictsCommit,
    ) -> Result<(), StoreError> {
        let effects = self.prepare(tenant, commit.effects).await?;
        let now = self.now();
        let mut tx = self.begin().await?;
        if let Some(lease) = commit.lease {
            tasks::check_claim(&mut tx, lease).await?;
        }
        settle(&mut tx, tenant, commit.changed, now).await?;
        for new in commit.opened {
            open(&mut tx, tenant, new, now).await?;
        }
        self.commit_with(tx, effects).await
    }

    /// Deletes conflicts, of all tenants, that were resolved before `before` and stand no longer; answers how many.
    pub async fn prune_conflicts(&self, before: Timestamp) -> Result<u64, StoreError> {
        let delete =
            sql("DELETE FROM conflicts WHERE state = 'resolved' AND NOT standing AND resolved_us < $1");
        self.db().execute(delete.bind(before)).await
    }
}

/// Writes what becomes of conflicts by whatever else is written.
pub(crate) async fn settle(
    tx: &mut Tx,
    tenant: TenantId,
    settled: Vec<ConflictWrite>,
    now: Timestamp,
) -> Result<(), StoreError> {
    for write in settled {
        change(tx, tenant, write, now).await?;
    }
    Ok(())
}

/// Writes one change of a row.
async fn change(
    tx: &mut Tx,
    tenant: TenantId,
    write: ConflictWrite,
    now: Timestamp,
) -> Result<(), StoreError> {
    let update =
        match write.change {
            ConflictChange::Met(overlap) => {
                let (start, end, times) = columns(overlap);
                sql("UPDATE conflicts SET first_start_us = $1, first_end_us = $2, times = $3, updated_us = $4,
                     revision = revision + 1
                 WHERE standing AND tenant_id = $5 AND id = $6 AND revision = $7")
            .bind(start)
            .bind(end)
            .bind(times)
            .bind(now)
            }
            ConflictChange::Resolved(resolution) => sql(
                "UPDATE conflicts SET state = 'resolved', resolution = $1, resolved_us = $2, standing = $3,
                 updated_us = $4, revision = revision + 1
             WHERE state = 'open' AND tenant_id = $5 AND id = $6 AND revision = $7",
            )
            .bind(resolution.word())
            .bind(now)
            .bind(resolution.stands())
            .bind(now),
            ConflictChange::Lapsed => sql(
                "UPDATE conflicts SET standing = FALSE, updated_us = $1, revision = revision + 1
             WHERE standing AND state = 'resolved' AND tenant_id = $2 AND id = $3 AND revision = $4",
            )
            .bind(now),
        };
    let update = update.bind(tenant).bind(write.id).bind(write.revision);
    match tx.execute(update).await? {
        0 => Err(StoreError::Conflict { what: "conflict" }),
        _ => Ok(()),
    }
}

async fn open(tx: &mut Tx, tenant: TenantId, new: NewConflict, now: Timestamp) -> Result<(), StoreError> {
    let (start, end, times) = columns(new.conflict.overlap);
    let insert = sql(
        "INSERT INTO conflicts (id, tenant_id, event_id, user_id, kind, opponent, first_start_us, first_end_us, times,
             state, standing, revision, opened_us, updated_us)
         SELECT $1, e.tenant_id, e.id, $2, $3, $4, $5, $6, $7, 'open', TRUE, 1, $8, $9
         FROM events e WHERE e.tenant_id = $10 AND e.id = $11",
    )
    .bind(new.id)
    .bind(&new.user)
    .bind(new.conflict.kind.word())
    .bind(form::to_text(&new.opponent))
    .bind(start)
    .bind(end)
    .bind(times)
    .bind(now)
    .bind(now)
    .bind(tenant)
    .bind(new.event);
    match tx.execute(insert).await? {
        0 => Err(StoreError::NotFound { what: "event" }),
        _ => Ok(()),
    }
}

/// First start, first end, how often.
fn columns(overlap: Option<Overlap>) -> (Option<i64>, Option<i64>, i64) {
    let first = overlap.map(|overlap| overlap.first);
    (
        first.map(Interval::start_us),
        first.map(Interval::end_us),
        overlap.map_or(0, |overlap| i64::from(overlap.times)),
    )
}
