//! Takes back what was decided over what a person did on their calendar.

use kalends_core::{
    event::{EventKey, Field},
    external_event::EventStatus,
    time::{EventEditId, TenantId},
    two_way::{self, Edit, Ruling, adopt},
};
use kalends_store::{
    EditRow, EditState, EditWhat, EditWrite, Effects, EventCommit, EventRow, LinkAim, LinkRow, StoreError,
};

use super::{
    Event, EventError, get,
    put::TRIES,
    rewrite::{self, Rewritten},
};
use crate::{Engine, changes};

/// A decision that was taken back.
#[derive(Clone, Debug, PartialEq)]
pub struct Undone {
    /// The event as it is now.
    pub event: Event,
    /// The fields that have the values again that had lost; none of a deletion.
    pub fields: Vec<Field>,
    /// Fields that somebody changed since: they stay as they are.
    pub changed_since: Vec<Field>,
}

/// Takes back what was decided over an edit or a deletion; `seq` is the number of the entry of the feed that tells of it. The
/// side that lost has its values again, as the application's newest version.
pub async fn undo(engine: &Engine, tenant: TenantId, key: &EventKey, seq: i64) -> Result<Undone, EventError> {
    for _ in 0..TRIES {
        let edit = told(engine, tenant, key, seq).await?;
        match undo_edit(engine, &edit, Effects::none()).await {
            // The event or its link was written meanwhile.
            Err(EventError::Store(StoreError::Conflict { .. } | StoreError::Fenced { .. })) => {}
            undone => {
                let (fields, changed_since) = undone?;
                return Ok(Undone {
                    event: get(engine, tenant, key).await?,
                    fields,
                    changed_since,
                });
            }
        }
    }
    Err(StoreError::Conflict { what: "event" }.into())
}

/// What an entry of the feed tells of.
async fn told(engine: &Engine, tenant: TenantId, key: &EventKey, seq: i64) -> Result<EditRow, EventError> {
    let store = engine.store();
    let event = match store.event_by_key(tenant, key).await {
        Err(StoreError::NotFound { .. }) => return Err(EventError::NotFound),
        result => result?,
    };
    let unknown = || EventError::ChangeNotFound { seq };
    let page = store.changes(tenant, seq.saturating_sub(1), 1).await?;
    let told = page.changes.into_iter().find(|change| change.seq == seq);
    let edit = told.as_ref().and_then(|told| told.data.get("editId")?.as_str());
    let edit: Option<EventEditId> = edit.and_then(|id| id.parse().ok());
    match store.event_edit(tenant, edit.ok_or_else(unknown)?).await {
        Ok(edit) if edit.event == event.id => Ok(edit),
        Ok(_) | Err(StoreError::NotFound { .. }) => Err(unknown()),
        Err(error) => Err(error.into()),
    }
}

/// Takes back what was decided, with `effects`, in one transaction; answers the fields that are as they were, and those that
/// somebody changed since. A [`StoreError::Conflict`] or [`StoreError::Fenced`] says that something was written meanwhile.
pub(crate) async fn undo_edit(
    engine: &Engine,
    edit: &EditRow,
    effects: Effects,
) -> Result<(Vec<Field>, Vec<Field>), EventError> {
    match edit.state {
        EditState::Undone => return Err(EventError::AlreadyUndone),
        EditState::Open => return Err(EventError::NotDecided),
        EditState::Settled | EditState::Answered => {}
    }
    let read = rewrite::read(engine, edit).await?;
    let (mut commit, fields, changed_since) = match &edit.what {
        EditWhat::Edited(what) => fields_back(engine, &read, what).await?,
        EditWhat::Deleted(_) => (deletion_back(engine, &read).await?, Vec::new(), Vec::new()),
    };
    let version = match &commit.write {
        kalends_store::EventWrite::Update { version, .. } => version + 1,
        _ => read.event.version,
    };
    commit.edit = Some(EditWrite::Moved {
        id: edit.id,
        from: edit.state,
        to: EditState::Undone,
    });
    // It is told as what it is.
    let key = read.event.key.as_ref().ok_or(EventError::NotFound)?;
    commit.effects.changes = vec![changes::event_undone(
        &edit.user,
        key,
        changes::Undoing {
            edit: edit.id,
            version,
            fields: &fields,
            changed_since: &changed_since,
        },
    )];
    commit.effects = commit.effects.and(effects);
    engine.store().commit_event(edit.tenant, commit).await?;
    Ok((fields, changed_since))
}

/// The event with the values that had lost.
async fn fields_back(
    engine: &Engine,
    read: &Rewritten,
    edit: &Edit,
) -> Result<(EventCommit, Vec<Field>, Vec<Field>), EventError> {
    let undone = two_way::undo(edit, &read.content);
    let mut ruled = edit.ruled(Ruling::Adopted);
    ruled.extend(edit.ruled(Ruling::Reverted));
    let fields = ruled.difference(&undone.changed_since).copied().collect();
    let changed_since: Vec<Field> = undone.changed_since.iter().copied().collect();
    let event = adopt(
        &read.event.event,
        read.time(),
        &fields,
        (&read.content, &undone.content),
    );
    if fields.is_empty() {
        return Err(EventError::NothingToUndo {
            fields: changed_since,
        });
    }
    event.check()?;
    let commit = rewrite::commit(engine, &read.event, &event).await?;
    Ok((commit, fields.into_iter().collect(), changed_since))
}

/// What was taken away is there again; what was put back is gone.
async fn deletion_back(engine: &Engine, read: &Rewritten) -> Result<EventCommit, EventError> {
    let (event, link): (&EventRow, &LinkRow) = (&read.event, &read.link);
    let is_cancelled = event.event.status == EventStatus::Cancelled;
    if let Some(with_it) = read.time().and_then(|start| event.event.with(start)) {
        return rewrite::commit(engine, event, &with_it).await;
    }
    let mut now = event.event.clone();
    if is_cancelled || link.standing.aim == LinkAim::Off {
        if is_cancelled {
            now.status = EventStatus::Confirmed;
        }
        let mut commit = rewrite::commit(engine, event, &now).await?;
        if link.standing.aim == LinkAim::Off {
            rewrite::aim(engine, &mut commit, (link, LinkAim::Shown));
        }
        return Ok(commit);
    }
    rewrite::deleted(engine, read).await
}
