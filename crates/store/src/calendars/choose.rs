//! What a person chooses: which calendars count, and which one gets their events.

use kalends_core::time::{CalendarId, TenantId};

use super::{Which, clear};
use crate::{Effects, Store, StoreError, db::sql};

impl Store {
    /// Lets the calendar count for availability; answers whether that is new. Its first pull is among the effects,
    /// which are written only then.
    pub async fn select_calendar(
        &self,
        tenant: TenantId,
        id: CalendarId,
        effects: Effects,
    ) -> Result<bool, StoreError> {
        let effects = self.prepare(tenant, effects).await?;
        let update = sql("UPDATE calendars SET selected = TRUE, updated_us = $1
             WHERE tenant_id = $2 AND id = $3 AND NOT selected")
        .bind(self.now())
        .bind(tenant)
        .bind(id);
        let mut tx = self.begin().await?;
        if tx.execute(update).await? == 0 {
            drop(tx);
            return self.calendar(tenant, id).await.map(|_| false);
        }
        self.commit_with(tx, effects).await?;
        Ok(true)
    }

    /// Lets the calendar no longer count: its events and busy time are deleted at once. Answers whether that is
    /// new; the effects are written only then.
    pub async fn deselect_calendar(
        &self,
        tenant: TenantId,
        id: CalendarId,
        effects: Effects,
    ) -> Result<bool, StoreError> {
        let effects = self.prepare(tenant, effects).await?;
        let now = self.now();
        let update = sql("UPDATE calendars SET selected = FALSE, updated_us = $1
             WHERE tenant_id = $2 AND id = $3 AND selected")
        .bind(now)
        .bind(tenant)
        .bind(id);
        let mut tx = self.begin().await?;
        if tx.execute(update).await? == 0 {
            drop(tx);
            return self.calendar(tenant, id).await.map(|_| false);
        }
        clear(&mut tx, tenant, Which::Calendar(id), now).await?;
        self.commit_with(tx, effects).await?;
        Ok(true)
    }

    /// Lets the calendar get its user's events instead of the one that got them before.
    /// [`StoreError::Conflict`] when events cannot be written to it.
    pub async fn set_write_target(
        &self,
        tenant: TenantId,
        id: CalendarId,
        effects: Effects,
    ) -> Result<(), StoreError> {
        let effects = self.prepare(tenant, effects).await?;
        let calendar = self.calendar(tenant, id).await?;
        let now = self.now();
        let mut tx = self.begin().await?;
        // Two choices of the same user at once take turns.
        let turn = sql("SELECT id FROM users WHERE tenant_id = ")
            .push_bind(tenant)
            .push(" AND id = ")
            .push_bind(&calendar.user)
            .push(tx.locked());
        tx.read_first(turn).await?;
        let others = sql("UPDATE calendars SET write_target = FALSE, updated_us = $1
             WHERE tenant_id = $2 AND user_id = $3 AND write_target AND id <> $4")
        .bind(now)
        .bind(tenant)
        .bind(&calendar.user)
        .bind(id);
        tx.execute(others).await?;
        let update = sql("UPDATE calendars SET write_target = TRUE, updated_us = $1
             WHERE tenant_id = $2 AND id = $3 AND can_write AND lost_us IS NULL")
        .bind(now)
        .bind(tenant)
        .bind(id);
        if tx.execute(update).await? == 0 {
            return Err(StoreError::Conflict { what: "write target" });
        }
        self.commit_with(tx, effects).await
    }

    /// Lets the calendar no longer get events; no harm when it does not.
    pub async fn clear_write_target(
        &self,
        tenant: TenantId,
        id: CalendarId,
        effects: Effects,
    ) -> Result<(), StoreError> {
        let effects = self.prepare(tenant, effects).await?;
        let update = sql(
            "UPDATE calendars SET write_target = FALSE, updated_us = $1 WHERE tenant_id = $2 AND id = $3",
        )
        .bind(self.now())
        .bind(tenant)
        .bind(id);
        let mut tx = self.begin().await?;
        if tx.execute(update).await? == 0 {
            return Err(StoreError::NotFound { what: "calendar" });
        }
        self.commit_with(tx, effects).await
    }
}
