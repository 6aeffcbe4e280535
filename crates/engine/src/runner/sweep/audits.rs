//! Calendars whose audit is due: as many at a time as the operator lets them take.

use kalends_store::{Dead, StoreError};

use super::{EVERY, ago};
use crate::{
    Engine, audit,
    runner::task::{self, Kind},
};

pub(super) async fn sweep(engine: &Engine) -> Result<usize, StoreError> {
    let audits = engine.settings().audits;
    let store = engine.store();
    let sweeps_an_hour = u32::try_from(3_600 / EVERY.as_secs().max(1)).unwrap_or(1).max(1);
    let most = audits.per_hour.div_ceil(sweeps_an_hour);
    let providers = audit::audited(engine);
    if most == 0 || providers.is_empty() {
        return Ok(0);
    }
    let due = store
        .calendars_to_audit(&providers, ago(engine, audits.every), most)
        .await?;
    let keys: Vec<String> = due.iter().map(|calendar| calendar.id.to_string()).collect();
    let owed = store
        .keys_without_task(Kind::Audit.as_str(), &keys, Dead::Covers)
        .await?;
    for calendar in due
        .iter()
        .filter(|calendar| owed.contains(&calendar.id.to_string()))
    {
        let audit = task::audit(calendar.connection, calendar.id, engine.ambient().now());
        store.enqueue(calendar.tenant, vec![audit]).await?;
    }
    Ok(owed.len())
}
