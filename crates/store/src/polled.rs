//! How many calendars are polled how often, over all tenants: what polling asks of providers.

use jiff::{SignedDuration, Timestamp};
use kalends_core::{
    provider::ProviderKind,
    time::{CalendarId, ConnectionId, TenantId},
};

use crate::{
    Store, StoreError,
    db::{Row, sql},
};

/// Calendars that are polled at one interval and share a budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolledCalendars {
    /// Who is asked.
    pub provider: ProviderKind,
    /// The OAuth client by which it counts, where there is one.
    pub client: Option<String>,
    /// From one poll of each to the next.
    pub every: SignedDuration,
    /// How many.
    pub calendars: u64,
}

/// A calendar that is polled and at rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolledCalendar {
    /// The calendar.
    pub calendar: CalendarId,
    /// Its connection.
    pub connection: ConnectionId,
    /// Who is asked.
    pub provider: ProviderKind,
    /// The OAuth client by which it counts, where there is one.
    pub client: Option<String>,
    /// The moment whose state at the provider is stored.
    pub as_of: Timestamp,
}

impl Store {
    /// The calendars of all tenants that are polled: selected, not lost, of a connection that works. By provider, client
    /// and interval.
    pub async fn polled_calendars(&self) -> Result<Vec<PolledCalendars>, StoreError> {
        let select = sql(
            "SELECT k.provider, k.oauth_client, c.poll_every_us, COUNT(*) AS calendars
             FROM calendars c JOIN connections k ON k.id = c.connection_id
             WHERE c.selected AND c.lost_us IS NULL AND c.poll_every_us IS NOT NULL
                 AND k.state IN ('active', 'degraded')
             GROUP BY k.provider, k.oauth_client, c.poll_every_us
             ORDER BY k.provider, k.oauth_client, c.poll_every_us",
        );
        self.db().read(select).await?.iter().map(polled).collect()
    }

    /// Of these calendars those that are polled, known, and neither being read nor in trouble.
    pub async fn polled_at_rest(
        &self,
        tenant: TenantId,
        calendars: &[CalendarId],
    ) -> Result<Vec<PolledCalendar>, StoreError> {
        let select = sql(
            "SELECT c.id, c.connection_id, k.provider, k.oauth_client, c.as_of_us
             FROM calendars c JOIN connections k ON k.id = c.connection_id
             WHERE c.selected AND c.lost_us IS NULL AND c.poll_every_us IS NOT NULL AND c.as_of_us IS NOT NULL
                 AND c.sync_status = 'idle' AND k.state IN ('active', 'degraded') AND c.tenant_id = ",
        )
        .push_bind(tenant)
        .push(" AND c.id IN ")
        .push_list(calendars.iter().copied());
        self.db().read(select).await?.iter().map(at_rest).collect()
    }
}

fn at_rest(row: &Row) -> Result<PolledCalendar, StoreError> {
    Ok(PolledCalendar {
        calendar: row.id("id", CalendarId)?,
        connection: row.id("connection_id", ConnectionId)?,
        provider: row.word("provider")?,
        client: row.get("oauth_client")?,
        as_of: row.time("as_of_us")?,
    })
}

fn polled(row: &Row) -> Result<PolledCalendars, StoreError> {
    Ok(PolledCalendars {
        provider: row.word("provider")?,
        client: row.get("oauth_client")?,
        every: SignedDuration::from_micros(row.get("poll_every_us")?),
        calendars: row.count("calendars")?,
    })
}
