//! Takes a block away.

use kalends_core::time::{BlockId, TenantId, UserId};
use kalends_store::{Effects, StoreError};

use super::BlockError;
use crate::{Engine, runner::task};

/// Deletes one of a user's blocks.
pub async fn delete(
    engine: &Engine,
    tenant: TenantId,
    user: &UserId,
    block: BlockId,
) -> Result<(), BlockError> {
    let look = task::conflicts(tenant, user, engine.ambient().now());
    engine
        .store()
        .delete_manual_block(tenant, user, block, Effects::none().task(look))
        .await
        .map_err(|error| match error {
            StoreError::NotFound { .. } => BlockError::NotFound,
            error => BlockError::Store(error),
        })
}
