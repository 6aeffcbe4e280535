//! Says of events whether somebody must look at a conflict.

use kalends_core::time::{EventId, TenantId};
use kalends_store::StoreError;

use super::Event;
use crate::Engine;

/// The events, each with whether it has an open conflict, or another of the application's events has one with it.
pub(super) async fn flagged(
    engine: &Engine,
    tenant: TenantId,
    mut events: Vec<Event>,
) -> Result<Vec<Event>, StoreError> {
    let ids: Vec<EventId> = events.iter().map(|event| event.id).collect();
    let conflicts = engine.store().events_in_conflict(tenant, &ids).await?;
    for event in &mut events {
        let Some(users) = conflicts.get(&event.id) else {
            continue;
        };
        event.has_conflict = true;
        for link in &mut event.links {
            link.has_conflict = users.contains(&link.user);
        }
    }
    Ok(events)
}

/// The same of one event.
pub(super) async fn flagged_one(
    engine: &Engine,
    tenant: TenantId,
    event: Event,
) -> Result<Event, StoreError> {
    let mut events = flagged(engine, tenant, vec![event]).await?;
    events.pop().ok_or(StoreError::NotFound { what: "event" })
}
