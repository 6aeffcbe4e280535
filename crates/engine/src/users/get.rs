//! Reads a user.

use kalends_core::time::{TenantId, UserId};

use super::{User, UserError, missing};
use crate::Engine;

/// The user of that id.
pub async fn get(engine: &Engine, tenant: TenantId, id: &UserId) -> Result<User, UserError> {
    engine
        .store()
        .user(tenant, id)
        .await
        .map(User::from)
        .map_err(missing)
}
