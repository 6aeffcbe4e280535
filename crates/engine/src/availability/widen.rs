//! Lets the index reach as far as people ask.

use kalends_core::{
    sync::coverage::{self, WindowDays},
    time::{Interval, TenantId},
};
use kalends_store::StoreError;

use super::rows::Rows;
use crate::{Engine, runner::task};

/// Enqueues recompilations of calendars that end before the window does. Until they are done the rest of the window
/// is unknown; what is farther away than a calendar may reach stays so.
pub(super) async fn widen(
    engine: &Engine,
    tenant: TenantId,
    rows: &Rows,
    window: Interval,
) -> Result<(), StoreError> {
    let now = engine.ambient().now();
    let mut tasks = Vec::new();
    for index in &rows.indexes {
        let Some(covered) = index.covered.filter(|covered| covered.end() < window.end()) else {
            continue;
        };
        let read = rows
            .settings
            .get(&index.user)
            .map(|settings| settings.read)
            .unwrap_or_default();
        let days = WindowDays {
            back: read.window_back_days,
            ahead: read.window_ahead_days,
        };
        if coverage::rolled(covered, now, days, Some(window.end())).is_some() {
            tasks.push(task::recompile(
                index.connection,
                index.calendar,
                Some(window.end()),
                now,
            ));
        }
    }
    if tasks.is_empty() {
        Ok(())
    } else {
        engine.store().enqueue(tenant, tasks).await
    }
}
