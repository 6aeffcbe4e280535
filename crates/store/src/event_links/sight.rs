//! What pulls know of links, and what they note of them.

use kalends_core::{
    sync::push::{Provided, Sighting},
    time::{CalendarId, EventLinkId, TenantId},
};

use jiff::Timestamp;

use super::{
    LinkRow,
    read::{COLUMNS, link},
};
use crate::{
    Store, StoreError,
    db::{Row, Tx, sql},
};

/// Ids of one statement.
const IDS: usize = 500;

/// A link in the part that matters to pulls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownLink {
    /// Its id.
    pub id: EventLinkId,
    /// Counts its events.
    pub generation: u32,
    /// Its event's id and version, once known.
    pub provided: Option<Provided>,
}

impl Store {
    /// Those of the links that are of this calendar, each as a whole event.
    pub async fn links_of_calendar(
        &self,
        tenant: TenantId,
        calendar: CalendarId,
        ids: &[EventLinkId],
    ) -> Result<Vec<KnownLink>, StoreError> {
        let mut known = Vec::with_capacity(ids.len());
        for ids in ids.chunks(IDS) {
            let select = sql(
                "SELECT id, generation, provider_id, etag, provider_updated_us FROM event_links
                 WHERE series_link IS NULL AND tenant_id = ",
            )
            .push_bind(tenant)
            .push(" AND calendar_id = ")
            .push_bind(calendar)
            .push(" AND id IN ")
            .push_list(ids.iter().copied());
            for row in self.db().read(select).await? {
                known.push(known_link(&row)?);
            }
        }
        Ok(known)
    }

    /// Those of the links that are of this calendar, and the links of their times, in no order.
    pub async fn links_with_times(
        &self,
        tenant: TenantId,
        calendar: CalendarId,
        ids: &[EventLinkId],
    ) -> Result<Vec<LinkRow>, StoreError> {
        let mut links = Vec::new();
        for ids in ids.chunks(IDS) {
            let select = sql(COLUMNS)
                .push(" WHERE l.tenant_id = ")
                .push_bind(tenant)
                .push(" AND l.calendar_id = ")
                .push_bind(calendar)
                .push(" AND (l.id IN ")
                .push_list(ids.iter().copied())
                .push(" OR l.series_link IN ")
                .push_list(ids.iter().copied())
                .push(")");
            for row in self.db().read(select).await? {
                links.push(link(&row)?);
            }
        }
        Ok(links)
    }

    /// The links of a calendar whose events a listing of everything names: those that are there and end after this.
    pub async fn links_to_be_listed(
        &self,
        tenant: TenantId,
        calendar: CalendarId,
        ending_after: Timestamp,
    ) -> Result<Vec<EventLinkId>, StoreError> {
        let select = sql("SELECT l.id FROM event_links l JOIN events e ON e.id = l.event_id
             WHERE l.tenant_id = $1 AND l.calendar_id = $2 AND l.provider_id IS NOT NULL AND l.series_link IS NULL
                 AND e.end_us > $3 ORDER BY l.id")
        .bind(tenant)
        .bind(calendar)
        .bind(ending_after);
        let rows = self.db().read(select).await?;
        rows.iter().map(|row| row.id("id", EventLinkId)).collect()
    }
}

/// Notes what a pull came across, beside whoever else writes the links.
pub(crate) async fn sight(
    tx: &mut Tx,
    (tenant, calendar): (TenantId, CalendarId),
    sightings: &[(EventLinkId, Sighting)],
) -> Result<(), StoreError> {
    for (link, sighting) in sightings {
        let update = match sighting {
            Sighting::Version(etag) => sql(
                "UPDATE event_links SET sightings = sightings + 1, owed = TRUE, sighted_etag = $1
                 WHERE tenant_id = $2 AND calendar_id = $3 AND id = $4",
            )
            .bind(etag),
            Sighting::Gone => sql(
                "UPDATE event_links SET sightings = sightings + 1, owed = TRUE, sighted_etag = $1
                 WHERE tenant_id = $2 AND calendar_id = $3 AND id = $4",
            )
            .bind(None::<&str>),
            Sighting::Stray(id) => sql(
                "UPDATE event_links SET owed = TRUE, stray = $1 WHERE tenant_id = $2 AND calendar_id = $3 AND id = $4",
            )
            .bind(id),
            // The series itself is as it is known, unless something else of it is to be looked at too.
            Sighting::Time(start) => sql("UPDATE event_links SET sightings = sightings + 1, owed = TRUE,
                     sighted_etag = CASE WHEN sightings > looked THEN sighted_etag ELSE etag END,
                     sighted_times = CASE WHEN sighted_times LIKE '%' || $1 || '%' THEN sighted_times
                         ELSE sighted_times || ' ' || $1 END
                 WHERE tenant_id = $2 AND calendar_id = $3 AND id = $4")
            .bind(start.to_string()),
        };
        tx.execute(update.bind(tenant).bind(calendar).bind(*link)).await?;
    }
    Ok(())
}

fn known_link(row: &Row) -> Result<KnownLink, StoreError> {
    let provided = match (
        row.get::<Option<String>>("provider_id")?,
        row.get::<Option<String>>("etag")?,
    ) {
        (Some(id), Some(etag)) => Some(Provided {
            id,
            etag,
            updated: row.optional_time("provider_updated_us")?,
        }),
        _ => None,
    };
    Ok(KnownLink {
        id: row.id("id", EventLinkId)?,
        generation: row.count("generation")?,
        provided,
    })
}
