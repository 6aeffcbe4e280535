//! Features that the provider refuses although it granted them.

use kalends_core::{provider::Feature, time::ConnectionId};

use super::Connection;
use crate::{Effects, Store, StoreError, db::sql, oauth_states::feature_words};

impl Store {
    /// Notes that the provider refused the feature under the grant that `seen` has; answers whether it did. Nothing is
    /// written, and told, when it is known already, or when the grant is another one by now.
    pub async fn refuse_feature(
        &self,
        seen: &Connection,
        feature: Feature,
        effects: Effects,
    ) -> Result<bool, StoreError> {
        let (tenant, id): (_, ConnectionId) = (seen.tenant, seen.id);
        if seen.refused.contains(&feature) {
            return Ok(false);
        }
        let refused = [seen.refused.as_slice(), &[feature]].concat();
        let effects = self.prepare(tenant, effects).await?;
        let update = sql("UPDATE connections SET refused_features = $1, updated_us = $2
             WHERE tenant_id = $3 AND id = $4 AND lease_fence = $5 AND refused_features = $6
                 AND state IN ('active', 'degraded')")
        .bind(feature_words(&refused))
        .bind(self.now())
        .bind(tenant)
        .bind(id)
        .bind(seen.fence)
        .bind(feature_words(&seen.refused));
        let mut tx = self.begin().await?;
        if tx.execute(update).await? == 0 {
            return Ok(false);
        }
        self.commit_with(tx, effects).await?;
        Ok(true)
    }
}
