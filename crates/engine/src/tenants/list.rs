//! Lists and finds tenants.

use kalends_core::time::TenantId;

use super::{Tenant, TenantError};
use crate::Engine;

/// All tenants by name.
pub async fn list(engine: &Engine) -> Result<Vec<Tenant>, TenantError> {
    let tenants = engine.store().tenants().await?;
    Ok(tenants.into_iter().map(Tenant::from).collect())
}

/// The tenant of that id.
pub async fn get(engine: &Engine, id: TenantId) -> Result<Tenant, TenantError> {
    Ok(engine.store().tenant(id).await?.into())
}

/// The tenant of that name.
pub async fn named(engine: &Engine, name: &str) -> Result<Option<Tenant>, TenantError> {
    Ok(engine.store().tenant_named(name).await?.map(Tenant::from))
}
