//! Brings back what was given up.

use kalends_core::time::{TaskId, TenantId};
use kalends_store::StoreError;

use super::TaskError;
use crate::Engine;

/// Makes a dead task due at once, with its failures forgotten.
pub async fn retry(engine: &Engine, tenant: TenantId, task: TaskId) -> Result<(), TaskError> {
    engine
        .store()
        .retry_task(tenant, task)
        .await
        .map_err(|error| match error {
            StoreError::NotFound { .. } => TaskError::NotFound,
            StoreError::Conflict { .. } => TaskError::NotDead,
            error => TaskError::Store(error),
        })
}
