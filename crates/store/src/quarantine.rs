//! Items of calendars that could not be read.

use jiff::Timestamp;
use kalends_core::time::{CalendarId, TenantId};

use crate::{Store, StoreError, db::sql};

/// An item that could not be read, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// The provider's id, as far as it has one.
    pub provider_id: String,
    /// Why, without its content.
    pub reason: String,
    /// When it was first found so.
    pub first_seen_at: Timestamp,
    /// When it was last found so.
    pub last_seen_at: Timestamp,
}

impl Store {
    /// A calendar's unreadable items, by provider id, after one of them.
    pub async fn quarantined(
        &self,
        tenant: TenantId,
        calendar: CalendarId,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Quarantined>, StoreError> {
        let select = sql(
            "SELECT provider_id, reason, first_seen_us, last_seen_us FROM quarantined_items
             WHERE tenant_id = $1 AND calendar_id = $2 AND provider_id > $3 ORDER BY provider_id LIMIT $4",
        )
        .bind(tenant)
        .bind(calendar)
        .bind(after.unwrap_or(""))
        .bind(limit);
        let rows = self.db().read(select).await?;
        rows.iter()
            .map(|row| {
                Ok(Quarantined {
                    provider_id: row.get("provider_id")?,
                    reason: row.get("reason")?,
                    first_seen_at: row.time("first_seen_us")?,
                    last_seen_at: row.time("last_seen_us")?,
                })
            })
            .collect()
    }

    /// Items of a calendar that are to be read on their own now, with how often they have been; most overdue first.
    pub async fn quarantined_due(
        &self,
        tenant: TenantId,
        calendar: CalendarId,
        limit: u32,
    ) -> Result<Vec<(String, u32)>, StoreError> {
        let select = sql("SELECT provider_id, attempts FROM quarantined_items
             WHERE tenant_id = $1 AND calendar_id = $2 AND retry_us <= $3 ORDER BY retry_us LIMIT $4")
        .bind(tenant)
        .bind(calendar)
        .bind(self.now())
        .bind(limit);
        let rows = self.db().read(select).await?;
        rows.iter()
            .map(|row| Ok((row.get("provider_id")?, row.count("attempts")?)))
            .collect()
    }
}
