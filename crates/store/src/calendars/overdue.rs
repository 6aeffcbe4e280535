//! Calendars that have not been in step for too long.

use jiff::{SignedDuration, Timestamp};
use kalends_core::time::{CalendarId, TenantId};

use super::{
    Calendar,
    read::{COLUMNS, calendar},
};
use crate::{Effects, Store, StoreError, db::sql};

/// How late a calendar has to be.
#[derive(Clone, Copy, Debug)]
pub struct Late {
    /// So many intervals without a success.
    pub intervals: i32,
    /// And at least so long.
    pub at_least: SignedDuration,
    /// The interval of those that have none yet.
    pub every: SignedDuration,
}

impl Store {
    /// Calendars of all tenants that should be in step, are late and not said to be, after one of them.
    pub async fn late_calendars(
        &self,
        late: Late,
        after: Option<CalendarId>,
        limit: u32,
    ) -> Result<Vec<Calendar>, StoreError> {
        let now = self.now().as_microsecond();
        let micros = |span: SignedDuration| i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
        let select = sql(COLUMNS)
            .push(
                " WHERE overdue_us IS NULL AND selected AND lost_us IS NULL
             AND EXISTS (SELECT 1 FROM connections
                WHERE connections.id = calendars.connection_id AND state IN ('active', 'degraded'))
             AND (last_synced_us IS NULL OR (last_synced_us < ",
            )
            .push_bind(now.saturating_sub(micros(late.at_least)))
            .push(" AND last_synced_us + COALESCE(poll_every_us, ")
            .push_bind(micros(late.every))
            .push(") * ")
            .push_bind(i64::from(late.intervals))
            .push(" < ")
            .push_bind(now)
            .push(")) AND id > ")
            .push_bind(after.unwrap_or(CalendarId(uuid::Uuid::nil())))
            .push(" ORDER BY id LIMIT ")
            .push_bind(limit);
        self.db().read(select).await?.iter().map(calendar).collect()
    }

    /// Ends the watch over calendars that are no longer to be in step: deselected, lost, or of an account that waits for
    /// its person.
    pub async fn unwatch_calendars(&self) -> Result<u64, StoreError> {
        let update = sql("UPDATE calendars SET watched_us = NULL, overdue_us = NULL
             WHERE watched_us IS NOT NULL AND NOT (selected AND lost_us IS NULL
                AND EXISTS (SELECT 1 FROM connections
                   WHERE connections.id = calendars.connection_id AND state IN ('active', 'degraded')))");
        self.db().execute(update).await
    }

    /// Watches a calendar from now on, or no longer: its user wants it in step no more.
    pub async fn watch_calendar(
        &self,
        tenant: TenantId,
        calendar: CalendarId,
        since: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let update = sql("UPDATE calendars SET watched_us = $1 WHERE tenant_id = $2 AND id = $3")
            .bind(since)
            .bind(tenant)
            .bind(calendar);
        self.db().execute(update).await.map(drop)
    }

    /// Says that a calendar is overdue; answers whether that is news. It is not when a pass has succeeded since the
    /// watch began.
    pub async fn say_overdue(
        &self,
        tenant: TenantId,
        calendar: CalendarId,
        (watched_since, effects): (Timestamp, Effects),
    ) -> Result<bool, StoreError> {
        let effects = self.prepare(tenant, effects).await?;
        let now = self.now();
        let update = sql("UPDATE calendars SET overdue_us = $1, updated_us = $1
             WHERE tenant_id = $2 AND id = $3 AND watched_us = $4 AND overdue_us IS NULL")
        .bind(now)
        .bind(tenant)
        .bind(calendar)
        .bind(watched_since);
        let mut tx = self.begin().await?;
        if tx.execute(update).await? == 0 {
            return Ok(false);
        }
        self.commit_with(tx, effects).await?;
        Ok(true)
    }
}
