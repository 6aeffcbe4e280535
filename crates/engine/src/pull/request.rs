//! Pulls ahead of everything else, for somebody who may wait.

use std::time::Duration;

use kalends_core::time::{CalendarId, TenantId};
use kalends_store::{Calendar, StoreError};
use tokio::time::Instant;

use crate::{Engine, connections::Trigger, runner::task};

/// How often rows are looked at while another process may be the one that pulls.
const LOOK: Duration = Duration::from_millis(500);

/// Enqueues pulls of the calendars; ten requests are one pull.
pub(crate) async fn enqueue(
    engine: &Engine,
    tenant: TenantId,
    calendars: &[Calendar],
    trigger: Trigger,
) -> Result<(), StoreError> {
    let now = engine.ambient().now();
    let pull = |calendar: &Calendar| task::pull(calendar.connection, calendar.id, trigger, now);
    engine
        .store()
        .enqueue(tenant, calendars.iter().map(pull).collect())
        .await
}

/// Waits until a pass has ended in each of the calendars since `before` was read, at most so long; answers which.
/// Passes are numbered, so that clocks do not matter.
pub(crate) async fn ended(
    engine: &Engine,
    tenant: TenantId,
    before: &[Calendar],
    wait: Duration,
) -> Result<Vec<CalendarId>, StoreError> {
    let deadline = Instant::now() + wait;
    loop {
        // Listening begins before looking, so that a pass which ends in between is not missed.
        let news = engine.runs().notified();
        tokio::pin!(news);
        news.as_mut().enable();
        let mut ended = Vec::with_capacity(before.len());
        for calendar in before {
            let now = match engine.store().calendar(tenant, calendar.id).await {
                Err(StoreError::NotFound { .. }) => continue,
                result => result?,
            };
            if now.sync.pass > calendar.sync.pass && now.sync.progress.is_none() {
                ended.push(calendar.id);
            }
        }
        if ended.len() == before.len() || Instant::now() >= deadline {
            return Ok(ended);
        }
        // An elapsed time is no failure: another process may have pulled, so the rows are looked at again.
        let _elapsed = tokio::time::timeout_at((Instant::now() + LOOK).min(deadline), news).await;
    }
}
