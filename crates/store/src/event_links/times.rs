//! The links of single times of a series, written with that of the series.

use jiff::Timestamp;
use kalends_core::{
    event::OriginalStart,
    time::{EventLinkId, TenantId},
};

use super::{
    LinkRow, LinkSave, LinkStanding,
    read::{COLUMNS, link},
    write::save,
};
use crate::{
    Store, StoreError,
    db::{Tx, sql},
};

/// What becomes of the links of a series' times.
#[derive(Debug, Default)]
pub struct TimesWrite {
    /// Those that are made.
    pub made: Vec<NewTime>,
    /// Those that change; [`StoreError::Fenced`] when one has been written since it was read.
    pub saved: Vec<LinkSave>,
    /// Those that a pull came across before it knew that there are links.
    pub sighted: Vec<EventLinkId>,
}

/// The link of one time of a series: of the same event, person and calendar.
#[derive(Clone, Debug, PartialEq)]
pub struct NewTime {
    /// Its id.
    pub id: EventLinkId,
    /// The start that the series' rule gives the time.
    pub start: OriginalStart,
    /// How it begins.
    pub standing: LinkStanding,
    /// Whether a pull came across the time.
    pub is_sighted: bool,
}

impl TimesWrite {
    /// Whether nothing becomes of any.
    pub const fn is_empty(&self) -> bool {
        self.made.is_empty() && self.saved.is_empty() && self.sighted.is_empty()
    }
}

impl Store {
    /// The links of a series' times.
    pub async fn times_of_series(
        &self,
        tenant: TenantId,
        series: EventLinkId,
    ) -> Result<Vec<LinkRow>, StoreError> {
        let select = sql(COLUMNS)
            .push(" WHERE l.tenant_id = ")
            .push_bind(tenant)
            .push(" AND l.series_link = ")
            .push_bind(series)
            .push(" ORDER BY l.id");
        self.db().read(select).await?.iter().map(link).collect()
    }
}

/// Writes them beside their series' link, whose row the transaction has written.
pub(super) async fn write(
    tx: &mut Tx,
    (tenant, series): (TenantId, EventLinkId),
    times: TimesWrite,
    now: Timestamp,
) -> Result<(), StoreError> {
    for time in times.made {
        make(tx, (tenant, series), time, now).await?;
    }
    for link in times.saved {
        save(tx, tenant, link, now).await?;
    }
    if !times.sighted.is_empty() {
        let update = sql(
            "UPDATE event_links SET sightings = sightings + 1, owed = TRUE, sighted_etag = NULL
             WHERE tenant_id = ",
        )
        .push_bind(tenant)
        .push(" AND series_link = ")
        .push_bind(series)
        .push(" AND id IN ")
        .push_list(times.sighted);
        tx.execute(update).await?;
    }
    Ok(())
}

async fn make(
    tx: &mut Tx,
    (tenant, series): (TenantId, EventLinkId),
    time: NewTime,
    now: Timestamp,
) -> Result<(), StoreError> {
    let insert = sql("INSERT INTO event_links (id, tenant_id, event_id, user_id, calendar_id, place, series_link,
             occurrence, generation, deleting, held, meeting_link, meeting, answers, removing, off, sightings, looked, owed,
             status, revision, created_us, updated_us)
         SELECT $1, s.tenant_id, s.event_id, s.user_id, s.calendar_id, s.place, s.id, $2, 0, FALSE, '', 'possible',
             'absent', '{}', FALSE, FALSE, $3, 0, TRUE, 'pending', 0, $4, $5
         FROM event_links s WHERE s.tenant_id = $6 AND s.id = $7")
    .bind(time.id)
    .bind(time.start.to_string())
    .bind(i64::from(time.is_sighted))
    .bind(now)
    .bind(now)
    .bind(tenant)
    .bind(series);
    tx.execute(insert).await?;
    let begun = LinkSave {
        id: time.id,
        revision: 0,
        standing: time.standing,
        deleted_stray: None,
        seen_times: Vec::new(),
    };
    save(tx, tenant, begun, now).await
}
