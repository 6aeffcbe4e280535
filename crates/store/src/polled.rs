//! How many calendars are polled how often, over all tenants: what polling asks of providers.

use jiff::SignedDuration;
use kalends_core::provider::ProviderKind;

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
}

fn polled(row: &Row) -> Result<PolledCalendars, StoreError> {
    Ok(PolledCalendars {
        provider: row.word("provider")?,
        client: row.get("oauth_client")?,
        every: SignedDuration::from_micros(row.get("poll_every_us")?),
        calendars: row.count("calendars")?,
    })
}
