//! Lists calendars.

use std::collections::{HashMap, hash_map::Entry};

use kalends_core::time::{CalendarId, TenantId, UserId};
use kalends_store::CalendarFilter;

use super::{Calendar, CalendarError, get::view};
use crate::{
    Engine,
    page::{BadCursor, Page, Paged},
};

/// A tenant's calendars in the order in which they were found, lost ones too; of one user when one is named.
pub async fn list(
    engine: &Engine,
    tenant: TenantId,
    user: Option<&UserId>,
    page: Page,
) -> Result<Paged<Calendar>, CalendarError> {
    let after: Option<CalendarId> = page
        .after
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|_| BadCursor)?;
    let filter = CalendarFilter {
        user,
        connection: None,
        after,
        limit: Some(page.one_more()),
    };
    let rows = engine.store().calendars(tenant, filter).await?;
    let mut providers = HashMap::new();
    for row in &rows {
        if let Entry::Vacant(place) = providers.entry(row.connection) {
            place.insert(engine.store().connection(tenant, row.connection).await?.provider);
        }
    }
    let ids: Vec<CalendarId> = rows.iter().map(|row| row.id).collect();
    let channels = engine.store().push_channels_of_calendars(tenant, &ids).await?;
    let calendars = rows
        .into_iter()
        .filter_map(|row| {
            let provider = *providers.get(&row.connection)?;
            Some(view(engine, row, provider, &channels))
        })
        .collect();
    Ok(Paged::cut(calendars, page.limit, |calendar: &Calendar| {
        calendar.id.to_string()
    }))
}
