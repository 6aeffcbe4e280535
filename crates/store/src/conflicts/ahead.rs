//! What conflicts are looked for among: the events that a person has ahead.

use std::collections::HashMap;

use jiff::Timestamp;
use kalends_core::time::{CalendarId, EventEditId, EventId, Interval, TenantId, UserId};

use super::EventAhead;
use crate::{
    Store, StoreError,
    db::sql,
    events::{EVENT_COLUMNS, event_row},
};

/// A person who has events ahead.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PersonAhead {
    /// The tenant.
    pub tenant: TenantId,
    /// The person.
    pub user: UserId,
}

/// What links say of an event.
#[derive(Default)]
struct Shown {
    copies: Vec<String>,
    lost: Vec<CalendarId>,
}

impl Store {
    /// The person's events that take place and can touch a stretch of time, without holds; by their start.
    pub async fn events_ahead(
        &self,
        tenant: TenantId,
        user: &UserId,
        window: Interval,
    ) -> Result<Vec<EventAhead>, StoreError> {
        let select = sql(EVENT_COLUMNS)
            .push(
                " JOIN event_people p ON p.event_id = e.id
                 WHERE e.key IS NOT NULL AND e.status <> 'cancelled' AND e.tenant_id = ",
            )
            .push_bind(tenant)
            .push(" AND p.tenant_id = ")
            .push_bind(tenant)
            .push(" AND p.user_id = ")
            .push_bind(user)
            .push(" AND e.end_us > ")
            .push_bind(window.start_us())
            .push(" AND e.start_us < ")
            .push_bind(window.end_us())
            .push(" ORDER BY e.start_us, e.id");
        let mut shown = self.shown_ahead(tenant, user, window).await?;
        let mut edits = self.edits_ahead(tenant, user, window).await?;
        let rows = self.db().read(select).await?;
        rows.iter()
            .map(|row| {
                let event = event_row(row)?;
                let id = event.id;
                let Shown { copies, lost } = shown.remove(&id).unwrap_or_default();
                Ok(EventAhead {
                    moved_by_person: row.get("moved_by_person")?,
                    row: event,
                    copies,
                    lost,
                    edits: edits.remove(&id).unwrap_or_default(),
                })
            })
            .collect()
    }

    /// What their links say of these events.
    async fn shown_ahead(
        &self,
        tenant: TenantId,
        user: &UserId,
        window: Interval,
    ) -> Result<HashMap<EventId, Shown>, StoreError> {
        let select = sql("SELECT l.event_id, l.calendar_id, l.provider_id,
                 (c.lost_us IS NOT NULL AND NOT l.removing AND NOT l.off) AS is_lost, (l.user_id = ")
        .push_bind(user)
        .push(
            ") AS is_own
             FROM event_people p JOIN events e ON e.id = p.event_id JOIN event_links l ON l.event_id = e.id
             JOIN calendars c ON c.id = l.calendar_id
             WHERE e.key IS NOT NULL AND e.status <> 'cancelled' AND p.tenant_id = ",
        )
        .push_bind(tenant)
        .push(" AND l.tenant_id = ")
        .push_bind(tenant)
        .push(" AND p.user_id = ")
        .push_bind(user)
        .push(" AND e.end_us > ")
        .push_bind(window.start_us())
        .push(" AND e.start_us < ")
        .push_bind(window.end_us())
        .push(" ORDER BY l.id");
        let mut found: HashMap<EventId, Shown> = HashMap::new();
        for row in &self.db().read(select).await? {
            let shown = found.entry(row.id("event_id", EventId)?).or_default();
            shown.copies.extend(row.get::<Option<String>>("provider_id")?);
            if !row.get::<bool>("is_own")? {
                continue;
            }
            if row.get::<bool>("is_lost")? {
                shown.lost.push(row.id("calendar_id", CalendarId)?);
            }
        }
        Ok(found)
    }

    /// What the person did to these events that needs a look.
    async fn edits_ahead(
        &self,
        tenant: TenantId,
        user: &UserId,
        window: Interval,
    ) -> Result<HashMap<EventId, Vec<EventEditId>>, StoreError> {
        let select = sql(
            "SELECT d.event_id, d.id FROM event_edits d JOIN events e ON e.id = d.event_id
             WHERE (d.state = 'open' OR (d.state = 'settled' AND d.competing <> '')) AND d.tenant_id = ",
        )
        .push_bind(tenant)
        .push(" AND d.user_id = ")
        .push_bind(user)
        .push(" AND e.end_us > ")
        .push_bind(window.start_us())
        .push(" AND e.start_us < ")
        .push_bind(window.end_us())
        .push(" ORDER BY d.id");
        let mut found: HashMap<EventId, Vec<EventEditId>> = HashMap::new();
        for row in &self.db().read(select).await? {
            let edits = found.entry(row.id("event_id", EventId)?).or_default();
            edits.push(row.id("id", EventEditId)?);
        }
        Ok(found)
    }

    /// People, of all tenants, with events that are not over or with an open conflict, after one of them.
    pub async fn people_with_events_ahead(
        &self,
        now: Timestamp,
        after: Option<&PersonAhead>,
        limit: u32,
    ) -> Result<Vec<PersonAhead>, StoreError> {
        let mut found = Vec::new();
        for from in [
            "SELECT DISTINCT p.tenant_id, p.user_id FROM event_people p JOIN events e ON e.id = p.event_id
             WHERE e.key IS NOT NULL AND e.status <> 'cancelled' AND e.end_us > ",
            "SELECT DISTINCT p.tenant_id, p.user_id FROM conflicts p WHERE p.standing AND p.opened_us <= ",
        ] {
            let mut select = sql(from).push_bind(now);
            if let Some(after) = after {
                select = select
                    .push(" AND (p.tenant_id > ")
                    .push_bind(after.tenant)
                    .push(" OR (p.tenant_id = ")
                    .push_bind(after.tenant)
                    .push(" AND p.user_id > ")
                    .push_bind(&after.user)
                    .push("))");
            }
            let select = select
                .push(" ORDER BY p.tenant_id, p.user_id LIMIT ")
                .push_bind(limit);
            for row in &self.db().read(select).await? {
                found.push(PersonAhead {
                    tenant: row.id("tenant_id", TenantId)?,
                    user: row.user("user_id")?,
                });
            }
        }
        found.sort();
        found.dedup();
        found.truncate(limit as usize);
        Ok(found)
    }
}
