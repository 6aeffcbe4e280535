//! Conflicts as callers see them: events under the application's names.

use std::collections::BTreeMap;

use kalends_core::{
    conflict::Opponent,
    event::EventKey,
    time::{EventId, TenantId},
};
use kalends_store::{ConflictRow, StoreError};

use super::{Conflict, With};
use crate::Engine;

/// The conflicts of these rows, in their order.
pub(super) async fn views(
    engine: &Engine,
    tenant: TenantId,
    rows: Vec<ConflictRow>,
) -> Result<Vec<Conflict>, StoreError> {
    let others = rows.iter().filter_map(|row| match row.opponent {
        Opponent::Event(id) => Some(id),
        _ => None,
    });
    let others: Vec<EventId> = others.collect();
    let keys = engine.store().event_keys(tenant, &others).await?;
    Ok(rows.into_iter().map(|row| view(row, &keys)).collect())
}

fn view(row: ConflictRow, keys: &BTreeMap<EventId, EventKey>) -> Conflict {
    let with = match row.opponent {
        Opponent::External(id) => With::External(id),
        Opponent::Event(id) => With::Event(keys.get(&id).cloned()),
        Opponent::Block(id) => With::Block(id),
        Opponent::Hours => With::Hours,
        Opponent::Edit(id) => With::Edit(id),
        Opponent::Calendar(id) => With::Calendar(id),
    };
    Conflict {
        id: row.id,
        key: row.key,
        user: row.user,
        kind: row.conflict.kind,
        with,
        overlap: row.conflict.overlap,
        resolved: row.resolved,
        opened_at: row.opened_at,
        updated_at: row.updated_at,
    }
}
