//! Reads a hold.

use kalends_core::time::{EventId, TenantId};

use super::{Hold, HoldError, row, seen};
use crate::Engine;

/// The hold, ended or not.
pub async fn get(engine: &Engine, tenant: TenantId, id: EventId) -> Result<Hold, HoldError> {
    let row = row(engine, tenant, id).await?;
    seen(engine, tenant, row).await
}
