//! Reads an event.

use std::collections::BTreeSet;

use kalends_core::{event::EventKey, time::TenantId};

use super::{Event, EventError, flag::flagged_one, stand, view::view};
use crate::Engine;

/// The event of that key, cancelled or not.
pub async fn get(engine: &Engine, tenant: TenantId, key: &EventKey) -> Result<Event, EventError> {
    let found = stand::of_key(engine, tenant, key, &BTreeSet::new()).await?;
    let row = found.row.ok_or(EventError::NotFound)?;
    let event = view(row, &found.links, &found.calendars)?;
    Ok(flagged_one(engine, tenant, event).await?)
}
