//! Disconnecting: everything that came from the account goes at once.

use kalends_core::time::{ConnectionId, TenantId};

use crate::{
    Effects, Store, StoreError,
    calendars::{Which, clear},
    db::sql,
    push_channels,
};

impl Store {
    /// Disconnects: secrets, external events and busy time are deleted, the calendars stay for a reconnection,
    /// push channels are to be stopped.
    /// Answers whether it was connected; when not, nothing is written.
    pub async fn disconnect(
        &self,
        tenant: TenantId,
        id: ConnectionId,
        effects: Effects,
    ) -> Result<bool, StoreError> {
        let effects = self.prepare(tenant, effects).await?;
        let now = self.now();
        let update = sql(
            "UPDATE connections SET state = 'disconnected', reason = NULL, refresh_token = NULL,
                 access_token = NULL, access_expires_us = NULL, url = NULL, lease_until_us = 0,
                 lease_fence = lease_fence + 1, updated_us = $1
             WHERE tenant_id = $2 AND id = $3 AND state <> 'disconnected'",
        )
        .bind(now)
        .bind(tenant)
        .bind(id);
        let mut tx = self.begin().await?;
        if tx.execute(update).await? == 0 {
            drop(tx);
            return self.connection(tenant, id).await.map(|_| false);
        }
        push_channels::stop_all(&mut tx, tenant, id).await?;
        clear(&mut tx, tenant, Which::OfConnection(id), now).await?;
        self.commit_with(tx, effects).await?;
        Ok(true)
    }
}
