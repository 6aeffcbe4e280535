//! Counts what is planned.

use std::{collections::BTreeMap, time::Duration};

use kalends_core::sync::load::{Load, Polled};
use kalends_store::StoreError;

use super::BudgetLoad;
use crate::Engine;

/// The load of every budget from which calendars are polled.
pub async fn measure(engine: &Engine) -> Result<Vec<BudgetLoad>, StoreError> {
    let mut budgets: BTreeMap<_, Vec<Polled>> = BTreeMap::new();
    for group in engine.store().polled_calendars().await? {
        let polled = Polled {
            calendars: group.calendars,
            every: Duration::try_from(group.every).unwrap_or_default(),
        };
        budgets
            .entry((group.provider, group.client))
            .or_default()
            .push(polled);
    }
    let budgets = budgets.into_iter().map(|((provider, client), polled)| {
        let windows = engine
            .settings()
            .budgets
            .get(&provider)
            .map_or(&[][..], Vec::as_slice);
        let windows: Vec<(u32, Duration)> = windows.iter().map(|window| (window.calls, window.per)).collect();
        BudgetLoad {
            provider,
            client,
            load: Load::of(&polled, &windows),
        }
    });
    Ok(budgets.collect())
}
