//! Makes a tenant.

use kalends_store::StoreError;
use serde_json::json;
use url::Url;

use super::{Tenant, TenantError, return_origins::SETTING};
use crate::Engine;

/// What a new tenant is.
#[derive(Clone, Debug, Default)]
pub struct NewTenant {
    /// Its name: 1 to 100 characters, unique on the server.
    pub name: String,
    /// Origins that its users may be sent back to after connecting, besides those of the server's configuration.
    pub return_origins: Vec<Url>,
}

/// Makes a tenant with a data key of its own.
pub async fn create(engine: &Engine, new: NewTenant) -> Result<Tenant, TenantError> {
    let NewTenant { name, return_origins } = new;
    if !is_name(&name) {
        return Err(TenantError::BadName);
    }
    let tenant = match engine.store().create_tenant(&name).await {
        Ok(tenant) => tenant,
        Err(StoreError::Conflict { .. }) => return Err(TenantError::NameTaken { name }),
        Err(error) => return Err(error.into()),
    };
    if !return_origins.is_empty() {
        let origins: Vec<String> = return_origins
            .iter()
            .map(|url| url.origin().ascii_serialization())
            .collect();
        engine
            .store()
            .put_tenant_settings(tenant.id, &json!({ SETTING: origins }))
            .await?;
    }
    Ok(tenant.into())
}

/// Whether the text can name a tenant or a key: 1 to 100 characters, none of them a control character.
pub(crate) fn is_name(name: &str) -> bool {
    (1..=100).contains(&name.chars().count()) && !name.chars().any(char::is_control)
}
