//! Task: puts the conflicts that a person has now beside those that stand.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use kalends_core::{
    conflict::{Conflicts, Diff, Opponent, Standing, diff},
    time::{ConflictId, EventId, TenantId, UserId},
};
use kalends_store::{
    ClaimedTask, ConflictChange, ConflictRow, ConflictWrite, ConflictsCommit, Effects, NewConflict,
    Resolution, StoreError,
};

use super::find::{Found, changes_at, find};
use crate::{
    Engine,
    changes::{self, Told},
    runner::{
        failure::{Class, Failure},
        task,
    },
};

/// How often is looked again when somebody resolves conflicts meanwhile.
const TRIES: usize = 5;

/// Opens what is new, closes what is gone, and comes back when time alone changes something.
pub(crate) async fn look(engine: &Engine, task: &ClaimedTask) -> Result<(), Failure> {
    let (Some(tenant), Some(user)) = (task.tenant, task::conflicts_of(&task.key)) else {
        return Err(Failure::new(Class::Bug, "internal", "the task names no person"));
    };
    for _ in 0..TRIES {
        let now = engine.ambient().now();
        // Read first: whatever changes afterwards is refused by its revision, or looked at again.
        let standing = engine.store().standing_conflicts(tenant, &user).await?;
        let Some(found) = find(engine, tenant, &user, now).await? else {
            return Ok(());
        };
        let Some(mut commit) = plan(engine, (tenant, &user), &standing, &found, now) else {
            return Ok(());
        };
        commit.lease = Some(task.lease);
        match engine.store().commit_conflicts(tenant, commit).await {
            Err(StoreError::Conflict { .. } | StoreError::NotFound { .. }) => {}
            result => return Ok(result?),
        }
    }
    let cause = "conflicts changed while they were looked for";
    Err(Failure::new(Class::Transient, "overtaken", cause))
}

/// What to write; `None` when nothing is to be written and nothing to be looked at later.
fn plan(
    engine: &Engine,
    (tenant, user): (TenantId, &UserId),
    rows: &[ConflictRow],
    found: &Found,
    now: Timestamp,
) -> Option<ConflictsCommit> {
    let mut of_event: BTreeMap<EventId, BTreeMap<Opponent, &ConflictRow>> = BTreeMap::new();
    for row in rows {
        of_event.entry(row.event).or_default().insert(row.opponent, row);
    }
    let nothing = Conflicts::new();
    let events: BTreeSet<EventId> = of_event.keys().chain(found.conflicts.keys()).copied().collect();
    let mut commit = ConflictsCommit {
        lease: None,
        changed: Vec::new(),
        opened: Vec::new(),
        effects: Effects::none(),
    };
    for event in events {
        let rows = of_event.remove(&event).unwrap_or_default();
        let difference = diff(
            &standing(&rows),
            found.conflicts.get(&event).unwrap_or(&nothing),
            now,
        );
        write(&mut commit, &rows, &difference);
        let key = found.events.get(&event).and_then(|ahead| ahead.row.key.as_ref());
        for (opponent, conflict) in difference.opened {
            // What has conflicts is ahead, and what is ahead has a key.
            let Some(key) = key else { continue };
            let new = NewConflict {
                id: ConflictId::new(engine.ambient()),
                event,
                user: user.clone(),
                opponent,
                conflict,
            };
            let told = Told {
                id: new.id,
                key,
                user,
                opponent: &new.opponent,
                conflict,
            };
            commit.effects.changes.push(changes::conflict_detected(told));
            commit.opened.push(new);
        }
    }
    let next = changes_at(found).map(|at| task::conflicts(tenant, user, at.max(now)));
    commit.effects.tasks.extend(next);
    let is_empty = commit.changed.is_empty() && commit.opened.is_empty() && commit.effects.tasks.is_empty();
    (!is_empty).then_some(commit)
}

/// What stands of an event's conflicts, by who resolved it.
fn standing(rows: &BTreeMap<Opponent, &ConflictRow>) -> Standing {
    let mut standing = Standing::default();
    for (opponent, row) in rows {
        let list = match row.resolved {
            None => &mut standing.open,
            Some(_) => &mut standing.kept,
        };
        list.insert(*opponent, row.conflict);
    }
    standing
}

/// Adds what becomes of rows, and what is told of it.
fn write(commit: &mut ConflictsCommit, rows: &BTreeMap<Opponent, &ConflictRow>, difference: &Diff) {
    let mut change = |row: &ConflictRow, change| {
        commit.changed.push(ConflictWrite {
            id: row.id,
            revision: row.revision,
            change,
        });
    };
    let row = |opponent: &Opponent| rows.get(opponent).copied();
    for row in difference.lapsed.iter().filter_map(row) {
        change(row, ConflictChange::Lapsed);
    }
    for row in difference.closed.iter().filter_map(row) {
        change(row, ConflictChange::Resolved(Resolution::Gone));
        let news = changes::conflict_resolved(Told::of(row), Resolution::Gone);
        commit.effects.changes.push(news);
    }
    for (opponent, conflict) in &difference.aged {
        if let Some(row) = row(opponent) {
            change(row, ConflictChange::Met(conflict.overlap));
        }
    }
    for (opponent, conflict) in &difference.moved {
        if let Some(row) = row(opponent) {
            change(row, ConflictChange::Met(conflict.overlap));
            let told = Told {
                conflict: *conflict,
                ..Told::of(row)
            };
            let news = changes::conflict_updated(told, row.conflict.overlap);
            commit.effects.changes.push(news);
        }
    }
}
