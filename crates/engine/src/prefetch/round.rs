//! Enqueues pulls of calendars that will soon be too old.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use kalends_core::{
    sync::prefetch::MOST_LOAD,
    time::{CalendarId, TenantId},
};
use kalends_store::{NewTask, PolledCalendar, StoreError};

use super::ROUND;
use crate::{Engine, connections::Trigger, load::BudgetLoad, runner::task};

/// Calendars that are looked at in one read.
const BATCH: usize = 500;

/// Enqueues what is due before the next round, as far as the budgets have room; answers how many.
pub async fn round(engine: &Engine) -> Result<usize, StoreError> {
    let now = engine.ambient().now();
    let by = now.saturating_add(ROUND).unwrap_or(Timestamp::MAX);
    let mut tenants: BTreeMap<TenantId, Vec<CalendarId>> = BTreeMap::new();
    for (tenant, calendar) in engine.asked().due(by, now) {
        tenants.entry(tenant).or_default().push(calendar);
    }
    let mut room = Room::of(engine.pace().loads());
    let mut made = 0;
    for (tenant, calendars) in tenants {
        for batch in calendars.chunks(BATCH) {
            let tasks = due(engine, tenant, batch, &mut room).await?;
            made += tasks.len();
            if !tasks.is_empty() {
                engine.store().enqueue(tenant, tasks).await?;
            }
        }
    }
    Ok(made)
}

/// The pulls of those that are due by their rows too, which other processes keep fresh as well.
async fn due(
    engine: &Engine,
    tenant: TenantId,
    calendars: &[CalendarId],
    room: &mut Room,
) -> Result<Vec<NewTask>, StoreError> {
    let now = engine.ambient().now();
    let by = now.saturating_add(ROUND).unwrap_or(Timestamp::MAX);
    let rows = engine.store().polled_at_rest(tenant, calendars).await?;
    let rows: HashMap<CalendarId, PolledCalendar> = rows.into_iter().map(|row| (row.calendar, row)).collect();
    let mut tasks = Vec::new();
    for calendar in calendars {
        let Some(row) = rows.get(calendar) else {
            // Under way, in trouble or not polled: what follows is none of this.
            engine.asked().forget(*calendar);
            continue;
        };
        let is_due = engine
            .asked()
            .learn(*calendar, row.as_of)
            .is_some_and(|due| due <= by);
        if is_due && room.take(row) {
            // It will be that fresh when the pull is done; if not, a later round finds it in its row.
            engine.asked().learn(*calendar, now);
            tasks.push(task::pull(row.connection, *calendar, Trigger::Poll, now));
        }
    }
    Ok(tasks)
}

/// How many pulls each budget has room for in this round.
struct Room(Vec<(BudgetLoad, f64)>);

impl Room {
    fn of(loads: Vec<BudgetLoad>) -> Self {
        let room = |budget: BudgetLoad| {
            let pulls = budget.load.room(MOST_LOAD) * ROUND.as_secs_f64();
            (budget, pulls)
        };
        Self(loads.into_iter().map(room).collect())
    }

    /// Takes the room of one pull; a budget that nobody has measured has none.
    fn take(&mut self, row: &PolledCalendar) -> bool {
        let mut budgets = self.0.iter_mut();
        let found =
            budgets.find(|(budget, _)| budget.provider == row.provider && budget.client == row.client);
        let Some((_, pulls)) = found.filter(|(_, pulls)| *pulls >= 1.0) else {
            return false;
        };
        *pulls -= 1.0;
        true
    }
}
