//! Listing external events, page by page.

use kalends_core::time::{CalendarId, ExternalEventId, Interval, TenantId, UserId};

use super::{
    ListedEvent,
    columns::{SELECT, stored},
};
use crate::{Store, StoreError, db::sql};

/// Which events to list.
#[derive(Clone, Copy, Debug)]
pub struct EventFilter<'a> {
    /// Only events that can touch this stretch of time.
    pub window: Interval,
    /// Only this user's.
    pub user: Option<&'a UserId>,
    /// Only this calendar's.
    pub calendar: Option<CalendarId>,
    /// Only those after this one.
    pub after: Option<EventPosition>,
    /// Most of them.
    pub limit: u32,
}

/// The place of an event in a listing: its earliest instant, then its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventPosition {
    /// [`super::Bounds::start_us`] of the event.
    pub start_us: i64,
    /// Its id.
    pub id: ExternalEventId,
}

impl Store {
    /// Stored items of selected calendars that can touch the window, masters and overrides as they are, by their
    /// earliest instant.
    pub async fn external_events(
        &self,
        tenant: TenantId,
        filter: EventFilter<'_>,
    ) -> Result<Vec<ListedEvent>, StoreError> {
        let mut select = sql(SELECT)
            .push(
                ", c.user_id FROM external_events e JOIN calendars c ON c.id = e.calendar_id
                 WHERE c.selected AND c.tenant_id = ",
            )
            .push_bind(tenant)
            .push(" AND e.tenant_id = ")
            .push_bind(tenant);
        if let Some(user) = filter.user {
            select = select.push(" AND c.user_id = ").push_bind(user);
        }
        if let Some(calendar) = filter.calendar {
            select = select.push(" AND c.id = ").push_bind(calendar);
        }
        // An event of no length is listed when it lies inside. The first comparison is implied by the others; it
        // gives the index a range to go through.
        select = select
            .push(" AND e.span_end_us >= ")
            .push_bind(filter.window.start_us())
            .push(" AND e.span_start_us < ")
            .push_bind(filter.window.end_us())
            .push(" AND (e.span_end_us > ")
            .push_bind(filter.window.start_us())
            .push(" OR e.span_start_us >= ")
            .push_bind(filter.window.start_us())
            .push(")");
        if let Some(after) = filter.after {
            select = select
                .push(" AND (e.span_start_us > ")
                .push_bind(after.start_us)
                .push(" OR (e.span_start_us = ")
                .push_bind(after.start_us)
                .push(" AND e.id > ")
                .push_bind(after.id)
                .push("))");
        }
        let select = select
            .push(" ORDER BY e.span_start_us, e.id LIMIT ")
            .push_bind(filter.limit);
        let rows = self.db().read(select).await?;
        rows.iter()
            .map(|row| {
                Ok(ListedEvent {
                    user: row.user("user_id")?,
                    stored: stored(row)?,
                })
            })
            .collect()
    }
}
