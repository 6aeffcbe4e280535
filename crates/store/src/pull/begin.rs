//! The beginning of a pass.

use kalends_core::time::{CalendarId, ConnectionId, SyncRunId, TenantId};

use super::{Pass, PassKind, Trigger};
use crate::{
    Lease, Store, StoreError,
    db::{Word, sql},
};

/// A pass to begin.
#[derive(Clone, Copy, Debug)]
pub struct BeginPass {
    /// Full or delta.
    pub kind: PassKind,
    /// Why.
    pub trigger: Trigger,
    /// The claim of the task that runs it; a pass is not begun with one that was lost.
    pub lease: Option<Lease>,
}

impl Store {
    /// Begins a pass: takes the next number, shows the calendar as syncing, opens the audit row. A pass that was
    /// under way is overtaken and its audit row closed as interrupted.
    ///
    /// [`StoreError::Conflict`] when the calendar is not to be pulled: not selected, lost, or of a disconnected
    /// account.
    pub async fn begin_pass(
        &self,
        tenant: TenantId,
        calendar: CalendarId,
        begin: BeginPass,
    ) -> Result<Pass, StoreError> {
        let now = self.now();
        let run = SyncRunId::new(self.ambient());
        let mut tx = self.begin().await?;
        if let Some(lease) = begin.lease {
            let held = sql("SELECT 1 FROM tasks WHERE state = 'running' AND id = ")
                .push_bind(lease.task)
                .push(" AND fence = ")
                .push_bind(lease.fence)
                .push(tx.for_update());
            if tx.read_first(held).await?.is_none() {
                return Err(StoreError::Fenced {
                    what: "claim of the task",
                });
            }
        }
        let update = sql(
            "UPDATE calendars SET pass = pass + 1, generation = generation + $1, sync_status = 'syncing',
                 pass_kind = $2, pass_started_us = $3, pass_pages = 0, pass_items = 0, updated_us = $3
             WHERE tenant_id = $4 AND id = $5 AND selected AND lost_us IS NULL AND EXISTS (
                 SELECT 1 FROM connections
                 WHERE connections.id = calendars.connection_id AND state <> 'disconnected')
             RETURNING pass, generation, cursor, connection_id",
        )
        .bind(i64::from(begin.kind == PassKind::Full))
        .bind(begin.kind.word())
        .bind(now)
        .bind(tenant)
        .bind(calendar);
        let Some(row) = tx.read_first(update).await? else {
            drop(tx);
            self.calendar(tenant, calendar).await?;
            return Err(StoreError::Conflict {
                what: "pull of a calendar that is not to be pulled",
            });
        };
        let pass = Pass {
            tenant,
            calendar,
            connection: row.id("connection_id", ConnectionId)?,
            kind: begin.kind,
            number: row.get("pass")?,
            generation: row.get("generation")?,
            cursor: row.get("cursor")?,
            run,
        };
        let interrupt = sql("UPDATE sync_runs SET outcome = 'interrupted', finished_us = $1
             WHERE calendar_id = $2 AND tenant_id = $3 AND outcome = 'running'")
        .bind(now)
        .bind(calendar)
        .bind(tenant);
        tx.execute(interrupt).await?;
        let open = sql(
            "INSERT INTO sync_runs (id, tenant_id, calendar_id, connection_id, kind, trigger_kind, outcome,
                 started_us, created_count, updated_count, deleted_count, quarantined_count, pages, requests)
             VALUES ($1, $2, $3, $4, $5, $6, 'running', $7, 0, 0, 0, 0, 0, 0)",
        )
        .bind(run)
        .bind(tenant)
        .bind(calendar)
        .bind(pass.connection)
        .bind(begin.kind.word())
        .bind(begin.trigger.word())
        .bind(now);
        tx.execute(open).await?;
        tx.commit().await?;
        Ok(pass)
    }
}
