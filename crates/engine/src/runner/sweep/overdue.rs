//! The watchdog: calendars that should be in step and have not been for too long are shown and told, once.
//!
//! The rule is [`kalends_core::sync::watchdog`]. A pass that succeeds ends it, and is told.

use kalends_core::sync::watchdog::{self, Standing, Verdict};
use kalends_store::{Calendar, Effects, Late, StoreError};

use super::{BATCH, calendars::syncs_by_itself};
use crate::{Engine, changes};

/// The error of the entry in the feed.
const CODE: &str = "overdue";

pub(super) async fn sweep(engine: &Engine) -> Result<usize, StoreError> {
    let store = engine.store();
    store.unwatch_calendars().await?;
    let late = Late {
        intervals: watchdog::INTERVALS,
        at_least: watchdog::AT_LEAST,
        every: engine.settings().poll_interval,
    };
    let (mut said, mut after) = (0, None);
    loop {
        let calendars = store.late_calendars(late, after, BATCH).await?;
        let Some(last) = calendars.last() else {
            return Ok(said);
        };
        after = Some(last.id);
        for calendar in &calendars {
            said += usize::from(look_at(engine, calendar).await?);
        }
    }
}

/// Answers whether something was said.
async fn look_at(engine: &Engine, calendar: &Calendar) -> Result<bool, StoreError> {
    let (store, tenant, id) = (engine.store(), calendar.tenant, calendar.id);
    let since = calendar.sync.watched_since;
    if !syncs_by_itself(engine, calendar).await? {
        if since.is_some() {
            store.watch_calendar(tenant, id, None).await?;
        }
        return Ok(false);
    }
    let standing = Standing {
        last_success: calendar.sync.last_synced_at,
        watched_since: since,
        every: calendar
            .sync
            .poll_every
            .unwrap_or(engine.settings().poll_interval),
    };
    let now = engine.ambient().now();
    match (watchdog::judge(standing, now), since) {
        (Verdict::Watch, _) => store.watch_calendar(tenant, id, Some(now)).await.map(|()| false),
        (Verdict::Overdue, Some(since)) => {
            let news = changes::calendar_sync_failed(&calendar.user, calendar.connection, id, CODE);
            let said = store
                .say_overdue(tenant, id, (since, Effects::none().change(news)))
                .await?;
            if said {
                tracing::warn!(calendar = %id, last_error = calendar.sync.last_error, "a calendar is overdue");
            }
            Ok(said)
        }
        (Verdict::InTime | Verdict::Wait | Verdict::Overdue, _) => Ok(false),
    }
}
