//! Lists events.

use std::collections::BTreeSet;

use kalends_core::{
    external_event::EventStatus,
    time::{EventId, Interval, TenantId, UserId},
};
use kalends_store::{EventPlace, EventQuery, LinkStatus};

use super::{Event, EventError, flag::flagged, stand, view};
use crate::{
    Engine,
    page::{BadCursor, Page, Paged},
};

/// Which events are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those in which this user has a part.
    pub user: Option<UserId>,
    /// Only those that can touch this window; a series does when any of its times can.
    pub window: Option<Interval>,
    /// Only those of this status.
    pub status: Option<EventStatus>,
    /// Only those that stand so on calendars.
    pub sync_status: Option<LinkStatus>,
    /// Only those with all these entries.
    pub metadata: Vec<(String, String)>,
}

/// A tenant's events by their first start, cancelled ones too.
pub async fn list(
    engine: &Engine,
    tenant: TenantId,
    filter: &Filter,
    page: Page,
) -> Result<Paged<Event>, EventError> {
    let query = EventQuery {
        user: filter.user.as_ref(),
        window: filter.window,
        status: filter.status,
        sync: filter.sync_status.map(|status| (status, view::worse(status))),
        metadata: &filter.metadata,
        after: page.after.as_deref().map(place).transpose()?,
        limit: page.one_more(),
    };
    let rows = engine.store().events(tenant, query).await?;
    let rows = Paged::cut(rows, page.limit, |row| {
        let EventPlace { start_us, id } = row.place();
        format!("{start_us}_{id}")
    });
    let ids: Vec<EventId> = rows.items.iter().map(|row| row.id).collect();
    let links = engine.store().links_of_events(tenant, &ids).await?;
    let calendars = stand::calendars(engine, tenant, &BTreeSet::new(), &links).await?;
    let events = rows.items.into_iter();
    let events = events
        .map(|row| view::view(row, &links, &calendars))
        .collect::<Result<_, _>>()?;
    Ok(Paged {
        items: flagged(engine, tenant, events).await?,
        next: rows.next,
    })
}

/// Reads a cursor: the event's first start and its id.
fn place(cursor: &str) -> Result<EventPlace, BadCursor> {
    let (start_us, id) = cursor.split_once('_').ok_or(BadCursor)?;
    Ok(EventPlace {
        start_us: start_us.parse().map_err(|_| BadCursor)?,
        id: id.parse().map_err(|_| BadCursor)?,
    })
}
