//! The busy index of many calendars in one round trip: what availability and slots read, and nothing else.

use std::ops::RangeInclusive;

use jiff::{SignedDuration, Timestamp};
use kalends_core::{
    provider::ProviderKind,
    time::{CalendarId, ConnectionId, Interval, TenantId, UserId, Zone},
};

use crate::{
    ConnectionState, EncodedMonth, Source, Store, StoreError, SyncStatus,
    db::{Row, Sql, sql},
};

/// One calendar's part of an answer, with what its evidence is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct CalendarIndex {
    /// The calendar.
    pub calendar: CalendarId,
    /// Whose it is.
    pub user: UserId,
    /// Its connection.
    pub connection: ConnectionId,
    /// Who holds it.
    pub provider: ProviderKind,
    /// Whether its connection works.
    pub connection_state: ConnectionState,
    /// The zone of its all-day events.
    pub zone: Zone,
    /// How its synchronisation stands.
    pub status: SyncStatus,
    /// The code of the failure since its last success.
    pub last_error: Option<String>,
    /// The moment whose state at the provider is stored.
    pub as_of: Option<Timestamp>,
    /// How that came to be known.
    pub source: Option<Source>,
    /// The interval at which it is polled; `None` when it is not.
    pub poll_every: Option<SignedDuration>,
    /// The window that the months answer for; outside of it nothing is known.
    pub covered: Option<Interval>,
    /// The stored months of the query, in order; a month inside the covered window that is absent is free.
    pub months: Vec<EncodedMonth>,
}

/// Whose index is read.
#[derive(Clone, Copy, Debug)]
pub enum IndexOf<'a> {
    /// All calendars of these users that count for availability.
    Users(&'a [UserId]),
    /// These calendars, as far as they count for availability.
    Calendars(&'a [CalendarId]),
}

impl Store {
    /// The stored months between two of them, both included, ordered by calendar. Calendars that are not selected,
    /// that are lost, or whose account is disconnected are left out.
    pub async fn busy_index(
        &self,
        tenant: TenantId,
        of: IndexOf<'_>,
        months: RangeInclusive<i32>,
    ) -> Result<Vec<CalendarIndex>, StoreError> {
        fold(&self.db().read(select(tenant, of, months)).await?)
    }
}

/// The statement that reads the index, for [`fold`].
pub(crate) fn select(tenant: TenantId, of: IndexOf<'_>, months: RangeInclusive<i32>) -> Sql {
    let select = sql(
        "SELECT c.id, m.month, m.runs, c.user_id, c.connection_id, k.provider, k.state, c.time_zone,
                 c.sync_status, c.last_error, c.as_of_us, c.source, c.covered_from_us, c.covered_until_us,
                 c.poll_every_us
             FROM calendars c JOIN connections k ON k.id = c.connection_id
             LEFT JOIN busy_months m ON m.calendar_id = c.id AND m.month BETWEEN ",
    )
    .push_bind(*months.start())
    .push(" AND ")
    .push_bind(*months.end())
    .push(" WHERE c.selected AND c.lost_us IS NULL AND k.state <> 'disconnected' AND c.tenant_id = ")
    .push_bind(tenant);
    let select = match of {
        IndexOf::Users(users) => select.push(" AND c.user_id IN ").push_list(users),
        IndexOf::Calendars(ids) => select.push(" AND c.id IN ").push_list(ids.iter().copied()),
    };
    select.push(" ORDER BY c.id, m.month")
}

/// The calendars that rows of [`select`] tell of.
pub(crate) fn fold(rows: &[Row]) -> Result<Vec<CalendarIndex>, StoreError> {
    let mut found: Vec<CalendarIndex> = Vec::new();
    for row in rows {
        let id = CalendarId(row.get(0_usize)?);
        if found.last().is_none_or(|last| last.calendar != id) {
            found.push(calendar_index(id, row)?);
        }
        // Read by place: this is the hot path.
        if let (Some(last), Some(month)) = (found.last_mut(), row.get::<Option<i64>>(1_usize)?) {
            last.months.push(EncodedMonth {
                month: i32::try_from(month).map_err(|_| crate::db::corrupt("month", "no month"))?,
                runs: row.get(2_usize)?,
            });
        }
    }
    Ok(found)
}

fn calendar_index(calendar: CalendarId, row: &Row) -> Result<CalendarIndex, StoreError> {
    let covered = row
        .get::<Option<i64>>("covered_from_us")?
        .zip(row.get::<Option<i64>>("covered_until_us")?)
        .and_then(|(from, until)| Interval::from_micros(from, until));
    Ok(CalendarIndex {
        calendar,
        user: row.user("user_id")?,
        connection: row.id("connection_id", ConnectionId)?,
        provider: row.word("provider")?,
        connection_state: row.word("state")?,
        zone: row.zone("time_zone")?,
        status: row.word("sync_status")?,
        last_error: row.get("last_error")?,
        as_of: row.optional_time("as_of_us")?,
        source: row.optional_word("source")?,
        poll_every: row
            .get::<Option<i64>>("poll_every_us")?
            .map(SignedDuration::from_micros),
        covered,
        months: Vec::new(),
    })
}
