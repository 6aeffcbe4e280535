//! Lists a tenant's keys.

use kalends_core::time::TenantId;

use super::{ApiKey, KeyError};
use crate::Engine;

/// All keys of a tenant, revoked ones too, oldest first.
pub async fn list(engine: &Engine, tenant: TenantId) -> Result<Vec<ApiKey>, KeyError> {
    let keys = engine.store().api_keys(tenant).await?;
    Ok(keys.into_iter().map(ApiKey::from).collect())
}
