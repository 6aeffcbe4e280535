//! Where a tenant's users may be sent back to.

use kalends_core::time::TenantId;
use kalends_store::StoreError;
use url::{Origin, Url};

use crate::Engine;

/// The field of the tenant's settings.
pub(super) const SETTING: &str = "returnOrigins";

/// The tenant's list and the server's.
pub(crate) async fn return_origins(engine: &Engine, tenant: TenantId) -> Result<Vec<Origin>, StoreError> {
    let settings = engine.store().tenant(tenant).await?.settings;
    let listed = settings
        .get(SETTING)
        .and_then(|origins| origins.as_array())
        .into_iter()
        .flatten();
    let listed = listed
        .filter_map(|origin| Url::parse(origin.as_str()?).ok())
        .map(|url| url.origin());
    Ok(listed
        .chain(engine.settings().return_origins.iter().cloned())
        .collect())
}
