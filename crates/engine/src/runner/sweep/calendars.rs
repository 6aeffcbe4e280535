//! Calendars that sync by themselves and have no next pull, or whose account has no next listing.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kalends_core::time::TenantId;
use kalends_store::{Calendar, Dead, NewTask, StoreError};

use super::BATCH;
use crate::{
    Engine, calendars,
    connections::Trigger,
    runner::task::{self, Kind},
    settings,
};

pub(super) async fn sweep(engine: &Engine) -> Result<usize, StoreError> {
    let store = engine.store();
    let (mut made, mut after) = (0, None);
    loop {
        let calendars = store.calendars_to_sync(after, BATCH).await?;
        let Some(last) = calendars.last() else {
            return Ok(made);
        };
        after = Some(last.id);
        for (tenant, tasks) in owed(engine, &calendars, engine.ambient().now()).await? {
            made += tasks.len();
            store.enqueue(tenant, tasks).await?;
        }
    }
}

/// The tasks that the calendars lack: their next pull, and their account's next listing.
async fn owed(
    engine: &Engine,
    calendars: &[Calendar],
    now: Timestamp,
) -> Result<BTreeMap<TenantId, Vec<NewTask>>, StoreError> {
    let mut owed: BTreeMap<TenantId, Vec<NewTask>> = BTreeMap::new();
    let pulls: Vec<String> = calendars.iter().map(|calendar| calendar.id.to_string()).collect();
    let mut listings: Vec<String> = calendars
        .iter()
        .map(|calendar| calendar.connection.to_string())
        .collect();
    listings.dedup();
    let pulls = without_task(engine, Kind::Pull, &pulls).await?;
    let mut listings = without_task(engine, Kind::Discover, &listings).await?;
    for calendar in calendars {
        let tasks = owed.entry(calendar.tenant).or_default();
        let listing = calendar.connection.to_string();
        if let Some(at) = listings.iter().position(|key| *key == listing) {
            listings.swap_remove(at);
            tasks.push(task::discover(
                calendar.connection,
                calendars::next_discovery(engine),
            ));
        }
        if pulls.contains(&calendar.id.to_string()) && syncs_by_itself(engine, calendar).await? {
            tasks.push(task::pull(calendar.connection, calendar.id, Trigger::Poll, now));
        }
    }
    owed.retain(|_, tasks| !tasks.is_empty());
    Ok(owed)
}

/// Keys that no task covers. A dead one covers its key too: it comes back after its rest.
async fn without_task(engine: &Engine, kind: Kind, keys: &[String]) -> Result<Vec<String>, StoreError> {
    engine
        .store()
        .keys_without_task(kind.as_str(), keys, Dead::Covers)
        .await
}

/// Whether its user wants it in step.
pub(super) async fn syncs_by_itself(engine: &Engine, calendar: &Calendar) -> Result<bool, StoreError> {
    match settings::of_user(engine, calendar.tenant, &calendar.user).await {
        Ok(settings) => Ok(settings.sync.sync_enabled && settings.sync.auto_sync),
        Err(settings::SettingsError::Store(error)) => Err(error),
        Err(error) => {
            tracing::error!(calendar = %calendar.id, %error, "a calendar's settings cannot be read");
            Ok(false)
        }
    }
}
