//! Task: stops a channel that is no longer wanted.

use kalends_core::time::PushChannelId;
use kalends_store::{ChannelState, ClaimedTask, StoreError};

use super::stop::{ANSWER, stop};
use crate::{
    Engine,
    connections::LiveAccount,
    runner::failure::{Class, Failure},
};

/// Nothing is left to do when it has ended, when the provider's word for it never came, or when its account is not to be
/// asked: the end of a connection stops its channels itself, and all others end by expiring.
pub(crate) async fn unwatch(engine: &Engine, task: &ClaimedTask) -> Result<(), Failure> {
    let (Some(tenant), Ok(id)) = (task.tenant, task.key.parse::<PushChannelId>()) else {
        return Err(Failure::new(Class::Bug, "internal", "the task names no channel"));
    };
    let channel = match engine.store().push_channel(tenant, id).await {
        Err(StoreError::NotFound { .. }) => return Ok(()),
        result => result?,
    };
    let over = engine.ambient().now() >= channel.expires_at;
    if channel.state != ChannelState::Stopping || channel.resource_id.is_none() || over {
        return Ok(());
    }
    let connection = channel.subject.connection;
    let Some(account) = LiveAccount::load(engine, tenant, connection, task.lane).await? else {
        return Ok(());
    };
    if let Err(error) = stop(&*account.provider, &account.ask(ANSWER), &channel).await {
        return Err(account.failure(engine, error).await);
    }
    Ok(engine.store().end_push_channel(tenant, id).await?)
}
