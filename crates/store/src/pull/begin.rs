//! The beginning of a pass.

use jiff::Timestamp;
use kalends_core::time::{CalendarId, ConnectionId, SyncRunId, TenantId};

use super::{Pass, PassKind, Trigger};
use crate::{
    Calendar, Lease, Store, StoreError,
    calendars::{RETURNING, calendar_of},
    db::{Tx, Word, sql},
    tasks,
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
        let (pass, _) = self.begin_pass_of(tenant, calendar, begin).await?;
        Ok(pass)
    }

    /// The same, and the calendar as it is from then on.
    pub async fn begin_pass_of(
        &self,
        tenant: TenantId,
        calendar: CalendarId,
        begin: BeginPass,
    ) -> Result<(Pass, Calendar), StoreError> {
        let now = self.now();
        let run = SyncRunId::new(self.ambient());
        let mut tx = self.begin().await?;
        // Waits for a disconnection that is under way, so that nothing is pulled after it.
        let connection = sql("SELECT id FROM connections WHERE state <> 'disconnected' AND tenant_id = ")
            .push_bind(tenant)
            .push(" AND id = (SELECT connection_id FROM calendars WHERE tenant_id = ")
            .push_bind(tenant)
            .push(" AND id = ")
            .push_bind(calendar)
            .push(")")
            .push(tx.locked());
        let connection = tx.read_first(connection).await?;
        let number = sql(
            "UPDATE calendars SET pass = pass + 1, generation = generation + $1, sync_status = 'syncing',
                 pass_kind = $2, pass_started_us = $3, pass_pages = 0, pass_items = 0, updated_us = $3
             WHERE tenant_id = $4 AND id = $5 AND selected AND lost_us IS NULL",
        )
        .push(RETURNING)
        .push(", generation")
        .bind(i64::from(begin.kind == PassKind::Full))
        .bind(begin.kind.word())
        .bind(now)
        .bind(tenant)
        .bind(calendar);
        let numbered = match &connection {
            Some(_) => tx.read_first(number).await?,
            None => None,
        };
        let (Some(connection), Some(row)) = (connection, numbered) else {
            drop(tx);
            self.calendar(tenant, calendar).await?;
            return Err(StoreError::Conflict {
                what: "pull of a calendar that is not to be pulled",
            });
        };
        if let Some(lease) = begin.lease {
            tasks::check_claim(&mut tx, lease).await?;
        }
        let pass = Pass {
            tenant,
            calendar,
            connection: connection.id("id", ConnectionId)?,
            kind: begin.kind,
            number: row.get("pass")?,
            generation: row.get("generation")?,
            cursor: row.get("cursor")?,
            run,
        };
        let calendar = calendar_of(&row)?;
        open_run(&mut tx, &pass, begin.trigger, now).await?;
        tx.commit().await?;
        Ok((pass, calendar))
    }
}

async fn open_run(tx: &mut Tx, pass: &Pass, trigger: Trigger, now: Timestamp) -> Result<(), StoreError> {
    let interrupt = sql("UPDATE sync_runs SET outcome = 'interrupted', finished_us = $1
         WHERE calendar_id = $2 AND tenant_id = $3 AND outcome = 'running'")
    .bind(now)
    .bind(pass.calendar)
    .bind(pass.tenant);
    tx.execute(interrupt).await?;
    let open = sql(
        "INSERT INTO sync_runs (id, tenant_id, calendar_id, connection_id, kind, trigger_kind, outcome,
             started_us, created_count, updated_count, deleted_count, quarantined_count, pages, requests)
         VALUES ($1, $2, $3, $4, $5, $6, 'running', $7, 0, 0, 0, 0, 0, 0)",
    )
    .bind(pass.run)
    .bind(pass.tenant)
    .bind(pass.calendar)
    .bind(pass.connection)
    .bind(pass.kind.word())
    .bind(trigger.word())
    .bind(now);
    tx.execute(open).await.map(drop)
}
