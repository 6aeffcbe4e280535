//! Lists holds.

use std::collections::BTreeSet;

use kalends_core::{
    event::EventKey,
    time::{EventId, TenantId, UserId},
};
use kalends_store::{HoldFilter, HoldState};

use super::{Hold, HoldError, view};
use crate::{
    Engine,
    events::stand,
    page::{BadCursor, Page, Paged},
};

/// Which holds are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HoldsOf {
    /// Those that take this user's time.
    pub user: Option<UserId>,
    /// Those of this name.
    pub key: Option<EventKey>,
    /// Those in this state. One whose time has just run out may still be among those that are placed, and says so.
    pub state: Option<HoldState>,
}

/// A page of holds in the order in which they were placed.
pub async fn list(
    engine: &Engine,
    tenant: TenantId,
    of: HoldsOf,
    page: Page,
) -> Result<Paged<Hold>, HoldError> {
    let after: Option<EventId> = page
        .after
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|_| BadCursor)?;
    let filter = HoldFilter {
        user: of.user,
        key: of.key,
        state: of.state,
        after,
    };
    let store = engine.store();
    let rows = store.holds(tenant, filter, page.one_more()).await?;
    let ids: Vec<EventId> = rows.iter().map(|row| row.event.id).collect();
    let links = store.links_of_events(tenant, &ids).await?;
    let calendars = stand::calendars(engine, tenant, &BTreeSet::new(), &links).await?;
    let now = engine.ambient().now();
    let holds = rows.into_iter().map(|row| view(row, (&links, &calendars), now));
    Ok(Paged::cut(holds.collect(), page.limit, |hold: &Hold| {
        hold.id.to_string()
    }))
}
