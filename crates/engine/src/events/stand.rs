//! Reads how an event stands.

use std::collections::BTreeSet;

use kalends_core::{
    event::{Event, EventKey},
    time::{CalendarId, TenantId, UserId},
};
use kalends_store::{EventCalendar, EventRow, LinkRow, StoreError};

use super::{EventError, bulk::takes_events, plan::Surroundings};
use crate::{Engine, settings};

/// An event with its links and the calendars that matter to it.
pub(crate) struct Standing {
    pub(crate) row: Option<EventRow>,
    pub(crate) links: Vec<LinkRow>,
    pub(crate) calendars: Vec<EventCalendar>,
}

impl Standing {
    /// What the event's links are planned from.
    pub(super) fn around<'a>(&'a self, writers: &'a BTreeSet<UserId>) -> Surroundings<'a> {
        Surroundings {
            links: &self.links,
            calendars: &self.calendars,
            writers,
        }
    }
}

/// The event of a key, if there is one, with its links, their calendars, and the write targets of these users.
pub(super) async fn of_key(
    engine: &Engine,
    tenant: TenantId,
    key: &EventKey,
    users: &BTreeSet<UserId>,
) -> Result<Standing, StoreError> {
    let store = engine.store();
    let row = match store.event_by_key(tenant, key).await {
        Err(StoreError::NotFound { .. }) => None,
        row => Some(row?),
    };
    let links = match &row {
        Some(row) => store.links_of_events(tenant, &[row.id]).await?,
        None => Vec::new(),
    };
    let calendars = calendars(engine, tenant, users, &links).await?;
    Ok(Standing {
        row,
        links,
        calendars,
    })
}

/// The users' write targets and the links' calendars.
pub(crate) async fn calendars(
    engine: &Engine,
    tenant: TenantId,
    users: &BTreeSet<UserId>,
    links: &[LinkRow],
) -> Result<Vec<EventCalendar>, StoreError> {
    let of_links: BTreeSet<CalendarId> = links.iter().map(|link| link.calendar).collect();
    if users.is_empty() && of_links.is_empty() {
        return Ok(Vec::new());
    }
    let users: Vec<UserId> = users.iter().cloned().collect();
    let of_links: Vec<CalendarId> = of_links.into_iter().collect();
    engine.store().event_calendars(tenant, &users, &of_links).await
}

/// Those of the event's people who want events on their calendars. Everybody must be a user.
pub(crate) async fn writers(
    engine: &Engine,
    tenant: TenantId,
    event: &Event,
) -> Result<BTreeSet<UserId>, EventError> {
    let people: Vec<UserId> = event.people.iter().map(|person| person.user.clone()).collect();
    let known = engine.store().users_with_settings(tenant, &people).await?;
    let mut writers = BTreeSet::new();
    for (index, person) in people.into_iter().enumerate() {
        let found = known.iter().find(|known| known.user.id == person);
        let found = found.ok_or(EventError::UnknownUser { index })?;
        if takes_events(&settings::read(engine, &found.settings)?) {
            writers.insert(person);
        }
    }
    Ok(writers)
}
