//! Cancels an event.

use std::collections::BTreeSet;

use kalends_core::{event::EventKey, external_event::EventStatus, time::TenantId};
use kalends_store::StoreError;

use super::{
    Condition, Event, EventError,
    put::{TRIES, Wanted, change},
    stand,
    view::view,
};
use crate::Engine;

/// Cancels the event: it goes from its people's calendars, and stays readable. Cancelling it twice is no error.
pub async fn delete(
    engine: &Engine,
    tenant: TenantId,
    key: &EventKey,
    condition: Condition,
) -> Result<Event, EventError> {
    let nobody = BTreeSet::new();
    for _ in 0..TRIES {
        let found = stand::of_key(engine, tenant, key, &nobody).await?;
        let row = found.row.as_ref().ok_or(EventError::NotFound)?;
        condition.check(Some(row.version))?;
        let mut event = row.event.clone();
        event.status = EventStatus::Cancelled;
        let wanted = Wanted {
            key: Some(key),
            event: &event,
        };
        match change(engine, tenant, &found, (wanted, &nobody)).await {
            Err(StoreError::Conflict { .. }) => {}
            changed => {
                let row = changed?.unwrap_or_else(|| row.clone());
                let links = engine.store().links_of_events(tenant, &[row.id]).await?;
                return Ok(view(row, &links, &found.calendars)?);
            }
        }
    }
    Err(StoreError::Conflict { what: "event" }.into())
}
