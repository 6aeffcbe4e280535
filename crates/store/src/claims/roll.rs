//! Lets the claims of a series reach farther as time goes by.

use kalends_core::time::{EventId, TenantId};

use super::{Claiming, take};
use crate::{Store, StoreError, events};

impl Store {
    /// Claims the times of an event's window anew, on the terms that it has. An event that is gone is left alone; one that
    /// changes meanwhile is a [`StoreError::Conflict`], and has done it itself.
    pub async fn roll_claims(&self, tenant: TenantId, event: EventId) -> Result<(), StoreError> {
        let row = match self.event(tenant, event).await {
            Err(StoreError::NotFound { .. }) => return Ok(()),
            row => row?,
        };
        let now = self.now();
        let mut tx = self.begin().await?;
        let taken = take(&mut tx, (tenant, event, false), &row.event, (Claiming::Kept, now)).await?;
        events::lock(&mut tx, tenant, (event, row.version)).await?;
        taken.write(&mut tx).await?;
        tx.commit().await
    }
}
