//! Changes an event for another use case, together with what that writes.

use kalends_core::{
    event::{Event, EventKey},
    time::TenantId,
};
use kalends_store::{Effects, EventRow, StoreError};

use super::{
    EventError,
    put::{Wanted, changing},
    stand,
};
use crate::Engine;

/// Writes what an event is to be, with `effects`, in one transaction; `read` is what it was made from. As if the application
/// had put it.
///
/// [`StoreError::Conflict`] when the event has changed since, or what the effects are about has.
pub(crate) async fn alter(
    engine: &Engine,
    tenant: TenantId,
    (key, read): (&EventKey, &EventRow),
    (event, effects): (&Event, Effects),
) -> Result<(), EventError> {
    event.check()?;
    let writers = stand::writers(engine, tenant, event).await?;
    let found = stand::of_key(engine, tenant, key, &writers).await?;
    if found.row.as_ref().map(|row| row.version) != Some(read.version) {
        return Err(StoreError::Conflict { what: "event" }.into());
    }
    let wanted = Wanted {
        key: Some(key),
        event,
    };
    match changing(engine, tenant, &found, (wanted, &writers)) {
        Some(mut commit) => {
            commit.effects = commit.effects.and(effects);
            engine.store().commit_event(tenant, commit).await?;
        }
        None => engine.store().commit_effects(tenant, effects).await?,
    }
    Ok(())
}
