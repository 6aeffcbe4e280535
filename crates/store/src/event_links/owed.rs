//! Links that are owed something and may have no task.

use jiff::Timestamp;
use kalends_core::time::{ConnectionId, EventLinkId, TenantId, UserId};

use super::{
    LinkRow,
    read::{COLUMNS, link},
};
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

/// Which of a user's links are meant.
#[derive(Clone, Copy, Debug)]
pub struct OwedLinks<'a> {
    /// The user.
    pub user: &'a UserId,
    /// Whether their calendars are to show the event; else it is to go.
    pub is_shown: bool,
    /// Only those after this one.
    pub after: Option<EventLinkId>,
    /// Most of them.
    pub limit: u32,
}

impl Store {
    /// A user's links that are owed something, whatever holds them up, in the order in which they were made.
    pub async fn links_owed(
        &self,
        tenant: TenantId,
        query: OwedLinks<'_>,
    ) -> Result<Vec<LinkRow>, StoreError> {
        let select = sql(COLUMNS)
            .push(" WHERE l.owed AND l.tenant_id = ")
            .push_bind(tenant)
            .push(" AND l.user_id = ")
            .push_bind(query.user)
            .push(if query.is_shown {
                " AND NOT (l.removing OR l.off)"
            } else {
                " AND (l.removing OR l.off)"
            })
            .push(" AND l.id > ")
            .push_bind(query.after.unwrap_or(EventLinkId(uuid::Uuid::nil())))
            .push(" ORDER BY l.id LIMIT ")
            .push_bind(query.limit);
        self.db().read(select).await?.iter().map(link).collect()
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
