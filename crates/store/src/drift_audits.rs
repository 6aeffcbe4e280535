//! Drift audits: what is stored, held against what the provider lists. One row for each.

use jiff::Timestamp;
use kalends_core::{
    provider::ProviderKind,
    time::{CalendarId, TenantId},
};

use crate::{
    Calendar, Effects, Store, StoreError,
    calendars::{COLUMNS, calendar_of},
    db::{Row, sql},
};

/// The outcome of an audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DriftAudit {
    /// The calendar.
    pub calendar: CalendarId,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Timestamp,
    /// Items that the provider listed.
    pub listed: u64,
    /// Those of them that were not stored.
    pub missing: u64,
    /// Stored items that it did not list.
    pub surplus: u64,
    /// Items that were stored in another version.
    pub different: u64,
    /// Requests that the listing took.
    pub requests: u32,
}

/// An audit that has ended.
#[derive(Debug)]
pub struct NewAudit {
    /// What it found.
    pub found: DriftAudit,
    /// What follows; with drift that is a pull, which will be a full one.
    pub effects: Effects,
}

/// A stored item, as an audit compares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredVersion {
    /// The provider's id.
    pub provider_id: String,
    /// The provider's version of it.
    pub etag: Option<String>,
    /// The end of everything that it can touch, in microseconds since 1970.
    pub end_us: i64,
}

impl DriftAudit {
    /// All that differed.
    pub fn drift(&self) -> u64 {
        self.missing + self.surplus + self.different
    }
}

impl Store {
    /// The versions of all that is stored of a calendar.
    pub async fn stored_versions(
        &self,
        tenant: TenantId,
        calendar: CalendarId,
    ) -> Result<Vec<StoredVersion>, StoreError> {
        let select = sql("SELECT provider_id, etag, span_end_us FROM external_events
             WHERE tenant_id = $1 AND calendar_id = $2")
        .bind(tenant)
        .bind(calendar);
        let version = |row: &Row| {
            Ok(StoredVersion {
                provider_id: row.get("provider_id")?,
                etag: row.get("etag")?,
                end_us: row.get("span_end_us")?,
            })
        };
        self.db().read(select).await?.iter().map(version).collect()
    }

    /// Calendars of all tenants that were not audited since `before` and are in step, the longest waiting first. Those of
    /// other providers than the named ones need none.
    pub async fn calendars_to_audit(
        &self,
        providers: &[ProviderKind],
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Calendar>, StoreError> {
        let select = sql(COLUMNS)
            .push(
                " WHERE selected AND lost_us IS NULL AND cursor IS NOT NULL AND sync_status <> 'error'
                 AND EXISTS (SELECT 1 FROM connections WHERE connections.id = calendars.connection_id
                    AND state = 'active' AND provider IN ",
            )
            .push_list(providers.iter().map(|kind| kind.as_str()))
            .push(") AND last_synced_us >= ")
            .push_bind(before)
            .push(" AND COALESCE(audited_us, created_us) < ")
            .push_bind(before)
            .push(" ORDER BY COALESCE(audited_us, created_us), id LIMIT ")
            .push_bind(limit);
        self.db().read(select).await?.iter().map(calendar_of).collect()
    }

    /// Notes an audit. With drift the cursor is given up, so that nothing but a full pass follows, and a pass under way is
    /// overtaken. [`StoreError::NotFound`] when the calendar counts no longer.
    pub async fn record_audit(&self, tenant: TenantId, audit: NewAudit) -> Result<(), StoreError> {
        let effects = self.prepare(tenant, audit.effects).await?;
        let found = audit.found;
        let drift = found.drift();
        let update = sql(
            "UPDATE calendars SET audited_us = $1, drift_count = $2, updated_us = $1,
                 cursor = CASE WHEN $2 = 0 THEN cursor ELSE NULL END,
                 pass = CASE WHEN $2 = 0 THEN pass ELSE pass + 1 END
             WHERE tenant_id = $3 AND id = $4 AND selected",
        )
        .bind(found.finished_at)
        .bind(drift as i64)
        .bind(tenant)
        .bind(found.calendar);
        let insert = sql(
            "INSERT INTO drift_audits (id, tenant_id, calendar_id, started_us, finished_us, listed, missing,
                 surplus, different, requests)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(self.ambient().uuid())
        .bind(tenant)
        .bind(found.calendar)
        .bind(found.started_at)
        .bind(found.finished_at)
        .bind(found.listed as i64)
        .bind(found.missing as i64)
        .bind(found.surplus as i64)
        .bind(found.different as i64)
        .bind(found.requests);
        let mut tx = self.begin().await?;
        if tx.execute(update).await? == 0 {
            return Err(StoreError::NotFound { what: "calendar" });
        }
        tx.execute(insert).await?;
        self.commit_with(tx, effects).await
    }

    /// A calendar's audits, newest first.
    pub async fn drift_audits(
        &self,
        tenant: TenantId,
        calendar: CalendarId,
        limit: u32,
    ) -> Result<Vec<DriftAudit>, StoreError> {
        let select = sql(
            "SELECT started_us, finished_us, listed, missing, surplus, different, requests FROM drift_audits
             WHERE tenant_id = $1 AND calendar_id = $2 ORDER BY id DESC LIMIT $3",
        )
        .bind(tenant)
        .bind(calendar)
        .bind(limit);
        let audit = |row: &Row| {
            Ok(DriftAudit {
                calendar,
                started_at: row.time("started_us")?,
                finished_at: row.time("finished_us")?,
                listed: row.count("listed")?,
                missing: row.count("missing")?,
                surplus: row.count("surplus")?,
                different: row.count("different")?,
                requests: row.count("requests")?,
            })
        };
        self.db().read(select).await?.iter().map(audit).collect()
    }

    /// Deletes audits, of all tenants, that ended before `before`; answers how many.
    pub async fn prune_drift_audits(&self, before: Timestamp) -> Result<u64, StoreError> {
        let delete = sql("DELETE FROM drift_audits WHERE finished_us < $1").bind(before);
        self.db().execute(delete).await
    }
}
