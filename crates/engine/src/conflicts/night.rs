//! Looks at everybody's conflicts once a day: what was far away comes into the covered window, and no task that was lost is missed
//! for longer.

use std::collections::BTreeMap;

use kalends_core::time::TenantId;
use kalends_store::{NewTask, StoreError};

use crate::{Engine, runner::task};

/// People who are read at a time.
const BATCH: u32 = 500;

/// Enqueues a look for everybody with events ahead or a conflict that stands.
pub(crate) async fn look_at_all(engine: &Engine) -> Result<(), StoreError> {
    let now = engine.ambient().now();
    let mut after = None;
    loop {
        let store = engine.store();
        let people = store.people_with_events_ahead(now, after.as_ref(), BATCH).await?;
        let mut tasks: BTreeMap<TenantId, Vec<NewTask>> = BTreeMap::new();
        for person in &people {
            let task = task::conflicts(person.tenant, &person.user, now);
            tasks.entry(person.tenant).or_default().push(task);
        }
        for (tenant, tasks) in tasks {
            store.enqueue(tenant, tasks).await?;
        }
        match people.into_iter().next_back() {
            Some(last) => after = Some(last),
            None => return Ok(()),
        }
    }
}
