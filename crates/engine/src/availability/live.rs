//! Asks providers before answering, for callers who need to know how it is now.

use std::{collections::HashSet, time::Duration};

use kalends_core::time::{CalendarId, TenantId};
use kalends_store::{Calendar, CalendarIndex, ConnectionState, StoreError};

use crate::{Engine, connections::Trigger, pull::request};

/// How long an answer waits for providers.
const WAIT: Duration = Duration::from_secs(8);

/// Whether there is a provider to ask.
pub(super) fn can_be_asked(index: &CalendarIndex) -> bool {
    matches!(
        index.connection_state,
        ConnectionState::Active | ConnectionState::Degraded
    )
}

/// Pulls the calendars ahead of everything else, one pull each however many questions wait for it, and answers which
/// of them did not come to an end in time.
pub(super) async fn check(
    engine: &Engine,
    tenant: TenantId,
    late: &[CalendarId],
) -> Result<HashSet<CalendarId>, StoreError> {
    let mut before: Vec<Calendar> = Vec::with_capacity(late.len());
    for id in late {
        before.push(engine.store().calendar(tenant, *id).await?);
    }
    request::enqueue(engine, tenant, &before, Trigger::Live).await?;
    let ended = request::ended(engine, tenant, &before, WAIT).await?;
    Ok(late.iter().copied().filter(|id| !ended.contains(id)).collect())
}
