//! Finds what rows say is owed and no task covers, and deletes what has expired.
//!
//! Rows are the truth, tasks only the schedule: a task that was lost, or given up a day ago, comes back here.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use kalends_core::time::TenantId;
use kalends_store::{Calendar, Dead, NewTask, StoreError};

use super::task::{self, Kind};
use crate::{Engine, calendars, connections::Trigger, settings};

/// From one sweep to the next.
const EVERY: SignedDuration = SignedDuration::from_mins(5);
/// Rows that are read at a time.
const BATCH: u32 = 20;
/// How long a dead task rests before it is tried again.
const REST: SignedDuration = SignedDuration::from_hours(24);
/// How long sync runs are kept.
const RUNS_KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);
/// How long changes are kept.
const CHANGES_KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);

/// When the next sweep is due.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    next: Option<Timestamp>,
}

impl Schedule {
    /// Sweeps when it is time; trouble is logged and tried again next time.
    pub(super) async fn run_if_due(&mut self, engine: &Engine) {
        let now = engine.ambient().now();
        if self.next.is_some_and(|next| now < next) {
            return;
        }
        self.next = now.checked_add(EVERY).ok();
        match sweep(engine).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "owed work was enqueued again"),
            Err(error) => tracing::error!(%error, "owed work cannot be looked for"),
        }
    }
}

/// Sweeps once; answers how many tasks that made or brought back.
pub(super) async fn sweep(engine: &Engine) -> Result<usize, StoreError> {
    let now = engine.ambient().now();
    let ago = |span: SignedDuration| now.checked_sub(span).unwrap_or(Timestamp::MIN);
    let store = engine.store();
    store.prune_oauth_states().await?;
    store.prune_idempotency_keys().await?;
    store.prune_sync_runs(ago(RUNS_KEPT)).await?;
    store.prune_changes(ago(CHANGES_KEPT)).await?;
    let mut made = usize::try_from(store.retry_tasks_dead_since(ago(REST)).await?).unwrap_or(usize::MAX);
    let mut after = None;
    loop {
        let calendars = store.calendars_to_sync(after, BATCH).await?;
        let Some(last) = calendars.last() else {
            return Ok(made);
        };
        after = Some(last.id);
        for (tenant, tasks) in owed(engine, &calendars, now).await? {
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

async fn syncs_by_itself(engine: &Engine, calendar: &Calendar) -> Result<bool, StoreError> {
    match settings::of_user(engine, calendar.tenant, &calendar.user).await {
        Ok(settings) => Ok(settings.sync.sync_enabled && settings.sync.auto_sync),
        Err(settings::SettingsError::Store(error)) => Err(error),
        Err(error) => {
            tracing::error!(calendar = %calendar.id, %error, "a calendar's settings cannot be read");
            Ok(false)
        }
    }
}
