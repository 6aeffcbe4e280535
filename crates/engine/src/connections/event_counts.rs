//! How far a connection's calendars are with the person's events.

use std::collections::BTreeMap;

use kalends_core::time::{ConnectionId, TenantId};
use kalends_store::LinkStatus;

use super::{Connection, ConnectionError};
use crate::Engine;

/// How many events stand how on the calendars of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventCounts {
    /// Something is to be sent.
    pub pending: u64,
    /// The calendar shows what is wanted.
    pub synced: u64,
    /// Sending was given up for now.
    pub failed: u64,
    /// The provider does not take it until something changes.
    pub blocked: u64,
    /// The event is off the calendar.
    pub removed: u64,
}

/// Counts the events on the calendars of connections; one without any has none of each.
pub async fn event_counts(
    engine: &Engine,
    tenant: TenantId,
    connections: &[Connection],
) -> Result<BTreeMap<ConnectionId, EventCounts>, ConnectionError> {
    let ids: Vec<ConnectionId> = connections.iter().map(|connection| connection.id).collect();
    let mut counts: BTreeMap<ConnectionId, EventCounts> =
        ids.iter().map(|id| (*id, EventCounts::default())).collect();
    for counted in engine.store().link_counts(tenant, &ids).await? {
        let counts = counts.entry(counted.connection).or_default();
        let count = match counted.status {
            LinkStatus::Pending => &mut counts.pending,
            LinkStatus::Synced => &mut counts.synced,
            LinkStatus::Failed => &mut counts.failed,
            LinkStatus::Blocked => &mut counts.blocked,
            LinkStatus::Removed => &mut counts.removed,
        };
        *count = counted.count;
    }
    Ok(counts)
}
