//! Reading channels.

use kalends_core::time::{CalendarId, ConnectionId, PushChannelId, TenantId};

use super::{ChannelSubject, PushChannel};
use crate::{
    Store, StoreError,
    db::{Row, Sql, sql},
};

pub(super) const COLUMNS: &str =
    "SELECT id, tenant_id, connection_id, calendar_id, secret_hash, resource_id, state,
    reason, opened_us, expires_us, renew_us, last_message_us, missed FROM push_channels";

impl Store {
    /// One channel.
    pub async fn push_channel(&self, tenant: TenantId, id: PushChannelId) -> Result<PushChannel, StoreError> {
        let select = sql(COLUMNS)
            .push(" WHERE tenant_id = ")
            .push_bind(tenant)
            .push(" AND id = ")
            .push_bind(id);
        let row = self.db().read_first(select).await?;
        channel(&row.ok_or(StoreError::NotFound { what: "push channel" })?)
    }

    /// The channels of a subject that have not ended, oldest first.
    pub async fn push_channels(&self, subject: ChannelSubject) -> Result<Vec<PushChannel>, StoreError> {
        let select = of(sql(COLUMNS), subject).push(" AND state <> 'ended' ORDER BY opened_us, id");
        self.db().read(select).await?.iter().map(channel).collect()
    }

    /// The channels of these calendars that have not ended, oldest first.
    pub async fn push_channels_of_calendars(
        &self,
        tenant: TenantId,
        calendars: &[CalendarId],
    ) -> Result<Vec<PushChannel>, StoreError> {
        let select = sql(COLUMNS)
            .push(" WHERE tenant_id = ")
            .push_bind(tenant)
            .push(" AND calendar_id IN ")
            .push_list(calendars.iter().copied())
            .push(" AND state <> 'ended' ORDER BY opened_us, id");
        self.db().read(select).await?.iter().map(channel).collect()
    }

    /// The channels of a connection that are no longer wanted and can be stopped.
    pub async fn push_channels_to_stop(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
    ) -> Result<Vec<PushChannel>, StoreError> {
        let select = sql(COLUMNS)
            .push(" WHERE tenant_id = ")
            .push_bind(tenant)
            .push(" AND connection_id = ")
            .push_bind(connection)
            .push(" AND state = 'stopping' AND resource_id IS NOT NULL AND expires_us > ")
            .push_bind(self.now())
            .push(" ORDER BY id");
        self.db().read(select).await?.iter().map(channel).collect()
    }

    /// The channels of these ids, of any tenant: a message names nothing but its channel.
    pub async fn push_channels_of_any_tenant(
        &self,
        ids: &[PushChannelId],
    ) -> Result<Vec<PushChannel>, StoreError> {
        let select = sql(COLUMNS)
            .push(" WHERE id IN ")
            .push_list(ids.iter().copied())
            .keep_prepared();
        self.db().read(select).await?.iter().map(channel).collect()
    }
}

/// Adds the condition that rows are about that subject.
pub(super) fn of(statement: Sql, subject: ChannelSubject) -> Sql {
    let statement = statement
        .push(" WHERE tenant_id = ")
        .push_bind(subject.tenant)
        .push(" AND connection_id = ")
        .push_bind(subject.connection);
    match subject.calendar {
        Some(calendar) => statement.push(" AND calendar_id = ").push_bind(calendar),
        None => statement.push(" AND calendar_id IS NULL"),
    }
}

pub(super) fn channel(row: &Row) -> Result<PushChannel, StoreError> {
    Ok(PushChannel {
        id: row.id("id", PushChannelId)?,
        subject: subject(row)?,
        secret_hash: row.hash("secret_hash")?,
        resource_id: row.get("resource_id")?,
        state: row.word("state")?,
        reason: row.get("reason")?,
        opened_at: row.time("opened_us")?,
        expires_at: row.time("expires_us")?,
        renew_at: row.optional_time("renew_us")?,
        last_message_at: row.optional_time("last_message_us")?,
        missed: row.count("missed")?,
    })
}

pub(super) fn subject(row: &Row) -> Result<ChannelSubject, StoreError> {
    Ok(ChannelSubject {
        tenant: row.id("tenant_id", TenantId)?,
        connection: row.id("connection_id", ConnectionId)?,
        calendar: row.get::<Option<uuid::Uuid>>("calendar_id")?.map(CalendarId),
    })
}
