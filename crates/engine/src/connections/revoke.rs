//! Task: ends a grant at its provider after a disconnection.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use kalends_core::{provider::ProviderKind, time::ConnectionId};
use kalends_providers::oauth::OAuthClient;
use kalends_store::ClaimedTask;
use secrecy::SecretString;
use serde_json::Value;
use tokio::time::Instant;

use crate::{
    Engine,
    channels::{self, StopError},
    runner::failure::{Class, Failure},
};

/// How long the provider may take.
const ANSWER: Duration = Duration::from_secs(20);
/// Failures after which the grant is ended although channels could not be stopped.
const STOP_ATTEMPTS: u32 = 3;
/// How long a token is kept for this after the disconnection.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// Revoking ends the whole grant of an account to a client, so it is left alone while another live connection, of
/// any tenant, uses the same one (Google OAuth 2.0 guide "Revoking a token"). After a day the token is dropped.
pub(crate) async fn revoke(engine: &Engine, task: &ClaimedTask) -> Result<(), Failure> {
    let Some(grant) = Grant::read(&task.payload) else {
        return Err(Failure::new(
            Class::Bug,
            "internal",
            "a revocation names no grant",
        ));
    };
    let Some(client) = engine.oauth(grant.provider) else {
        return Ok(());
    };
    let over = engine.ambient().now().duration_since(grant.since) > KEPT;
    if over || client.client_id() != grant.client {
        return Ok(());
    }
    let Some(token) = engine.store().task_secret(task).await? else {
        return Ok(());
    };
    stop_channels(engine, task, (client, &token)).await?;
    if engine
        .store()
        .is_account_in_use(grant.provider, grant.client, grant.account)
        .await?
    {
        return Ok(());
    }
    let revoked = client.revoke(&token, Instant::now() + ANSWER).await;
    revoked.map_err(|error| Failure::of_provider(error, engine.ambient().now()))
}

/// Push channels go first, since nobody can stop them without the grant. A grant is not kept for them alone: after a few
/// attempts they are left to expire.
async fn stop_channels(
    engine: &Engine,
    task: &ClaimedTask,
    (client, token): (&OAuthClient, &SecretString),
) -> Result<(), Failure> {
    let (Some(tenant), Ok(connection)) = (task.tenant, task.key.parse::<ConnectionId>()) else {
        return Ok(());
    };
    let Some(provider) = engine.provider(client.kind()) else {
        return Ok(());
    };
    let stopped = channels::stop_before_revoking(engine, &**provider, (tenant, connection), async || {
        let grant = client.refresh(token, Instant::now() + ANSWER).await?;
        Ok(grant.access_token)
    });
    match stopped.await {
        Err(error) if error.is_final() || task.transient_failures >= STOP_ATTEMPTS => {
            tracing::info!(connection = %connection, %error, "push channels are left to expire");
            Ok(())
        }
        Err(StopError::Store(error)) => Err(error.into()),
        Err(StopError::Provider(error)) => Err(Failure::of_provider(error, engine.ambient().now())),
        Ok(()) => Ok(()),
    }
}

/// What is to be ended.
struct Grant<'a> {
    provider: ProviderKind,
    client: &'a str,
    account: &'a str,
    since: Timestamp,
}

impl<'a> Grant<'a> {
    fn read(payload: &'a Value) -> Option<Self> {
        let text = |field: &str| payload.get(field)?.as_str();
        Some(Self {
            provider: text("provider")?.parse().ok()?,
            client: text("client")?,
            account: text("account")?,
            since: Timestamp::from_microsecond(payload.get("since")?.as_i64()?).ok()?,
        })
    }
}
