//! Changing a connection's state.

use jiff::Timestamp;
use kalends_core::time::{ConnectionId, TenantId};

use super::ConnectionState;
use crate::{
    Effects, Store, StoreError,
    db::{Word, sql},
};

/// A new state with its reason and what follows.
#[derive(Debug)]
pub struct StateChange {
    /// The state that the decision was made from; in another one nothing happens.
    pub from: ConnectionState,
    /// [`super::RefreshGrant::fence`] of the refresh that led to the decision. Once the lease is another's, or the
    /// person has connected again, nothing happens.
    pub fence: Option<i64>,
    /// The new state.
    pub to: ConnectionState,
    /// Why, as a stable code.
    pub reason: Option<String>,
    /// When the grant was found to be taken back.
    pub revoked_at: Option<Timestamp>,
    /// News.
    pub effects: Effects,
}

impl Store {
    /// Changes the state; answers whether it did. When the connection is no longer as the decision found it nothing is
    /// written, so that what is told is told once.
    pub async fn change_connection_state(
        &self,
        tenant: TenantId,
        id: ConnectionId,
        change: StateChange,
    ) -> Result<bool, StoreError> {
        let effects = self.prepare(tenant, change.effects).await?;
        let update = sql(
            "UPDATE connections SET state = $1, reason = $2, revoked_us = $3, updated_us = $4
             WHERE tenant_id = $5 AND id = $6 AND state = $7 AND lease_fence = COALESCE($8, lease_fence)",
        )
        .bind(change.to.word())
        .bind(change.reason.as_deref())
        .bind(change.revoked_at)
        .bind(self.now())
        .bind(tenant)
        .bind(id)
        .bind(change.from.word())
        .bind(change.fence);
        let mut tx = self.begin().await?;
        if tx.execute(update).await? == 0 {
            return Ok(false);
        }
        self.commit_with(tx, effects).await?;
        Ok(true)
    }
}
