//! Measures from time to time, and tells operators what they should know.

use jiff::SignedDuration;
use kalends_store::StoreError;

use super::{BudgetLoad, measure};
use crate::Engine;

/// How long a measurement is good.
const GOOD_FOR: SignedDuration = SignedDuration::from_mins(4);

/// Watches; trouble is logged and tried again.
pub(crate) async fn keep(engine: &Engine) {
    if let Err(error) = watch(engine).await {
        tracing::error!(%error, "the load of polling cannot be measured");
    }
}

/// Measures when the last measurement is too old; logs it at the start and hourly, and when a budget begins or ceases
/// to be overdrawn.
pub async fn watch(engine: &Engine) -> Result<(), StoreError> {
    let now = engine.ambient().now();
    if !engine.pace().is_older_than(GOOD_FOR, now) {
        return Ok(());
    }
    let loads = measure(engine).await?;
    let turns = engine.pace().set(loads.clone(), now);
    if turns.is_time_to_tell {
        for budget in &loads {
            tell(budget);
        }
    }
    for BudgetLoad {
        provider,
        client,
        load,
    } in &turns.over
    {
        tracing::warn!(
            %provider,
            client,
            calendars = load.calendars,
            load_percent = percent(load.share()),
            stretch = load.stretch(),
            "polling asks for more than its part of the budget: intervals are stretched until it does not"
        );
    }
    for BudgetLoad { provider, client, .. } in &turns.carried {
        tracing::info!(%provider, client, "the budget carries the polling again");
    }
    Ok(())
}

fn tell(
    BudgetLoad {
        provider,
        client,
        load,
    }: &BudgetLoad,
) {
    tracing::info!(
        %provider,
        client,
        calendars = load.calendars,
        load_percent = percent(load.share()),
        "load of polling on the budget"
    );
}

fn percent(share: f64) -> f64 {
    (share * 1_000.0).round() / 10.0
}
