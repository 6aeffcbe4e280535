//! Takes an event off one calendar, and puts it back.

use kalends_core::{
    event::EventKey,
    time::{EventLinkId, TenantId},
};
use kalends_store::{Effects, LinkAim, LinkCommit, LinkRow, LinkStatus, StoreError, TaskLane, TimesWrite};

use super::{
    Event, EventError, get,
    plan::reachable,
    put::TRIES,
    stand::{self, Standing},
};
use crate::{Engine, runner::task};

/// Takes the event off one calendar, where it stays off whatever becomes of it. Taking it off twice is no error.
pub async fn take_off(
    engine: &Engine,
    tenant: TenantId,
    key: &EventKey,
    link: EventLinkId,
) -> Result<Event, EventError> {
    let off = |_: &Standing, row: &LinkRow| (row.standing.aim != LinkAim::Off).then_some(LinkAim::Off);
    aim(engine, tenant, (key, link), off).await
}

/// Puts the event back on a calendar that it was taken off, and tries again where sending was given up.
pub async fn put_back(
    engine: &Engine,
    tenant: TenantId,
    key: &EventKey,
    link: EventLinkId,
) -> Result<Event, EventError> {
    let back = |found: &Standing, row: &LinkRow| {
        let is_stuck = matches!(row.standing.status, LinkStatus::Failed | LinkStatus::Blocked);
        match row.standing.aim {
            LinkAim::Off if is_taken(found, row) => Some(LinkAim::Removed),
            LinkAim::Off => Some(LinkAim::Shown),
            same => is_stuck.then_some(same),
        }
    };
    aim(engine, tenant, (key, link), back).await
}

/// Whether the event is not to be on the link's calendar, or stands there for somebody else.
fn is_taken(found: &Standing, row: &LinkRow) -> bool {
    let event = found.row.as_ref().map(|row| &row.event);
    let takes_part = event
        .is_some_and(|event| event.is_shown() && event.people.iter().any(|person| person.user == row.user));
    let stands_there = found.links.iter().any(|other| {
        other.id != row.id
            && other.standing.state.key.link != row.id
            && other.place == row.place
            && other.standing.aim == LinkAim::Shown
    });
    !takes_part || stands_there
}

/// Gives a link another aim, if any, and lets a task follow it.
async fn aim(
    engine: &Engine,
    tenant: TenantId,
    (key, link): (&EventKey, EventLinkId),
    decide: impl Fn(&Standing, &LinkRow) -> Option<LinkAim>,
) -> Result<Event, EventError> {
    for _ in 0..TRIES {
        let found = stand::of_key(engine, tenant, key, &std::collections::BTreeSet::new()).await?;
        let row = found.links.iter().find(|row| row.id == link);
        let row = row.ok_or(EventError::LinkNotFound)?;
        let Some(aim) = decide(&found, row) else {
            return get(engine, tenant, key).await;
        };
        let mut save = row.to_save();
        save.standing.aim = aim;
        save.standing.owed = true;
        save.standing.status = LinkStatus::Pending;
        save.standing.reason = None;
        save.standing.last_error = None;
        let now = engine.ambient().now();
        let push = reachable(&found.calendars, row.calendar)
            .map(|connection| task::push_link(connection, link, TaskLane::Interactive, now));
        let commit = LinkCommit {
            save,
            planned_for: None,
            times: TimesWrite::default(),
            effects: push.into_iter().fold(Effects::none(), Effects::task),
        };
        match engine.store().commit_link(tenant, commit).await {
            // Its task wrote it meanwhile.
            Err(StoreError::Fenced { .. }) => {}
            result => {
                result?;
                return get(engine, tenant, key).await;
            }
        }
    }
    Err(StoreError::Conflict { what: "link" }.into())
}
