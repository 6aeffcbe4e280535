//! Lists stored events.

use kalends_core::time::{ExternalEventId, Interval, TenantId};
use kalends_store::{EventFilter, EventPosition, StoreError};

use super::{ExternalEventError, Filter, StoredEvent};
use crate::{
    Engine,
    page::{BadCursor, Page, Paged},
};

/// All time that can be stored.
const ALWAYS: (i64, i64) = (i64::MIN, i64::MAX);

/// A user's events by their earliest instant: masters and overrides as they are stored, not expanded.
pub async fn list(
    engine: &Engine,
    tenant: TenantId,
    filter: Filter,
    page: Page,
) -> Result<Paged<StoredEvent>, ExternalEventError> {
    engine
        .store()
        .user(tenant, &filter.user)
        .await
        .map_err(|error| match error {
            StoreError::NotFound { .. } => ExternalEventError::UnknownUser,
            error => ExternalEventError::Store(error),
        })?;
    if let Some(id) = filter.calendar {
        let calendar = engine.store().calendar(tenant, id).await;
        match calendar {
            Ok(calendar) if calendar.user == filter.user => {}
            Ok(_) | Err(StoreError::NotFound { .. }) => return Err(ExternalEventError::UnknownCalendar),
            Err(error) => return Err(error.into()),
        }
    }
    let window = filter.window.or(Interval::from_micros(ALWAYS.0, ALWAYS.1));
    let Some(window) = window else {
        return Ok(Paged {
            items: Vec::new(),
            next: None,
        });
    };
    let rows = engine
        .store()
        .external_events(
            tenant,
            EventFilter {
                window,
                user: Some(&filter.user),
                calendar: filter.calendar,
                after: page.after.as_deref().map(position).transpose()?,
                limit: page.one_more(),
            },
        )
        .await?;
    let page = Paged::cut(rows, page.limit, |row| {
        format!("{}_{}", row.stored.bounds.start_us, row.stored.id)
    });
    let ids: Vec<ExternalEventId> = page.items.iter().map(|row| row.stored.id).collect();
    let mut conflicts = engine.store().conflicts_of_external_events(tenant, &ids).await?;
    let items = page.items.into_iter().map(|row| StoredEvent {
        conflicts_with: conflicts.remove(&row.stored.id).unwrap_or_default(),
        id: row.stored.id,
        calendar: row.stored.calendar,
        event: row.stored.event,
    });
    Ok(Paged {
        items: items.collect(),
        next: page.next,
    })
}

/// Reads a cursor: the event's earliest instant and its id.
fn position(cursor: &str) -> Result<EventPosition, BadCursor> {
    let (start_us, id) = cursor.split_once('_').ok_or(BadCursor)?;
    Ok(EventPosition {
        start_us: start_us.parse().map_err(|_| BadCursor)?,
        id: id.parse().map_err(|_| BadCursor)?,
    })
}
