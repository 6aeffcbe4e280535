//! Reading calendars.

use jiff::SignedDuration;
use kalends_core::time::{CalendarId, ConnectionId, Interval, TenantId, UserId};

use super::{Calendar, CalendarSync, Capabilities, PassProgress, SuspectedDeletion};
use crate::{
    Store, StoreError,
    db::{Row, sql},
};

macro_rules! columns {
    () => {
        "id, tenant_id, user_id, connection_id, provider_id, name, time_zone, color,
    access_role, is_primary, free_busy_only, can_write, can_create_meet, selected, write_target, lost_us,
    sync_status, last_synced_us, last_error, retry_count, next_retry_us, cursor, pass, pass_kind, pass_started_us,
    pass_pages, pass_items, covered_from_us, covered_until_us, as_of_us, source, poll_hint_us, poll_every_us,
    changed_us, suspect_generation, suspect_count, watched_us, overdue_us, audited_us, drift_count,
    created_us,
    (SELECT COUNT(*) FROM quarantined_items WHERE quarantined_items.calendar_id = calendars.id) AS quarantined"
    };
}

/// Reads what [`calendar`] needs.
pub(crate) const COLUMNS: &str = concat!("SELECT ", columns!(), " FROM calendars");
/// Answers the same of the calendar that a statement writes.
pub(crate) const RETURNING: &str = concat!(" RETURNING ", columns!());

/// Which calendars to list.
#[derive(Clone, Copy, Debug, Default)]
pub struct CalendarFilter<'a> {
    /// Only this user's.
    pub user: Option<&'a UserId>,
    /// Only this connection's.
    pub connection: Option<ConnectionId>,
    /// Only those after this one.
    pub after: Option<CalendarId>,
    /// Most of them; `None` for all.
    pub limit: Option<u32>,
}

impl Store {
    /// One calendar.
    pub async fn calendar(&self, tenant: TenantId, id: CalendarId) -> Result<Calendar, StoreError> {
        let select = sql(COLUMNS)
            .push(" WHERE tenant_id = ")
            .push_bind(tenant)
            .push(" AND id = ")
            .push_bind(id);
        let row = self.db().read_first(select).await?;
        calendar(&row.ok_or(StoreError::NotFound { what: "calendar" })?)
    }

    /// A tenant's calendars in the order in which they were found, lost ones and those of disconnected accounts
    /// among them.
    pub async fn calendars(
        &self,
        tenant: TenantId,
        filter: CalendarFilter<'_>,
    ) -> Result<Vec<Calendar>, StoreError> {
        let mut select = sql(COLUMNS).push(" WHERE tenant_id = ").push_bind(tenant);
        if let Some(user) = filter.user {
            select = select.push(" AND user_id = ").push_bind(user);
        }
        if let Some(connection) = filter.connection {
            select = select.push(" AND connection_id = ").push_bind(connection);
        }
        if let Some(after) = filter.after {
            select = select.push(" AND id > ").push_bind(after);
        }
        select = select.push(" ORDER BY id");
        if let Some(limit) = filter.limit {
            select = select.push(" LIMIT ").push_bind(limit);
        }
        self.db().read(select).await?.iter().map(calendar).collect()
    }

    /// Calendars of all tenants that are to be kept in step with their provider, after one of them: selected, not
    /// lost, of a connection that works. What a sweeper goes through.
    pub async fn calendars_to_sync(
        &self,
        after: Option<CalendarId>,
        limit: u32,
    ) -> Result<Vec<Calendar>, StoreError> {
        let select = sql(COLUMNS)
            .push(
                " WHERE selected AND lost_us IS NULL AND EXISTS (SELECT 1 FROM connections
                    WHERE connections.id = calendars.connection_id AND state IN ('active', 'degraded')) AND id > ",
            )
            .push_bind(after.unwrap_or(CalendarId(uuid::Uuid::nil())))
            .push(" ORDER BY id LIMIT ")
            .push_bind(limit);
        self.db().read(select).await?.iter().map(calendar).collect()
    }

    /// Calendars of all tenants whose covered window has to move on, after one of them: selected and not lost. Whether
    /// their provider can be asked does not matter.
    pub async fn calendars_to_roll(
        &self,
        after: Option<CalendarId>,
        limit: u32,
    ) -> Result<Vec<Calendar>, StoreError> {
        let select = sql(COLUMNS)
            .push(" WHERE selected AND lost_us IS NULL AND roll_us <= ")
            .push_bind(self.now())
            .push(" AND id > ")
            .push_bind(after.unwrap_or(CalendarId(uuid::Uuid::nil())))
            .push(" ORDER BY id LIMIT ")
            .push_bind(limit);
        self.db().read(select).await?.iter().map(calendar).collect()
    }
}

/// A calendar from a row of [`COLUMNS`].
pub(crate) fn calendar(row: &Row) -> Result<Calendar, StoreError> {
    Ok(Calendar {
        id: row.id("id", CalendarId)?,
        tenant: row.id("tenant_id", TenantId)?,
        user: row.user("user_id")?,
        connection: row.id("connection_id", ConnectionId)?,
        provider_id: row.get("provider_id")?,
        name: row.get("name")?,
        zone: row.zone("time_zone")?,
        color: row.get("color")?,
        access_role: row.get("access_role")?,
        primary: row.get("is_primary")?,
        capabilities: Capabilities {
            free_busy_only: row.get("free_busy_only")?,
            can_write: row.get("can_write")?,
            can_create_meet: row.get("can_create_meet")?,
        },
        selected: row.get("selected")?,
        write_target: row.get("write_target")?,
        lost_at: row.optional_time("lost_us")?,
        sync: calendar_sync(row)?,
        created_at: row.time("created_us")?,
    })
}

fn calendar_sync(row: &Row) -> Result<CalendarSync, StoreError> {
    let progress = match (
        row.optional_word("pass_kind")?,
        row.optional_time("pass_started_us")?,
    ) {
        (Some(kind), Some(started_at)) => Some(PassProgress {
            kind,
            started_at,
            pages: row.count("pass_pages")?,
            items: row.count("pass_items")?,
        }),
        _ => None,
    };
    let covered = row
        .get::<Option<i64>>("covered_from_us")?
        .zip(row.get::<Option<i64>>("covered_until_us")?)
        .and_then(|(from, until)| Interval::from_micros(from, until));
    Ok(CalendarSync {
        status: row.word("sync_status")?,
        last_synced_at: row.optional_time("last_synced_us")?,
        last_error: row.get("last_error")?,
        retry_count: row.count("retry_count")?,
        next_retry_at: row.optional_time("next_retry_us")?,
        cursor: row.get("cursor")?,
        pass: row.get("pass")?,
        progress,
        covered,
        as_of: row.optional_time("as_of_us")?,
        source: row.optional_word("source")?,
        poll_hint: row
            .get::<Option<i64>>("poll_hint_us")?
            .map(SignedDuration::from_micros),
        poll_every: row
            .get::<Option<i64>>("poll_every_us")?
            .map(SignedDuration::from_micros),
        changed_at: row.optional_time("changed_us")?,
        suspected: row
            .get::<Option<i64>>("suspect_generation")?
            .zip(row.get::<Option<i64>>("suspect_count")?)
            .map(|(generation, missing)| SuspectedDeletion {
                generation,
                missing: missing as u64,
            }),
        watched_since: row.optional_time("watched_us")?,
        overdue_since: row.optional_time("overdue_us")?,
        quarantined: row.count("quarantined")?,
        audited_at: row.optional_time("audited_us")?,
        drift: row.get::<Option<i64>>("drift_count")?.map(|count| count as u64),
    })
}
