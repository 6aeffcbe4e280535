//! Deletes a user with everything that is theirs.

use kalends_core::time::{TenantId, UserId};

use super::{UserError, missing};
use crate::{Engine, connections};

/// Ends the user's connections, as [`connections::disconnect`] does, then deletes every row of theirs. Grants are
/// revoked by tasks that outlive the rows.
pub async fn delete(engine: &Engine, tenant: TenantId, id: &UserId) -> Result<(), UserError> {
    connections::disconnect_all(engine, tenant, id).await?;
    engine.store().delete_user(tenant, id).await.map_err(missing)
}
