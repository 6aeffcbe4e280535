//! The grants of all tenants, for work that keeps them alive.

use jiff::Timestamp;
use kalends_core::time::{ConnectionId, TenantId};

use crate::{Store, StoreError, db::sql};

/// A grant that a provider ends when it is not used for long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveGrant {
    /// The connection that lives by it.
    pub connection: ConnectionId,
    /// Whose connection it is.
    pub tenant: TenantId,
    /// When its newest access token ends; `None` when it has none.
    pub access_expires_at: Option<Timestamp>,
}

impl Store {
    /// Connections of all tenants that have a refresh token, in the order of their ids, after one of them. Those that wait
    /// for their person are among them: what was found dead may have been found so wrongly.
    pub async fn live_grants(
        &self,
        after: Option<ConnectionId>,
        limit: u32,
    ) -> Result<Vec<LiveGrant>, StoreError> {
        let select = sql("SELECT id, tenant_id, access_expires_us FROM connections
             WHERE id > $1 AND refresh_token IS NOT NULL AND state <> 'disconnected'
             ORDER BY id LIMIT $2")
        .bind(after.unwrap_or(ConnectionId(uuid::Uuid::nil())))
        .bind(limit);
        let rows = self.db().read(select).await?;
        rows.iter()
            .map(|row| {
                Ok(LiveGrant {
                    connection: row.id("id", ConnectionId)?,
                    tenant: row.id("tenant_id", TenantId)?,
                    access_expires_at: row.optional_time("access_expires_us")?,
                })
            })
            .collect()
    }
}
