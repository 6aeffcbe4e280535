//! A channel's life: asked for, opened or not, replaced, stopped.

use jiff::Timestamp;
use kalends_core::time::{ConnectionId, PushChannelId, TenantId};

use super::{ChannelState, ChannelSubject, read::of};
use crate::{
    Effects, Store, StoreError,
    db::{Tx, Word, sql},
};

/// A channel that is about to be asked for.
#[derive(Clone, Debug)]
pub struct NewPushChannel {
    /// Its id, never used before.
    pub id: PushChannelId,
    /// SHA-256 of the secret that its messages will carry.
    pub secret_hash: [u8; 32],
    /// The latest that it can expire.
    pub expires_at: Timestamp,
}

/// What a provider said of a channel that it opened.
#[derive(Clone, Debug)]
pub struct OpenedChannel {
    /// Its word for what is watched.
    pub resource_id: String,
    /// When it ends the channel.
    pub expires_at: Timestamp,
    /// When we replace it.
    pub renew_at: Timestamp,
}

/// How an attempt to open a channel ended.
#[derive(Debug)]
pub struct ChannelEnd {
    /// [`ChannelState::Refused`], [`ChannelState::Failed`], or [`ChannelState::Stopping`] when nobody knows whether the
    /// provider opened it.
    pub state: ChannelState,
    /// Why, as a stable code.
    pub reason: String,
    /// What follows.
    pub effects: Effects,
}

impl Store {
    /// Writes down a channel before the provider is asked for it, because its first message may come before the answer.
    /// An earlier attempt that never ended counts as unwanted from now on, one that opened nothing is forgotten.
    pub async fn reserve_push_channel(
        &self,
        subject: ChannelSubject,
        new: NewPushChannel,
    ) -> Result<(), StoreError> {
        let forget =
            of(sql("DELETE FROM push_channels"), subject).push(" AND state IN ('refused', 'failed')");
        let abandon =
            of(sql("UPDATE push_channels SET state = 'stopping'"), subject).push(" AND state = 'opening'");
        let insert = sql(
            "INSERT INTO push_channels (id, tenant_id, connection_id, calendar_id, secret_hash, state, opened_us,
                 expires_us, missed)
             VALUES ($1, $2, $3, $4, $5, 'opening', $6, $7, 0)",
        )
        .bind(new.id)
        .bind(subject.tenant)
        .bind(subject.connection)
        .bind(subject.calendar)
        .bind(new.secret_hash)
        .bind(self.now())
        .bind(new.expires_at);
        let mut tx = self.begin().await?;
        for statement in [forget, abandon, insert] {
            tx.execute(statement).await?;
        }
        tx.commit().await
    }

    /// The provider opened the channel: it is live and takes the place of the subject's others. Answers whether it is;
    /// when it was given up meanwhile it is only known well enough to be stopped, and the effects are not written.
    pub async fn open_push_channel(
        &self,
        subject: ChannelSubject,
        id: PushChannelId,
        opened: OpenedChannel,
        effects: Effects,
    ) -> Result<bool, StoreError> {
        let effects = self.prepare(subject.tenant, effects).await?;
        let mut tx = self.begin().await?;
        let live = sql(
            "UPDATE push_channels SET state = CASE WHEN state = 'opening' THEN 'live' ELSE state END,
                 resource_id = $1, expires_us = $2, renew_us = $3
             WHERE tenant_id = $4 AND id = $5 AND state IN ('opening', 'stopping') RETURNING state",
        )
        .bind(&opened.resource_id)
        .bind(opened.expires_at)
        .bind(opened.renew_at)
        .bind(subject.tenant)
        .bind(id);
        let row = tx.read(live).await?;
        let state = row
            .first()
            .map(|row| row.word::<ChannelState>("state"))
            .transpose()?;
        // The provider's word for a resource is the same for all its channels, so those whose answer was lost can be
        // stopped too.
        let name = of(
            sql("UPDATE push_channels SET resource_id = ").push_bind(&opened.resource_id),
            subject,
        )
        .push(" AND state IN ('opening', 'stopping') AND resource_id IS NULL");
        if state != Some(ChannelState::Live) {
            tx.commit().await?;
            return Ok(false);
        }
        let replace = of(sql("UPDATE push_channels SET state = 'stopping'"), subject)
            .push(" AND state IN ('opening', 'live') AND id <> ")
            .push_bind(id);
        tx.execute(name).await?;
        tx.execute(replace).await?;
        self.commit_with(tx, effects).await?;
        Ok(true)
    }

    /// The attempt to open the channel ended otherwise.
    pub async fn fail_push_channel(
        &self,
        tenant: TenantId,
        id: PushChannelId,
        end: ChannelEnd,
    ) -> Result<(), StoreError> {
        let effects = self.prepare(tenant, end.effects).await?;
        let update = sql(
            "UPDATE push_channels SET state = $1, reason = $2 WHERE tenant_id = $3 AND id = $4 AND state = 'opening'",
        )
        .bind(end.state.word())
        .bind(&end.reason)
        .bind(tenant)
        .bind(id);
        let mut tx = self.begin().await?;
        tx.execute(update).await?;
        self.commit_with(tx, effects).await
    }

    /// Puts off the replacement of a live channel.
    pub async fn postpone_push_channel(
        &self,
        tenant: TenantId,
        id: PushChannelId,
        renew_at: Timestamp,
        effects: Effects,
    ) -> Result<(), StoreError> {
        let effects = self.prepare(tenant, effects).await?;
        let update =
            sql("UPDATE push_channels SET renew_us = $1 WHERE tenant_id = $2 AND id = $3 AND state = 'live'")
                .bind(renew_at)
                .bind(tenant)
                .bind(id);
        let mut tx = self.begin().await?;
        tx.execute(update).await?;
        self.commit_with(tx, effects).await
    }

    /// The subject is no longer watched: its channels are to be stopped.
    pub async fn stop_push_channels(
        &self,
        subject: ChannelSubject,
        effects: Effects,
    ) -> Result<(), StoreError> {
        let effects = self.prepare(subject.tenant, effects).await?;
        let stop = of(sql("UPDATE push_channels SET state = 'stopping'"), subject)
            .push(" AND state IN ('opening', 'live')");
        let forget =
            of(sql("DELETE FROM push_channels"), subject).push(" AND state IN ('refused', 'failed')");
        let mut tx = self.begin().await?;
        tx.execute(stop).await?;
        tx.execute(forget).await?;
        self.commit_with(tx, effects).await
    }

    /// The provider sends nothing more on the channel, or cannot be made to stop.
    pub async fn end_push_channel(&self, tenant: TenantId, id: PushChannelId) -> Result<(), StoreError> {
        let update = sql(
            "UPDATE push_channels SET state = 'ended' WHERE tenant_id = $1 AND id = $2 AND state = 'stopping'",
        )
        .bind(tenant)
        .bind(id);
        self.db().execute(update).await.map(drop)
    }
}

/// Lets all channels of a connection be stopped, within the write that ends it.
pub(crate) async fn stop_all(
    tx: &mut Tx,
    tenant: TenantId,
    connection: ConnectionId,
) -> Result<(), StoreError> {
    let stop = sql("UPDATE push_channels SET state = 'stopping'
         WHERE tenant_id = $1 AND connection_id = $2 AND state IN ('opening', 'live')")
    .bind(tenant)
    .bind(connection);
    tx.execute(stop).await.map(drop)
}
