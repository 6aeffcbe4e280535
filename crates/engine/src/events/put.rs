//! Puts an event.

use std::collections::BTreeSet;

use kalends_core::{
    ambient::Ambient,
    event::{self, EventKey, Person},
    time::{EventId, EventLinkId, TenantId, UserId},
};
use kalends_store::{
    Claiming, Effects, EventCommit, EventRow, EventWrite, HoldWrite, NewLink, StoreError, TaskLane,
};

use super::{
    Condition, Event, EventError,
    flag::flagged_one,
    news,
    pace::Pace,
    plan::{LinkPlan, plan, reachable},
    stand::{self, Standing},
    view::view,
};
use crate::{
    Engine,
    claims::{self, RequireFree},
    conflicts,
};

/// How often a change that others overtook is planned again.
pub(crate) const TRIES: usize = 5;

/// What is to be put.
#[derive(Clone, Debug, PartialEq)]
pub struct PutEvent {
    /// The application's name for it.
    pub key: EventKey,
    /// What is wanted.
    pub event: event::Event,
    /// On what condition.
    pub condition: Condition,
}

/// What putting an event did.
#[derive(Clone, Debug, PartialEq)]
pub enum Put {
    /// There was none.
    Created(Event),
    /// It changed, or was so already.
    Stored(Event),
}

/// Makes the event or changes it to what is wanted. An event that is so already keeps its version, and a series the
/// exceptions whose times it still has. Links, the tasks that push them and the news are written with it, in one transaction.
pub async fn put(engine: &Engine, tenant: TenantId, put: PutEvent) -> Result<Put, EventError> {
    put_with(engine, tenant, put, None).await
}

/// [`put`], when all of the event's time is free; time that it has taken on these terms already is not asked for again.
pub async fn put_where_free(
    engine: &Engine,
    tenant: TenantId,
    put: PutEvent,
    require: &RequireFree,
) -> Result<Put, EventError> {
    put_with(engine, tenant, put, Some(require)).await
}

async fn put_with(
    engine: &Engine,
    tenant: TenantId,
    put: PutEvent,
    require: Option<&RequireFree>,
) -> Result<Put, EventError> {
    put.event.check()?;
    let writers = stand::writers(engine, tenant, &put.event).await?;
    for _ in 0..TRIES {
        let found = stand::of_key(engine, tenant, &put.key, &writers).await?;
        let current = found.row.as_ref().map(|row| row.version);
        put.condition.check(current)?;
        let event = put.event.clone();
        let event = match &found.row {
            Some(row) => event.with_exceptions_of(&row.event),
            None => event,
        };
        let wanted = Wanted {
            key: Some(&put.key),
            event: &event,
        };
        let claiming = match require {
            Some(require) => claims::demand(engine, tenant, &event, (require, None)).await?,
            None => Claiming::Kept,
        };
        let also = Also {
            claiming,
            ..Also::default()
        };
        match change_with(engine, tenant, &found, (wanted, &writers), also).await {
            Err(StoreError::Conflict { .. }) => {}
            Err(StoreError::NotFree { refused }) => {
                let id = found.row.as_ref().map(|row| row.id);
                let usual = RequireFree::default();
                let refused = (require.unwrap_or(&usual), refused);
                let not_free = claims::not_free(engine, tenant, (&event, id), refused).await?;
                return Err(EventError::NotFree(not_free));
            }
            changed => {
                let changed = changed?;
                let event = settled(engine, tenant, (found, changed)).await?;
                return Ok(if current.is_none() {
                    Put::Created(event)
                } else {
                    Put::Stored(flagged_one(engine, tenant, event).await?)
                });
            }
        }
    }
    Err(StoreError::Conflict { what: "event" }.into())
}

/// What an event is to be, under which name.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) key: Option<&'a EventKey>,
    pub(crate) event: &'a event::Event,
}

/// What becomes true with a change of an event.
#[derive(Debug, Default)]
pub(crate) struct Also {
    /// The id of the event, if it is new.
    pub(crate) id: Option<EventId>,
    /// What it does about its people's time.
    pub(crate) claiming: Claiming,
    /// What becomes of the hold that it is.
    pub(crate) hold: Option<HoldWrite>,
    /// What follows besides.
    pub(crate) effects: Effects,
}

/// Writes what differs from what is stored; `None` when nothing does. [`StoreError::Conflict`] when it has changed since it
/// was read.
pub(super) async fn change(
    engine: &Engine,
    tenant: TenantId,
    found: &Standing,
    wanted: (Wanted<'_>, &BTreeSet<UserId>),
) -> Result<Option<EventRow>, StoreError> {
    change_with(engine, tenant, found, wanted, Also::default()).await
}

/// [`change`], and what becomes true with it.
pub(crate) async fn change_with(
    engine: &Engine,
    tenant: TenantId,
    found: &Standing,
    wanted: (Wanted<'_>, &BTreeSet<UserId>),
    also: Also,
) -> Result<Option<EventRow>, StoreError> {
    match changing_with(engine, tenant, found, wanted, also) {
        Some(commit) => engine.store().commit_event(tenant, commit).await.map(Some),
        None => Ok(None),
    }
}

/// What writes that which differs from what is stored, with everything that follows; `None` when nothing does.
pub(super) fn changing(
    engine: &Engine,
    tenant: TenantId,
    found: &Standing,
    wanted: (Wanted<'_>, &BTreeSet<UserId>),
) -> Option<EventCommit> {
    changing_with(engine, tenant, found, wanted, Also::default())
}

fn changing_with(
    engine: &Engine,
    tenant: TenantId,
    found: &Standing,
    (wanted, writers): (Wanted<'_>, &BTreeSet<UserId>),
    also: Also,
) -> Option<EventCommit> {
    let before = found.row.as_ref();
    let links = plan(wanted.event, before.map(|row| &row.event), found.around(writers));
    let write = write(engine.ambient(), (before, also.id), wanted);
    let is_more = also.hold.is_some() || !matches!(also.claiming, Claiming::Kept);
    if matches!(write, EventWrite::Keep { .. }) && links.is_empty() && !is_more {
        return None;
    }
    let mut pace = Pace::at_once(TaskLane::Push, engine.ambient().now());
    let mut commit = commit(engine, found, (write, links), &mut pace);
    (commit.claiming, commit.hold) = (also.claiming, also.hold);
    if commit.hold.is_none() {
        commit.effects.changes.extend(news::of_change(wanted, before));
    }
    commit.effects = commit.effects.and(also.effects);
    if wanted.key.is_some() {
        // A hold had no conflicts.
        let before = before.filter(|row| row.key.is_some()).map(|row| &row.event);
        let looks = conflicts::looks(tenant, before, wanted.event, engine.ambient().now());
        commit.effects.tasks.extend(looks);
    }
    Some(commit)
}

/// What is written of the event.
fn write(
    ambient: &Ambient,
    (before, new): (Option<&EventRow>, Option<EventId>),
    wanted: Wanted<'_>,
) -> EventWrite {
    let (key, event) = (wanted.key.cloned(), wanted.event.clone());
    match before {
        None => EventWrite::Insert {
            id: new.unwrap_or_else(|| EventId::new(ambient)),
            key,
            event,
        },
        Some(row) if row.event == event && row.key == key => EventWrite::Keep {
            id: row.id,
            version: row.version,
        },
        Some(row) => EventWrite::Update {
            id: row.id,
            version: row.version,
            key,
            event,
            desired_at: ambient.now(),
        },
    }
}

/// The write with its links and the tasks that push them.
pub(super) fn commit(
    engine: &Engine,
    found: &Standing,
    (write, links): (EventWrite, LinkPlan),
    pace: &mut Pace,
) -> EventCommit {
    let mut commit = EventCommit::new(write);
    for target in links.new {
        let id = EventLinkId::new(engine.ambient());
        if let Some(connection) = reachable(&found.calendars, target.calendar) {
            commit.effects.tasks.push(pace.push(connection, id));
        }
        commit.new_links.push(NewLink {
            id,
            user: target.user,
            calendar: target.calendar,
            place: target.place,
        });
    }
    for id in links.shown.iter().chain(&links.removed) {
        let row = found.links.iter().find(|row| row.id == *id);
        let connection = row.and_then(|row| reachable(&found.calendars, row.calendar));
        let push = connection.map(|connection| pace.push(connection, *id));
        commit.effects.tasks.extend(push);
    }
    commit.shown = links.shown;
    commit.removed = links.removed;
    commit
}

/// The event as it is after a change. Whoever chose a calendar while the event was being written is given it now: their
/// choice did not see the event yet, and the event not their choice.
async fn settled(
    engine: &Engine,
    tenant: TenantId,
    (before, changed): (Standing, Option<EventRow>),
) -> Result<Event, EventError> {
    let Some(row) = changed else {
        let row = before.row.ok_or(EventError::NotFound)?;
        return Ok(view(row, &before.links, &before.calendars)?);
    };
    let links = engine.store().links_of_events(tenant, &[row.id]).await?;
    let lacks = |person: &Person| !links.iter().any(|link| link.user == person.user);
    let writers = if row.event.is_shown() && row.event.people.iter().any(lacks) {
        stand::writers(engine, tenant, &row.event).await?
    } else {
        BTreeSet::new()
    };
    let mut now = Standing {
        calendars: stand::calendars(engine, tenant, &writers, &links).await?,
        row: Some(row.clone()),
        links,
    };
    let links = plan(&row.event, Some(&row.event), now.around(&writers));
    if !writers.is_empty() && !links.is_empty() {
        let write = EventWrite::Keep {
            id: row.id,
            version: row.version,
        };
        let mut pace = Pace::at_once(TaskLane::Push, engine.ambient().now());
        let commit = commit(engine, &now, (write, links), &mut pace);
        match engine.store().commit_event(tenant, commit).await {
            // Overtaken: whoever did so planned the links from what is true now.
            Err(StoreError::Conflict { .. }) => {}
            result => drop(result?),
        }
        now.links = engine.store().links_of_events(tenant, &[row.id]).await?;
    }
    Ok(view(row, &now.links, &now.calendars)?)
}
