//! Which side stays when people edit a tenant's events on their calendars.

use kalends_core::{time::TenantId, two_way::Policy};
use serde_json::{Value, json};

use super::TenantError;
use crate::Engine;

/// The field of the tenant's settings.
const SETTING: &str = "policy";

/// The tenant's policy.
pub async fn policy(engine: &Engine, tenant: TenantId) -> Result<Policy, TenantError> {
    Ok(policy_of(&engine.store().tenant(tenant).await?.settings))
}

/// Sets the tenant's policy; it holds for edits that are found from now on, and for users who have set none.
pub async fn put_policy(engine: &Engine, tenant: TenantId, policy: Policy) -> Result<(), TenantError> {
    let mut settings = engine.store().tenant(tenant).await?.settings;
    settings[SETTING] = json!(policy.as_str());
    engine.store().put_tenant_settings(tenant, &settings).await?;
    Ok(())
}

/// The policy of a tenant's settings; a word that this version does not know is the default.
pub(crate) fn policy_of(settings: &Value) -> Policy {
    let word = settings.get(SETTING).and_then(Value::as_str);
    word.and_then(Policy::of_word).unwrap_or_default()
}
