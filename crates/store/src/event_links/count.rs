//! Counting links.

use kalends_core::time::{ConnectionId, TenantId};

use super::LinkStatus;
use crate::{
    Store, StoreError,
    db::{Row, sql},
};

/// How many links of a connection stand so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkCount {
    /// The connection.
    pub connection: ConnectionId,
    /// How they stand.
    pub status: LinkStatus,
    /// How many.
    pub count: u64,
}

impl Store {
    /// How the links of these connections stand; nothing of those that have none.
    pub async fn link_counts(
        &self,
        tenant: TenantId,
        connections: &[ConnectionId],
    ) -> Result<Vec<LinkCount>, StoreError> {
        let select = sql(
            "SELECT c.connection_id, l.status, COUNT(*) AS count FROM event_links l
             JOIN calendars c ON c.id = l.calendar_id WHERE l.tenant_id = ",
        )
        .push_bind(tenant)
        .push(" AND c.connection_id IN ")
        .push_list(connections.iter().copied())
        .push(" GROUP BY c.connection_id, l.status ORDER BY c.connection_id, l.status");
        let count = |row: &Row| {
            Ok(LinkCount {
                connection: row.id("connection_id", ConnectionId)?,
                status: row.word("status")?,
                count: row.count("count")?,
            })
        };
        self.db().read(select).await?.iter().map(count).collect()
    }
}
