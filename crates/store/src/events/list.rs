//! Listing events, page by page.

use kalends_core::{
    external_event::EventStatus,
    time::{Interval, TenantId, UserId},
};

use super::{
    EventPlace, EventRow,
    read::{COLUMNS, event},
};
use crate::{
    LinkStatus, Store, StoreError,
    db::{Word as _, sql},
};

/// Which events to list. Holds are never among them.
#[derive(Clone, Debug, Default)]
pub struct EventQuery<'a> {
    /// Only those in which this user has a part.
    pub user: Option<&'a UserId>,
    /// Only those that can touch this stretch of time.
    pub window: Option<Interval>,
    /// Only those of this status.
    pub status: Option<EventStatus>,
    /// Only those with a link of the first status and none of the others.
    pub sync: Option<(LinkStatus, &'a [LinkStatus])>,
    /// Only those with all these entries.
    pub metadata: &'a [(String, String)],
    /// Only those after this one.
    pub after: Option<EventPlace>,
    /// Most of them.
    pub limit: u32,
}

impl Store {
    /// A tenant's events by their first start, cancelled ones too.
    pub async fn events(&self, tenant: TenantId, query: EventQuery<'_>) -> Result<Vec<EventRow>, StoreError> {
        let mut select = sql(COLUMNS)
            .push(" WHERE e.tenant_id = ")
            .push_bind(tenant)
            .push(" AND e.key IS NOT NULL");
        if let Some(user) = query.user {
            select = select
                .push(" AND EXISTS (SELECT 1 FROM event_people p WHERE p.event_id = e.id AND p.user_id = ")
                .push_bind(user)
                .push(")");
        }
        if let Some(window) = query.window {
            select = select
                .push(" AND e.start_us < ")
                .push_bind(window.end_us())
                .push(" AND e.end_us > ")
                .push_bind(window.start_us());
        }
        if let Some(status) = query.status {
            select = select.push(" AND e.status = ").push_bind(status.word());
        }
        if let Some((status, without)) = query.sync {
            const LINK: &str = "EXISTS (SELECT 1 FROM event_links l WHERE l.event_id = e.id AND l.status IN ";
            select = select
                .push(" AND ")
                .push(LINK)
                .push_list([status.word()])
                .push(") AND NOT ")
                .push(LINK)
                .push_list(without.iter().map(crate::db::Word::word))
                .push(")");
        }
        for (name, value) in query.metadata {
            select = select
                .push(" AND EXISTS (SELECT 1 FROM event_metadata m WHERE m.event_id = e.id AND m.name = ")
                .push_bind(name)
                .push(" AND m.value = ")
                .push_bind(value)
                .push(")");
        }
        if let Some(after) = query.after {
            select = select
                .push(" AND (e.start_us > ")
                .push_bind(after.start_us)
                .push(" OR (e.start_us = ")
                .push_bind(after.start_us)
                .push(" AND e.id > ")
                .push_bind(after.id)
                .push("))");
        }
        let select = select
            .push(" ORDER BY e.start_us, e.id LIMIT ")
            .push_bind(query.limit);
        self.db().read(select).await?.iter().map(event).collect()
    }
}

impl EventRow {
    /// Its place in a listing.
    pub fn place(&self) -> EventPlace {
        EventPlace {
            start_us: self.event.reach().start_us,
            id: self.id,
        }
    }
}
