//! What rows say is owed to channels, over all tenants: what a sweep goes through, some rows at a time.

use jiff::SignedDuration;
use kalends_core::{
    provider::ProviderKind,
    time::{CalendarId, ConnectionId, PushChannelId, TenantId},
};

use super::{
    ChannelSubject, PushChannel,
    read::{COLUMNS, channel, subject},
};
use crate::{Store, StoreError, db::sql};

/// How long a row outlives its channel.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

impl Store {
    /// Calendars of these providers that are to be kept in step, after one of them.
    pub async fn calendars_to_watch(
        &self,
        providers: &[ProviderKind],
        after: Option<CalendarId>,
        limit: u32,
    ) -> Result<Vec<ChannelSubject>, StoreError> {
        let select = sql("SELECT tenant_id, connection_id, id AS calendar_id FROM calendars
             WHERE selected AND lost_us IS NULL AND EXISTS (SELECT 1 FROM connections
                 WHERE connections.id = calendars.connection_id AND state IN ('active', 'degraded') AND provider IN ")
        .push_list(providers.iter().map(|provider| provider.as_str()))
        .push(") AND id > ")
        .push_bind(after.unwrap_or(CalendarId(uuid::Uuid::nil())))
        .push(" ORDER BY id LIMIT ")
        .push_bind(limit);
        self.db().read(select).await?.iter().map(subject).collect()
    }

    /// Working connections of these providers, after one of them.
    pub async fn connections_to_watch(
        &self,
        providers: &[ProviderKind],
        after: Option<ConnectionId>,
        limit: u32,
    ) -> Result<Vec<ChannelSubject>, StoreError> {
        let select = sql("SELECT tenant_id, id AS connection_id FROM connections
             WHERE state IN ('active', 'degraded') AND provider IN ")
        .push_list(providers.iter().map(|provider| provider.as_str()))
        .push(" AND id > ")
        .push_bind(after.unwrap_or(ConnectionId(uuid::Uuid::nil())))
        .push(" ORDER BY id LIMIT ")
        .push_bind(limit);
        let rows = self.db().read(select).await?;
        rows.iter()
            .map(|row| {
                Ok(ChannelSubject {
                    tenant: row.id("tenant_id", TenantId)?,
                    connection: row.id("connection_id", ConnectionId)?,
                    calendar: None,
                })
            })
            .collect()
    }

    /// Channels of calendars that are no longer watched, after one of them.
    pub async fn push_channels_unwanted(
        &self,
        after: Option<PushChannelId>,
        limit: u32,
    ) -> Result<Vec<PushChannel>, StoreError> {
        let select = sql(COLUMNS)
            .push(
                " WHERE state IN ('opening', 'live') AND calendar_id IN (SELECT id FROM calendars
                     WHERE NOT selected OR lost_us IS NOT NULL) AND id > ",
            )
            .push_bind(after.unwrap_or(PushChannelId(uuid::Uuid::nil())))
            .push(" ORDER BY id LIMIT ")
            .push_bind(limit);
        self.db().read(select).await?.iter().map(channel).collect()
    }

    /// Channels of working connections that are to be stopped and can be, after one of them.
    pub async fn push_channels_owing_stop(
        &self,
        after: Option<PushChannelId>,
        limit: u32,
    ) -> Result<Vec<PushChannel>, StoreError> {
        let select = sql(COLUMNS)
            .push(
                " WHERE state = 'stopping' AND resource_id IS NOT NULL AND EXISTS (SELECT 1 FROM connections
                     WHERE connections.id = push_channels.connection_id
                         AND connections.state IN ('active', 'degraded'))
                     AND expires_us > ",
            )
            .push_bind(self.now())
            .push(" AND id > ")
            .push_bind(after.unwrap_or(PushChannelId(uuid::Uuid::nil())))
            .push(" ORDER BY id LIMIT ")
            .push_bind(limit);
        self.db().read(select).await?.iter().map(channel).collect()
    }

    /// Forgets channels that expired a day ago; answers how many.
    pub async fn prune_push_channels(&self) -> Result<u64, StoreError> {
        let before = self.now().saturating_sub(KEPT).unwrap_or(jiff::Timestamp::MIN);
        let delete = sql("DELETE FROM push_channels WHERE expires_us < $1").bind(before);
        self.db().execute(delete).await
    }
}
