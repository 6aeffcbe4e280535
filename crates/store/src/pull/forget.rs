//! Giving up a cursor.

use kalends_core::time::{CalendarId, TenantId};

use crate::{Store, StoreError, db::sql};

impl Store {
    /// Lets the next pass be a full one, and every one after it until one succeeds. A pass under way is overtaken.
    pub async fn forget_cursor(&self, tenant: TenantId, calendar: CalendarId) -> Result<(), StoreError> {
        let update = sql(
            "UPDATE calendars SET cursor = NULL, pass = pass + 1, updated_us = $1
             WHERE tenant_id = $2 AND id = $3",
        )
        .bind(self.now())
        .bind(tenant)
        .bind(calendar);
        match self.db().execute(update).await? {
            0 => Err(StoreError::NotFound { what: "calendar" }),
            _ => Ok(()),
        }
    }
}
