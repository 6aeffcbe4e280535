//! Makes all times of a series from one on an event of their own: "this and following".

use kalends_core::{
    event::{EventKey, OriginalStart},
    time::TenantId,
};
use kalends_store::StoreError;

use super::{
    Condition, Event, EventError, get,
    put::{TRIES, Wanted, changing},
    stand::{self, Standing},
};
use crate::Engine;

/// Where a series is split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SplitEvent {
    /// The series; it keeps the times before.
    pub key: EventKey,
    /// The start that its rule gives the first of the others.
    pub start: OriginalStart,
    /// The name of the event that these become.
    pub new_key: EventKey,
    /// On what condition.
    pub condition: Condition,
}

/// Ends the series before a time, and makes an event of that time and those that follow; answers the new one. Both are
/// written in one transaction.
pub async fn split(engine: &Engine, tenant: TenantId, split: SplitEvent) -> Result<Event, EventError> {
    let SplitEvent {
        key,
        start,
        new_key,
        condition,
    } = split;
    for _ in 0..TRIES {
        let none = std::collections::BTreeSet::new();
        let before = stand::of_key(engine, tenant, &key, &none).await?;
        let row = before.row.as_ref().ok_or(EventError::NotFound)?;
        condition.check(Some(row.version))?;
        row.event.occurrence(start).ok_or(EventError::NoSuchTime)?;
        let (head, tail) = row.event.split(start).ok_or(EventError::NotSplittable)?;
        let writers = stand::writers(engine, tenant, &tail).await?;
        let after = stand::of_key(engine, tenant, &new_key, &writers).await?;
        if after.row.is_some() {
            return Err(EventError::KeyTaken);
        }
        let writes = |found: &Standing, key, event| {
            let wanted = Wanted {
                key: Some(key),
                event,
            };
            changing(engine, tenant, found, (wanted, &writers))
        };
        // The first gives up its time before the second takes it.
        let both = [writes(&before, &key, &head), writes(&after, &new_key, &tail)];
        let both = both.into_iter().flatten().collect();
        match engine.store().commit_events(tenant, both).await {
            Err(StoreError::Conflict { .. }) => {}
            result => {
                result?;
                return get(engine, tenant, &new_key).await;
            }
        }
    }
    Err(StoreError::Conflict { what: "event" }.into())
}
