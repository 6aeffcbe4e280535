//! Links that are owed something and may have no task.

use jiff::Timestamp;
use kalends_core::time::{CalendarId, ConnectionId, EventLinkId, TenantId, UserId};

use crate::{
    Store, StoreError,
    db::{Row, sql},
};

/// A link that is owed something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwedLink {
    /// Whose it is.
    pub tenant: TenantId,
    /// The link.
    pub link: EventLinkId,
    /// The connection that its calendar belongs to.
    pub connection: ConnectionId,
}

/// Whose links are meant.
#[derive(Clone, Copy, Debug)]
pub enum LinksOf<'a> {
    /// Those on calendars of a connection.
    Connection(ConnectionId),
    /// Those on a user's calendars.
    User(&'a UserId),
    /// Those on these calendars.
    Calendars(&'a [CalendarId]),
}

impl Store {
    /// The links that are owed something, whatever holds them up.
    pub async fn links_owed(&self, tenant: TenantId, of: LinksOf<'_>) -> Result<Vec<OwedLink>, StoreError> {
        let select = sql("SELECT l.id, l.tenant_id, c.connection_id FROM event_links l
             JOIN calendars c ON c.id = l.calendar_id WHERE l.owed AND l.tenant_id = ")
        .push_bind(tenant);
        let select = match of {
            LinksOf::Connection(id) => select.push(" AND c.connection_id = ").push_bind(id),
            LinksOf::User(id) => select.push(" AND l.user_id = ").push_bind(id),
            LinksOf::Calendars(ids) => select
                .push(" AND l.calendar_id IN ")
                .push_list(ids.iter().copied()),
        };
        let rows = self.db().read(select.push(" ORDER BY l.id")).await?;
        rows.iter().map(owed).collect()
    }

    /// Links of all tenants that are owed something and can be pushed, after one of them. Those that wait for somebody or were
    /// given up rest: they are among them when nothing was written of them since `rested`.
    pub async fn links_to_push(
        &self,
        after: Option<EventLinkId>,
        rested: Timestamp,
        limit: u32,
    ) -> Result<Vec<OwedLink>, StoreError> {
        let select = sql("SELECT l.id, l.tenant_id, c.connection_id FROM event_links l
             JOIN calendars c ON c.id = l.calendar_id JOIN connections n ON n.id = c.connection_id
             WHERE l.owed AND c.lost_us IS NULL AND n.state IN ('active', 'degraded') AND l.id > ")
        .push_bind(after.unwrap_or(EventLinkId(uuid::Uuid::nil())))
        .push(" AND (l.status NOT IN ('blocked', 'failed') OR l.sightings > l.looked OR l.updated_us < ")
        .push_bind(rested)
        .push(") ORDER BY l.id LIMIT ")
        .push_bind(limit);
        let rows = self.db().read(select).await?;
        rows.iter().map(owed).collect()
    }
}

fn owed(row: &Row) -> Result<OwedLink, StoreError> {
    Ok(OwedLink {
        tenant: row.id("tenant_id", TenantId)?,
        link: row.id("id", EventLinkId)?,
        connection: row.id("connection_id", ConnectionId)?,
    })
}
