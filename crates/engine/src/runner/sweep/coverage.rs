//! Calendars whose covered window has to move on, which needs no provider: those that nobody pulls, and those whose
//! provider is away, stay covered as far ahead as their user wants.

use kalends_store::{Dead, NewTask, StoreError, TaskLane};

use super::BATCH;
use crate::{
    Engine,
    runner::task::{self, Kind},
};

pub(super) async fn sweep(engine: &Engine) -> Result<usize, StoreError> {
    let store = engine.store();
    let (mut made, mut after) = (0, None);
    loop {
        let calendars = store.calendars_to_roll(after, BATCH).await?;
        let Some(last) = calendars.last() else {
            return Ok(made);
        };
        after = Some(last.id);
        let keys: Vec<String> = calendars.iter().map(|calendar| calendar.id.to_string()).collect();
        // A dead one covers its key too: it comes back after its rest.
        let owed = store
            .keys_without_task(Kind::Recompile.as_str(), &keys, Dead::Covers)
            .await?;
        for (calendar, key) in calendars.iter().zip(&keys) {
            if owed.contains(key) {
                let now = engine.ambient().now();
                let recompile = task::recompile(calendar.connection, calendar.id, None, now);
                // All windows end with a month, so all move on at once; nobody waits for it.
                let recompile = NewTask {
                    lane: TaskLane::Freshness,
                    ..recompile
                };
                store.enqueue(calendar.tenant, vec![recompile]).await?;
                made += 1;
            }
        }
    }
}
