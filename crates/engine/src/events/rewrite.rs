//! Writing an event anew after what a person did on their calendar: what both taking a decision back and making one need.

use kalends_core::{
    event::{Content, Event, OriginalStart, PersonRole},
    two_way::called_off,
};
use kalends_store::{
    EditRow, EventCommit, EventRow, EventWrite, LinkAim, LinkRow, LinkStatus, StoreError, TaskLane,
};

use super::{
    EventError,
    put::{Wanted, changing},
    stand,
};
use crate::{Engine, links, runner::task, settings::SettingsError};

/// An event with the link on whose calendar the person did something.
pub(super) struct Rewritten {
    pub(super) event: EventRow,
    pub(super) link: LinkRow,
    /// What the link's calendar shows of the event, or would.
    pub(super) content: Content,
}

impl Rewritten {
    /// Which time of a series the link is for.
    pub(super) const fn time(&self) -> Option<OriginalStart> {
        self.link.standing.state.key.occurrence
    }
}

/// The event of an edit as it is now. A link that is gone with its calendar or its person has nothing to be decided.
pub(super) async fn read(engine: &Engine, edit: &EditRow) -> Result<Rewritten, EventError> {
    let subject = match links::read(engine, edit.tenant, edit.link).await {
        Err(SettingsError::Store(StoreError::NotFound { .. }) | SettingsError::UnknownUser) => None,
        result => result?.into_composed(),
    };
    let (event, link, content) = subject.ok_or(EventError::LinkNotFound)?;
    Ok(Rewritten { event, link, content })
}

/// The commit of an event that is to be another than it was read, as if the application had put it.
pub(super) async fn commit(
    engine: &Engine,
    read: &EventRow,
    event: &Event,
) -> Result<EventCommit, EventError> {
    let key = read.key.as_ref().ok_or(EventError::NotFound)?;
    let writers = stand::writers(engine, read.tenant, event).await?;
    let found = stand::of_key(engine, read.tenant, key, &writers).await?;
    if found.row.as_ref().map(|row| row.version) != Some(read.version) {
        return Err(StoreError::Conflict { what: "event" }.into());
    }
    let wanted = Wanted {
        key: Some(key),
        event,
    };
    let kept = || {
        EventCommit::new(EventWrite::Keep {
            id: read.id,
            version: read.version,
        })
    };
    Ok(changing(engine, read.tenant, &found, (wanted, &writers)).unwrap_or_else(kept))
}

/// Gives the link another aim in the commit of its event, and lets its task follow.
pub(super) fn aim(engine: &Engine, commit: &mut EventCommit, (link, aim): (&LinkRow, LinkAim)) {
    let mut save = link.to_save();
    save.standing.aim = aim;
    save.standing.owed = true;
    save.standing.status = LinkStatus::Pending;
    save.standing.reason = None;
    save.standing.last_error = None;
    this_link(engine, commit, link);
    commit.saved = Some(save);
}

/// Sends what the link no longer holds back.
pub(super) fn release(
    engine: &Engine,
    commit: &mut EventCommit,
    link: &LinkRow,
    held: &kalends_core::two_way::Edit,
) {
    let asked = held.ruled(kalends_core::two_way::Ruling::Asked);
    let mut save = link.to_save();
    save.standing.state.held.retain(|field| !asked.contains(field));
    save.standing.owed = true;
    save.standing.status = LinkStatus::Pending;
    this_link(engine, commit, link);
    commit.saved = Some(save);
}

/// The event as the person's deletion leaves it: cancelled when its organizer deleted it, else off that one calendar.
pub(super) async fn deleted(engine: &Engine, read: &Rewritten) -> Result<EventCommit, EventError> {
    let (event, link) = (&read.event, &read.link);
    let people = &event.event.people;
    let role = people.iter().find(|person| person.user == link.user);
    if role.is_some_and(|person| person.role == PersonRole::Organizer) {
        let cancelled = called_off(&event.event, read.time());
        let mut commit = commit(engine, event, &cancelled).await?;
        if link.standing.aim == LinkAim::Off {
            aim(engine, &mut commit, (link, LinkAim::Removed));
        }
        return Ok(commit);
    }
    let mut commit = commit(engine, event, &event.event).await?;
    aim(engine, &mut commit, (link, LinkAim::Off));
    Ok(commit)
}

/// The link is written by itself, and not with the event's others.
fn this_link(engine: &Engine, commit: &mut EventCommit, link: &LinkRow) {
    commit.shown.retain(|shown| *shown != link.id);
    commit.removed.retain(|removed| *removed != link.id);
    let now = engine.ambient().now();
    let push = task::push_link(link.connection, link.id, TaskLane::Push, now);
    commit.effects.tasks.push(push);
}
