//! Reading events.

use kalends_core::{
    event::{Event, EventKey},
    time::{EventId, TenantId},
};

use super::{EventRow, form};
use crate::{
    Store, StoreError,
    db::{Row, corrupt, sql},
};

pub(crate) const COLUMNS: &str =
    "SELECT e.id, e.tenant_id, e.key, e.version, e.content, e.start_us, e.desired_us, e.created_us,
     e.updated_us, e.moved_by_person FROM events e";

/// The place of an event in a listing: its first start, then its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventPlace {
    /// Microseconds since 1970.
    pub start_us: i64,
    /// Its id.
    pub id: EventId,
}

impl Store {
    /// The event of a key.
    pub async fn event_by_key(&self, tenant: TenantId, key: &EventKey) -> Result<EventRow, StoreError> {
        let select = sql(COLUMNS)
            .push(" WHERE e.tenant_id = ")
            .push_bind(tenant)
            .push(" AND e.key = ")
            .push_bind(key.as_str());
        let row = self.db().read_first(select).await?;
        event(&row.ok_or(StoreError::NotFound { what: "event" })?)
    }

    /// One event, a hold's too.
    pub async fn event(&self, tenant: TenantId, id: EventId) -> Result<EventRow, StoreError> {
        let select = sql(COLUMNS)
            .push(" WHERE e.tenant_id = ")
            .push_bind(tenant)
            .push(" AND e.id = ")
            .push_bind(id);
        let row = self.db().read_first(select).await?;
        event(&row.ok_or(StoreError::NotFound { what: "event" })?)
    }
}

pub(crate) fn event(row: &Row) -> Result<EventRow, StoreError> {
    Ok(EventRow {
        id: row.id("id", EventId)?,
        tenant: row.id("tenant_id", TenantId)?,
        key: key(row)?,
        version: row.get("version")?,
        event: content(row)?,
        desired_at: row.time("desired_us")?,
        created_at: row.time("created_us")?,
        updated_at: row.time("updated_us")?,
    })
}

/// The key of an event whose row has it.
pub(crate) fn key(row: &Row) -> Result<Option<EventKey>, StoreError> {
    let key = row.get::<Option<String>>("key")?.map(EventKey::new).transpose();
    key.map_err(|error| corrupt("key", &error.to_string()))
}

/// What is wanted of an event whose row has its content.
pub(crate) fn content(row: &Row) -> Result<Event, StoreError> {
    form::from_text(&row.get::<String>("content")?)
}
