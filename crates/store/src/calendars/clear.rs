//! Forgetting what was pulled from calendars.

use jiff::Timestamp;
use kalends_core::time::{CalendarId, ConnectionId, TenantId};

use crate::{
    StoreError,
    db::{Sql, Tx, sql},
};

/// Whose pulled state goes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Which {
    /// One calendar's.
    Calendar(CalendarId),
    /// All of a connection's.
    OfConnection(ConnectionId),
}

/// Deletes events, quarantined items and busy months, and puts the synchronisation back to its beginning. The pass
/// number moves on, so that a pass under way can write nothing more.
pub(crate) async fn clear(
    tx: &mut Tx,
    tenant: TenantId,
    which: Which,
    now: Timestamp,
) -> Result<(), StoreError> {
    let calendars = match which {
        Which::Calendar(id) => sql("SELECT id FROM calendars WHERE tenant_id = $1 AND id = $2")
            .bind(tenant)
            .bind(id),
        Which::OfConnection(id) => {
            sql("SELECT id FROM calendars WHERE tenant_id = $1 AND connection_id = $2")
                .bind(tenant)
                .bind(id)
        }
    };
    let rows = tx.read(calendars).await?;
    let ids = rows
        .iter()
        .map(|row| row.id("id", CalendarId))
        .collect::<Result<Vec<_>, _>>()?;
    // The calendars' rows go first: their locks keep a pass under way from storing another page in between.
    let reset = sql(
        "UPDATE calendars SET pass = pass + 1, pass_kind = NULL, pass_started_us = NULL,
         pass_pages = 0, pass_items = 0, cursor = NULL, covered_from_us = NULL, covered_until_us = NULL,
         as_of_us = NULL, roll_us = NULL, source = NULL, poll_every_us = NULL, changed_us = NULL,
         sync_status = 'idle', last_synced_us = NULL, last_error = NULL, retry_count = 0, next_retry_us = NULL,
         suspect_generation = NULL, suspect_count = NULL, watched_us = NULL, overdue_us = NULL, updated_us = ",
    )
    .push_bind(now);
    tx.execute(of(reset.push(" WHERE tenant_id = "), tenant, " AND id IN ", &ids))
        .await?;
    let interrupt = sql("UPDATE sync_runs SET outcome = 'interrupted', finished_us = ").push_bind(now);
    let interrupt = interrupt.push(" WHERE outcome = 'running' AND tenant_id = ");
    tx.execute(of(interrupt, tenant, " AND calendar_id IN ", &ids))
        .await?;
    for delete in [
        "DELETE FROM external_events WHERE tenant_id = ",
        "DELETE FROM quarantined_items WHERE tenant_id = ",
        "DELETE FROM busy_months WHERE tenant_id = ",
    ] {
        tx.execute(of(sql(delete), tenant, " AND calendar_id IN ", &ids))
            .await?;
    }
    Ok(())
}

fn of(statement: Sql, tenant: TenantId, column: &'static str, ids: &[CalendarId]) -> Sql {
    statement
        .push_bind(tenant)
        .push(column)
        .push_list(ids.iter().copied())
}
