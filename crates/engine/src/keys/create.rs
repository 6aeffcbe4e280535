//! Makes a key.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kalends_core::time::TenantId;
use kalends_store::{NewApiKey, StoreError};
use secrecy::{ExposeSecret, SecretString};

use super::{ApiKey, KeyError, authenticate::hash};
use crate::{Engine, tenants};

/// A key and, this once, its text.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// What is stored of it.
    pub key: ApiKey,
    /// What the application sends. Nobody can show it again.
    pub secret: SecretString,
}

/// Makes a key of a tenant.
pub async fn create(engine: &Engine, tenant: TenantId, name: &str) -> Result<NewKey, KeyError> {
    if !tenants::is_name(name) {
        return Err(KeyError::BadName);
    }
    let prefix = format!("kal_{:08x}", u32::from_be_bytes(engine.ambient().bytes()));
    let random = URL_SAFE_NO_PAD.encode(engine.ambient().bytes::<32>());
    let secret = SecretString::from(format!("{prefix}_{random}"));
    let row = NewApiKey {
        name: name.to_owned(),
        prefix,
        hash: hash(secret.expose_secret()),
    };
    match engine.store().create_api_key(tenant, row).await {
        Ok(key) => Ok(NewKey {
            key: key.into(),
            secret,
        }),
        Err(StoreError::NotFound { .. }) => Err(KeyError::NotFound),
        Err(error) => Err(error.into()),
    }
}
