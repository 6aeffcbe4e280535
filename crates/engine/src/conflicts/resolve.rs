//! Resolves a conflict as a person says.

use jiff::Timestamp;
use kalends_core::{
    event::Event,
    external_event::EventStatus,
    invalid_field::InvalidField,
    time::{ConflictId, Interval, TenantId},
    two_way::Answer,
};
use kalends_store::{
    ConflictChange, ConflictRow, ConflictWrite, ConflictsCommit, Effects, EventRow, Resolution, StoreError,
};

use super::{Conflict, ConflictError, open, suggest, theirs, view::views};
use crate::{
    Engine,
    changes::{self, Told},
    events::{self, EventError},
};

/// How often a resolution is planned again that something overtook.
const TRIES: usize = 5;

/// What a person wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The event takes place at another time.
    Move {
        /// When it begins; all of its people must be free and working then.
        start: Timestamp,
    },
    /// Both stay as they are. It is quiet for as long as they meet where they meet now.
    KeepBoth,
    /// The event does not take place; of a series the time that is in conflict.
    CancelOurs,
    /// What the person did on their calendar is taken back: that they moved the event, or what competes with the application.
    UndoTheirs,
    /// What competes with the application stays as the person has it.
    KeepTheirs,
}

impl Action {
    /// The word that the API uses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Move { .. } => "move",
            Self::KeepBoth => "keep_both",
            Self::CancelOurs => "cancel_ours",
            Self::UndoTheirs => "undo_theirs",
            Self::KeepTheirs => "keep_theirs",
        }
    }

    const fn resolution(self) -> Resolution {
        match self {
            Self::Move { .. } => Resolution::Moved,
            Self::KeepBoth => Resolution::KeptBoth,
            Self::CancelOurs => Resolution::CancelledOurs,
            Self::UndoTheirs => Resolution::UndidTheirs,
            Self::KeepTheirs => Resolution::KeptTheirs,
        }
    }
}

/// Does what a person wants about a conflict, and resolves it with that, in one transaction. Of two who resolve one conflict at
/// once the second is refused.
pub async fn resolve(
    engine: &Engine,
    tenant: TenantId,
    id: ConflictId,
    action: Action,
) -> Result<Conflict, ConflictError> {
    for _ in 0..TRIES {
        let row = open(engine, tenant, id).await?;
        let event = engine.store().event(tenant, row.event).await?;
        let effects = settled(&row, action.resolution());
        let done = match action {
            Action::KeepBoth => keep(engine, &row, effects).await,
            Action::Move { start } => {
                let wanted = moved(engine, (&row, &event), start).await?;
                alter(engine, (&row, &event), (&wanted, effects)).await
            }
            Action::CancelOurs => {
                let wanted = cancelled(engine, (&row, &event)).await?;
                alter(engine, (&row, &event), (&wanted, effects)).await
            }
            Action::UndoTheirs => as_answered(engine, &row, (action, Answer::Ours, effects)).await,
            Action::KeepTheirs => as_answered(engine, &row, (action, Answer::Theirs, effects)).await,
        };
        match done {
            // Overtaken by whoever changed the event or resolved the conflict.
            Err(error) if theirs::is_overtaken(&error) => {}
            Err(error) => return Err(error),
            Ok(()) => {
                let row = engine.store().conflict(tenant, id).await?;
                let found = views(engine, tenant, vec![row]).await?;
                return found.into_iter().next().ok_or(ConflictError::NotFound);
            }
        }
    }
    Err(StoreError::Conflict { what: "conflict" }.into())
}

/// The conflict's resolution, and what is told of it.
fn settled(row: &ConflictRow, resolution: Resolution) -> Effects {
    let mut effects = Effects::none().change(changes::conflict_resolved(Told::of(row), resolution));
    effects.settled.push(ConflictWrite {
        id: row.id,
        revision: row.revision,
        change: ConflictChange::Resolved(resolution),
    });
    effects
}

async fn keep(engine: &Engine, row: &ConflictRow, effects: Effects) -> Result<(), ConflictError> {
    if theirs::is_asked(engine, row).await? {
        return Err(impossible(row, Action::KeepBoth));
    }
    settled_alone(engine, row, effects).await
}

/// Lets one side's values stay.
async fn as_answered(
    engine: &Engine,
    row: &ConflictRow,
    (action, answer, effects): (Action, Answer, Effects),
) -> Result<(), ConflictError> {
    let settled = theirs::settle(engine, row, (answer, effects)).await?;
    settled.ok_or_else(|| impossible(row, action))
}

/// Writes the resolution and nothing else.
pub(super) async fn settled_alone(
    engine: &Engine,
    row: &ConflictRow,
    effects: Effects,
) -> Result<(), ConflictError> {
    let commit = ConflictsCommit {
        lease: None,
        changed: Vec::new(),
        opened: Vec::new(),
        effects,
    };
    Ok(engine.store().commit_conflicts(row.tenant, commit).await?)
}

async fn alter(
    engine: &Engine,
    (row, read): (&ConflictRow, &EventRow),
    wanted: (&Event, Effects),
) -> Result<(), ConflictError> {
    match events::alter(engine, row.tenant, (&row.key, read), wanted).await {
        // The event keeps its time free, and something else took it just now.
        Err(EventError::Store(StoreError::NotFree { .. })) => Err(taken(engine, (row, read)).await?),
        Err(EventError::Store(error)) => Err(error.into()),
        result => Ok(result?),
    }
}

/// The refusal of a time that is not free, with others.
async fn taken(
    engine: &Engine,
    (row, read): (&ConflictRow, &EventRow),
) -> Result<ConflictError, ConflictError> {
    let suggestions = suggest::for_event(engine, (row, read)).await?;
    Ok(ConflictError::Taken { suggestions })
}

/// The event at its new time, when its people can come then.
async fn moved(
    engine: &Engine,
    (row, read): (&ConflictRow, &EventRow),
    start: Timestamp,
) -> Result<Event, ConflictError> {
    let action = Action::Move { start };
    if start <= engine.ambient().now() {
        return Err(InvalidField::new("start", "in the future").into());
    }
    if start.subsec_nanosecond() != 0 {
        return Err(InvalidField::new("start", "in whole seconds").into());
    }
    let zone = suggest::zone(engine, row.tenant, &row.user).await?;
    let subject = suggest::subject(row, &read.event, &zone).ok_or_else(|| impossible(row, action))?;
    let start_us = start.as_microsecond();
    let time = Interval::from_micros(start_us, start_us + subject.time.len_us());
    let wanted = subject.moved(&read.event, start);
    let (Some(time), Some(wanted)) = (time, wanted) else {
        return Err(InvalidField::new("start", "an instant of the calendar").into());
    };
    if suggest::is_free(engine, (read, subject), time).await? {
        return Ok(wanted);
    }
    Err(taken(engine, (row, read)).await?)
}

/// The event without the time that is in conflict, or not at all.
async fn cancelled(engine: &Engine, (row, read): (&ConflictRow, &EventRow)) -> Result<Event, ConflictError> {
    let zone = suggest::zone(engine, row.tenant, &row.user).await?;
    let event = &read.event;
    let subject = row
        .conflict
        .overlap
        .and_then(|overlap| kalends_core::conflict::TimeInConflict::of(event, &zone, overlap));
    let without = subject.and_then(|subject| subject.cancelled(event));
    Ok(without.unwrap_or_else(|| Event {
        status: EventStatus::Cancelled,
        ..event.clone()
    }))
}

fn impossible(row: &ConflictRow, action: Action) -> ConflictError {
    ConflictError::Impossible {
        action: action.as_str(),
        kind: row.conflict.kind,
    }
}
