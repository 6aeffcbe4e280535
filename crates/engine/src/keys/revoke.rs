//! Ends a key.

use kalends_core::time::{ApiKeyId, TenantId};
use kalends_store::StoreError;

use super::KeyError;
use crate::Engine;

/// Ends a key: at once in this process, within seconds in others.
pub async fn revoke(engine: &Engine, tenant: TenantId, key: ApiKeyId) -> Result<(), KeyError> {
    engine
        .store()
        .revoke_api_key(tenant, key)
        .await
        .map_err(|error| match error {
            StoreError::NotFound { .. } => KeyError::NotFound,
            error => KeyError::Store(error),
        })?;
    engine.keys().forget(key).await;
    Ok(())
}
