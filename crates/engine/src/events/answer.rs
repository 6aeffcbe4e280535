//! A person says what becomes of an edit or a deletion about which they were asked.

use kalends_core::two_way::{Answer, Ruling, adopt, answered};
use kalends_store::{EditRow, EditState, EditWhat, EditWrite, Effects, LinkAim, LinkStatus};

use super::{EventError, rewrite};
use crate::Engine;

/// Does what the person says, with `effects`, in one transaction. A [`StoreError::Conflict`](crate::StoreError::Conflict) or
/// [`StoreError::Fenced`](crate::StoreError::Fenced) says that something was written meanwhile.
pub(crate) async fn answer(
    engine: &Engine,
    edit: &EditRow,
    answer: Answer,
    effects: Effects,
) -> Result<(), EventError> {
    if edit.state != EditState::Open {
        return Err(EventError::NothingAsked);
    }
    let read = rewrite::read(engine, edit).await?;
    let mut commit = match (&edit.what, answer) {
        (EditWhat::Edited(what), _) => {
            let content = answered(what, answer, &read.content);
            let asked = what.ruled(Ruling::Asked);
            let event = match answer {
                Answer::Ours => read.event.event.clone(),
                Answer::Theirs => adopt(&read.event.event, read.time(), &asked, (&read.content, &content)),
            };
            event.check()?;
            let mut commit = rewrite::commit(engine, &read.event, &event).await?;
            rewrite::release(engine, &mut commit, &read.link, what);
            commit
        }
        (EditWhat::Deleted(_), Answer::Ours) => {
            let mut commit = rewrite::commit(engine, &read.event, &read.event.event).await?;
            rewrite::aim(engine, &mut commit, (&read.link, LinkAim::Shown));
            commit
        }
        (EditWhat::Deleted(_), Answer::Theirs) => {
            let mut commit = rewrite::deleted(engine, &read).await?;
            if let Some(saved) = &mut commit.saved {
                // It is off already.
                saved.standing.status = LinkStatus::Removed;
            }
            commit
        }
    };
    commit.edit = Some(EditWrite::Moved {
        id: edit.id,
        from: EditState::Open,
        to: EditState::Answered,
    });
    commit.effects = commit.effects.and(effects);
    engine.store().commit_event(edit.tenant, commit).await?;
    Ok(())
}
