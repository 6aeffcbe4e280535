//! Resolves a conflict over what a person did on their calendar, as ours or as theirs.

use std::collections::BTreeMap;

use kalends_core::{
    conflict::{ConflictKind, Opponent},
    event::Field,
    two_way::{Answer, Edit, Ruling},
};
use kalends_store::{ConflictRow, EditRow, EditState, EditWhat, Effects, StoreError};

use super::{ConflictError, resolve::settled_alone};
use crate::{
    Engine,
    events::{self, EventError},
};

/// Lets one side's values stay: what a person is asked about is answered, and what was decided for the other side is taken back.
/// `None` where the conflict is not about what a person did.
pub(super) async fn settle(
    engine: &Engine,
    row: &ConflictRow,
    (answer, effects): (Answer, Effects),
) -> Result<Option<()>, ConflictError> {
    let Some(edit) = edit(engine, row, answer).await? else {
        return Ok(None);
    };
    if edit.state == EditState::Open {
        events::answer(engine, &edit, answer, effects).await?;
        return Ok(Some(()));
    }
    let other = match answer {
        Answer::Ours => Ruling::Adopted,
        Answer::Theirs => Ruling::Reverted,
    };
    match decided(&edit, other) {
        Some(edit) => drop(events::undo_edit(engine, &edit, effects).await?),
        // That is how it was decided.
        None => settled_alone(engine, row, effects).await?,
    }
    Ok(Some(()))
}

/// What the person did: of an event that they moved, the move.
async fn edit(engine: &Engine, row: &ConflictRow, answer: Answer) -> Result<Option<EditRow>, ConflictError> {
    match (row.opponent, row.conflict.kind) {
        (Opponent::Edit(id), _) => match engine.store().event_edit(row.tenant, id).await {
            // It was deleted in its time.
            Err(StoreError::NotFound { .. }) => Ok(None),
            edit => Ok(Some(edit?)),
        },
        (_, ConflictKind::MovedIntoConflict) if answer == Answer::Ours => {
            let moved = engine.store().latest_move(row.tenant, row.event).await?;
            Ok(moved.and_then(only_the_move))
        }
        _ => Ok(None),
    }
}

/// The edit as far as it moved the event.
fn only_the_move(row: EditRow) -> Option<EditRow> {
    with_fields(row, |field, ruling| {
        matches!(field, Field::When | Field::Recurrence) && ruling == Ruling::Adopted
    })
}

/// The edit as far as it was decided so; `None` when nothing was.
fn decided(row: &EditRow, other: Ruling) -> Option<EditRow> {
    match &row.what {
        EditWhat::Edited(_) => with_fields(row.clone(), |_, ruling| ruling == other),
        EditWhat::Deleted(_) => None,
    }
}

fn with_fields(row: EditRow, is_wanted: impl Fn(Field, Ruling) -> bool) -> Option<EditRow> {
    let EditWhat::Edited(edit) = row.what else {
        return None;
    };
    let fields = edit.fields.iter().map(|(field, ruling)| (*field, *ruling));
    let fields: BTreeMap<Field, Ruling> = fields
        .filter(|(field, ruling)| is_wanted(*field, *ruling))
        .collect();
    (!fields.is_empty()).then_some(EditRow {
        what: EditWhat::Edited(Edit { fields, ..edit }),
        ..row
    })
}

/// Whether a person is asked, so that keeping both says nothing.
pub(super) async fn is_asked(engine: &Engine, row: &ConflictRow) -> Result<bool, ConflictError> {
    match row.opponent {
        Opponent::Edit(id) => match engine.store().event_edit(row.tenant, id).await {
            Err(StoreError::NotFound { .. }) => Ok(false),
            edit => Ok(edit?.state == EditState::Open),
        },
        _ => Ok(false),
    }
}

/// Whether an error says that somebody else has settled it meanwhile.
pub(super) fn is_overtaken(error: &ConflictError) -> bool {
    match error {
        ConflictError::Store(error) => {
            matches!(error, StoreError::Conflict { .. } | StoreError::Fenced { .. })
        }
        ConflictError::Event(error) => matches!(
            error,
            EventError::AlreadyUndone
                | EventError::NothingAsked
                | EventError::Store(StoreError::Conflict { .. } | StoreError::Fenced { .. })
        ),
        _ => false,
    }
}
