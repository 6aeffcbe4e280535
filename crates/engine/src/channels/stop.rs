//! Lets channels go.

use std::time::Duration;

use kalends_core::time::{ConnectionId, TenantId};
use kalends_egress::Lane;
use kalends_providers::{
    Provider,
    provider::{Access, Account, Ask, ChannelRef, ErrorClass, ProviderError},
};
use kalends_store::{ChannelState, ChannelSubject, Effects, PushChannel, StoreError};
use secrecy::SecretString;
use tokio::time::Instant;

use crate::{Engine, runner::task};

/// How long the provider may take.
pub(super) const ANSWER: Duration = Duration::from_secs(20);

/// The subject is not watched any longer: its channels are to be stopped, each by a task.
pub(super) async fn retire(
    engine: &Engine,
    subject: ChannelSubject,
    channels: &[PushChannel],
    effects: Effects,
) -> Result<(), StoreError> {
    let now = engine.ambient().now();
    let known = channels.iter().filter(|channel| {
        channel.resource_id.is_some() && matches!(channel.state, ChannelState::Live | ChannelState::Stopping)
    });
    let effects = known.fold(effects, |effects, channel| {
        effects.task(task::unwatch(subject, channel.id, now))
    });
    engine.store().stop_push_channels(subject, effects).await
}

/// Asks the provider to stop a channel. A refusal is final: then only its expiry ends it.
pub(super) async fn stop(
    provider: &dyn Provider,
    ask: &Ask,
    channel: &PushChannel,
) -> Result<(), ProviderError> {
    let Some(resource_id) = channel.resource_id.clone() else {
        return Ok(());
    };
    let named = ChannelRef {
        id: channel.id.to_string(),
        resource_id,
    };
    match provider.stop(ask, &named).await {
        Err(error) if error.class() == ErrorClass::Rejected => {
            tracing::info!(channel = %channel.id, code = error.code(), "a push channel cannot be stopped");
            Ok(())
        }
        result => result,
    }
}

/// Stops the channels of a connection that was ended, with what is left of its grant: once that is revoked nobody can.
pub(crate) async fn stop_before_revoking(
    engine: &Engine,
    provider: &dyn Provider,
    (tenant, connection): (TenantId, ConnectionId),
    access_token: impl AsyncFnOnce() -> Result<SecretString, ProviderError>,
) -> Result<(), StopError> {
    let channels = engine.store().push_channels_to_stop(tenant, connection).await?;
    if channels.is_empty() {
        return Ok(());
    }
    let token = access_token().await?;
    let ask = || Ask {
        account: Account {
            connection,
            access: Access::Token(token.clone()),
        },
        lane: Lane::Push,
        deadline: Instant::now() + ANSWER,
    };
    for channel in channels {
        stop(provider, &ask(), &channel).await?;
        engine.store().end_push_channel(tenant, channel.id).await?;
    }
    Ok(())
}

/// Why channels were not stopped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StopError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Provider(#[from] ProviderError),
}

impl StopError {
    /// Whether trying again is pointless: the grant itself is dead.
    pub(crate) fn is_final(&self) -> bool {
        matches!(self, Self::Provider(error) if error.class() == ErrorClass::Reauth)
    }
}
