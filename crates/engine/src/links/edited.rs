//! A person edited the event on their calendar.

use kalends_core::{
    event::Event,
    sync::push::{LinkState, Remote},
    time::EventEditId,
    two_way::{Edit, Ruling, Sides, decide, follow},
};
use kalends_store::{EditState, EditWhat, EditWrite, EventCommit, EventWrite, LinkAim, StoreError, TaskLane};

use super::{news, pushing::Pushing, subject::Subject};
use crate::{
    Engine, conflicts,
    runner::{
        failure::{Class, Failure},
        task,
    },
};

impl Pushing<'_> {
    /// Decides which side's values stay, and writes what follows: the event, its other calendars, what is told and kept of
    /// it, all in one commit.
    pub(super) async fn edited(&mut self, link: LinkState, remote: Remote) -> Result<(), Failure> {
        let Some(synced) = link.synced.clone() else {
            let cause = "an edit of an event that nothing is known of";
            return Err(Failure::new(Class::Bug, "internal", cause));
        };
        let remote_at = remote.provided.updated;
        let sides = Sides {
            wanted: self.subject.wanted(),
            synced: &synced,
            remote: &remote.content,
            remote_at,
        };
        let decision = decide(sides, self.subject.rules(), &link.held);
        self.standing.state = LinkState {
            synced: Some(decision.synced),
            held: decision.held,
            ..link
        };
        self.standing.owed = true;
        self.take_up(remote.made);
        let Some(mut edit) = decision.edit else {
            return Ok(());
        };
        let event = &self.subject.event;
        let followed = follow(&event.event, self.subject.time(), &mut edit);
        let desired_at = remote_at.map_or(event.desired_at, |at| at.max(event.desired_at));
        let write = self.write_of(followed, desired_at);
        self.commit_edit(write, EditWhat::Edited(edit)).await
    }

    /// The write of the event as a person's act leaves it.
    pub(super) fn write_of(&self, now: Event, desired_at: jiff::Timestamp) -> EventWrite {
        let row = &self.subject.event;
        if now == row.event {
            return EventWrite::Keep {
                id: row.id,
                version: row.version,
            };
        }
        EventWrite::Update {
            id: row.id,
            version: row.version,
            key: row.key.clone(),
            event: now,
            desired_at,
        }
    }

    /// Commits what a person did, and goes on with what is true then.
    pub(super) async fn commit_edit(&mut self, write: EventWrite, what: EditWhat) -> Result<(), Failure> {
        let row = &self.subject.event;
        let id = EventEditId::new(self.engine.ambient());
        let told = news::of_edit((row, &self.subject.link), (id, &what), &write);
        let state = if is_open(&what) {
            EditState::Open
        } else {
            EditState::Settled
        };
        let mut commit = EventCommit::new(write);
        others(self.engine, &self.subject, &mut commit).await?;
        let now = self.engine.ambient().now();
        if let EventWrite::Update { event, .. } = &commit.write {
            let looks = conflicts::looks(row.tenant, Some(&row.event), event, now);
            commit.effects.tasks.extend(looks);
        }
        // Also where nothing moves: somebody may be asked, or two have changed the same.
        let look = task::conflicts(row.tenant, &self.subject.link.user, now);
        commit.effects.tasks.push(look);
        commit.saved = Some(self.save(None));
        commit.edit = Some(EditWrite::New {
            id,
            link: self.subject.link.id,
            user: self.subject.link.user.clone(),
            what,
            state,
        });
        commit.effects.changes.append(&mut self.news);
        commit.effects.changes.push(told);
        let tenant = row.tenant;
        self.engine.store().commit_event(tenant, commit).await?;
        let link = self.subject.link.id;
        let gone = || StoreError::Conflict { what: "link" };
        let subject = Subject::load(self.engine, tenant, link).await?;
        self.subject = subject.ok_or_else(gone)?;
        self.standing = self.subject.link.standing.clone();
        Ok(())
    }
}

/// Lets the event's other calendars follow, where it is another than before.
async fn others(engine: &Engine, subject: &Subject, commit: &mut EventCommit) -> Result<(), StoreError> {
    let EventWrite::Update { event, .. } = &commit.write else {
        return Ok(());
    };
    let is_shown = event.is_shown();
    let own = &subject.link;
    let links = engine.store().links_of_events(own.tenant, &[own.event]).await?;
    let now = engine.ambient().now();
    for link in links {
        // A time that is as it was has nothing to follow.
        let is_same = |start| event.occurrence(start) == subject.event.event.occurrence(start);
        let is_same = link.time().is_some_and(is_same) && is_shown;
        if link.id == own.id || link.standing.aim != LinkAim::Shown || is_same {
            continue;
        }
        if is_shown {
            commit.shown.push(link.id);
        } else {
            commit.removed.push(link.id);
        }
        let push = task::push_link(link.connection, link.id, TaskLane::Push, now);
        commit.effects.tasks.push(push);
    }
    Ok(())
}

/// Whether a person is asked.
fn is_open(what: &EditWhat) -> bool {
    use kalends_core::two_way::AfterDeletion;
    match what {
        EditWhat::Edited(Edit { fields, .. }) => fields.values().any(|ruling| *ruling == Ruling::Asked),
        EditWhat::Deleted(outcome) => *outcome == AfterDeletion::Ask,
    }
}
