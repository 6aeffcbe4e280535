//! What a connection is for.

use kalends_core::{
    provider::Feature,
    time::{ConnectionId, TenantId},
};

use crate::{Store, StoreError, db::sql, oauth_states::feature_words};

impl Store {
    /// Says what a connection is for. Nothing is written when that is no longer what it was read to be.
    pub async fn set_features(
        &self,
        tenant: TenantId,
        id: ConnectionId,
        (before, now): (&[Feature], &[Feature]),
    ) -> Result<(), StoreError> {
        let update = sql("UPDATE connections SET features = $1, updated_us = $2
             WHERE tenant_id = $3 AND id = $4 AND features = $5")
        .bind(feature_words(now))
        .bind(self.now())
        .bind(tenant)
        .bind(id)
        .bind(feature_words(before));
        self.db().execute(update).await.map(drop)
    }
}
