//! Entries about conflicts. They name the event by its key.

use kalends_core::{
    conflict::{Conflict, Opponent, Overlap},
    event::EventKey,
    time::{ConflictId, UserId},
};
use kalends_store::{ConflictRow, NewChange, Resolution};
use serde_json::{Value, json};

use super::event;
use crate::conflicts::wire;

/// The conflict that an entry is about.
#[derive(Clone, Copy)]
pub(crate) struct Told<'a> {
    pub(crate) id: ConflictId,
    pub(crate) key: &'a EventKey,
    pub(crate) user: &'a UserId,
    pub(crate) opponent: &'a Opponent,
    pub(crate) conflict: Conflict,
}

impl<'a> Told<'a> {
    /// A stored conflict.
    pub(crate) fn of(row: &'a ConflictRow) -> Self {
        Self {
            id: row.id,
            key: &row.key,
            user: &row.user,
            opponent: &row.opponent,
            conflict: row.conflict,
        }
    }
}

/// It was found.
pub(crate) fn conflict_detected(told: Told<'_>) -> NewChange {
    entry("conflict.detected", told, json!({}))
}

/// They meet elsewhere now.
pub(crate) fn conflict_updated(told: Told<'_>, before: Option<Overlap>) -> NewChange {
    entry("conflict.updated", told, json!({ "before": span(before) }))
}

/// It is gone, or a person has resolved it.
pub(crate) fn conflict_resolved(told: Told<'_>, resolution: Resolution) -> NewChange {
    entry(
        "conflict.resolved",
        told,
        json!({ "resolution": wire::resolution(resolution) }),
    )
}

fn entry(kind: &'static str, told: Told<'_>, mut data: Value) -> NewChange {
    data["conflictId"] = json!(told.id.to_string());
    data["kind"] = json!(told.conflict.kind.as_str());
    let opponent = wire::opponent(told.opponent);
    data["with"] = json!({ "type": opponent.sort, "id": opponent.id });
    data["overlap"] = span(told.conflict.overlap);
    event(kind, Some(told.user), told.key, data)
}

fn span(overlap: Option<Overlap>) -> Value {
    overlap.map_or(Value::Null, |overlap| {
        json!({
            "start": overlap.first.start().to_string(),
            "end": overlap.first.end().to_string(),
            "times": overlap.times,
        })
    })
}
