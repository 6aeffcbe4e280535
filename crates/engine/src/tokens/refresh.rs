//! One renewal, in turn with the other processes.
//!
//! ```text
//! read row -> its access token is good -> take it
//!          -> lease refused            -> wait, read again
//!          -> lease abandoned          -> wait for its holder, then take it over
//!          -> lease granted            -> ask the provider -> store -> use
//! ```

use std::time::Duration;

use kalends_core::time::ConnectionId;
use kalends_egress::TokenError;
use kalends_providers::{
    oauth::{OAuthClient, TokenGrant},
    provider::{ErrorClass, ProviderError},
};
use kalends_store::{
    Connection, ConnectionState, Effects, NewTokens, RefreshGrant, RefreshLease, StateChange, StoreError,
};
use secrecy::SecretString;
use tokio::time::Instant;

use super::{Held, Inner};
use crate::changes;

/// How long the provider may take.
const ANSWER: Duration = Duration::from_secs(20);
/// How long a lease lasts: longer than the answer and the write after it.
const LEASE: Duration = Duration::from_secs(45);
/// How often a loser looks whether the winner is done, and how many times.
const LOOK: Duration = Duration::from_millis(250);
const LOOKS: u32 = 240;
/// How long the holder of a lease that has run out may take to store what it holds, once the database can be reached:
/// several of its tries ([`PAUSE`]).
const GRACE: Duration = Duration::from_secs(5);
/// How long a write of tokens is tried while the database is away, and the longest pause between two tries.
const KEEP_TRYING: Duration = Duration::from_mins(10);
const PAUSE: Duration = Duration::from_secs(1);

/// Which token is wanted.
#[derive(Clone)]
pub(super) enum Wanted {
    /// One that is good and not the refused one: from the row, else from the provider.
    Good {
        /// The refused one.
        refused: Option<SecretString>,
    },
    /// One from the provider, also when the grant was found dead before.
    Proof,
}

/// The wanted token.
pub(super) async fn refresh(inner: &Inner, id: ConnectionId, wanted: Wanted) -> Result<Held, TokenError> {
    let mut abandoned: Option<(i64, Instant)> = None;
    for _ in 0..LOOKS {
        let connection = match inner.store.connection_of_any_tenant(id).await {
            Err(StoreError::NotFound { .. }) => return Err(TokenError::Reauth),
            result => result.map_err(unavailable)?,
        };
        match (connection.state, &wanted) {
            (ConnectionState::Disconnected, _) | (ConnectionState::ReauthRequired, Wanted::Good { .. }) => {
                return Err(TokenError::Reauth);
            }
            _ => {}
        }
        let good = |token: &Held| match &wanted {
            Wanted::Good { refused } => token.is_usable(inner.ambient.now(), refused.as_ref()),
            Wanted::Proof => false,
        };
        let secrets = inner
            .store
            .connection_secrets(connection.tenant, id)
            .await
            .map_err(unavailable)?;
        if let Some(token) = secrets.access_token.map(Held::from).filter(good) {
            return Ok(token);
        }
        let overdue = abandoned.filter(|(_, since)| since.elapsed() >= GRACE);
        let overdue = overdue.map(|(fence, _)| fence);
        match inner
            .store
            .lease_refresh(connection.tenant, id, LEASE, overdue)
            .await
            .map_err(unavailable)?
        {
            RefreshLease::Won(grant) => {
                return Turn {
                    inner,
                    connection,
                    fence: grant.fence,
                }
                .take(grant, good)
                .await;
            }
            RefreshLease::Held { .. } => tokio::time::sleep(LOOK).await,
            RefreshLease::Abandoned { fence } => {
                if abandoned.is_none_or(|(known, _)| known != fence) {
                    abandoned = Some((fence, Instant::now()));
                }
                tokio::time::sleep(LOOK).await;
            }
        }
    }
    Err(TokenError::Unavailable(
        "another process holds the refresh and does not finish".into(),
    ))
}

/// The time in which this process alone may refresh a connection.
struct Turn<'a> {
    inner: &'a Inner,
    connection: Connection,
    fence: i64,
}

impl Turn<'_> {
    async fn take(self, grant: RefreshGrant, good: impl Fn(&Held) -> bool) -> Result<Held, TokenError> {
        if let Some(token) = grant.secrets.access_token.map(Held::from).filter(good) {
            self.release().await?;
            return Ok(token);
        }
        let provider = self.connection.provider;
        let Some(client) = self.inner.clients.get(&provider) else {
            self.release().await?;
            return Err(TokenError::ClientRefused(
                format!("no OAuth client for {provider} is configured").into(),
            ));
        };
        match &grant.secrets.refresh_token {
            Some(refresh_token) => self.ask(client, refresh_token).await,
            None => self.give_up("no_refresh_token").await,
        }
    }

    async fn ask(&self, client: &OAuthClient, refresh_token: &SecretString) -> Result<Held, TokenError> {
        match client.refresh(refresh_token, Instant::now() + ANSWER).await {
            Ok(grant) => self.keep(grant).await,
            Err(error) => self.refused(error).await,
        }
    }

    /// Stores before use. A write that fails is tried again for long: the provider may already have ended the old token, so
    /// that the new one exists nowhere but here.
    async fn keep(&self, grant: TokenGrant) -> Result<Held, TokenError> {
        let token = Held {
            secret: grant.access_token,
            expires_at: grant.expires_at,
        };
        let scopes: Option<Vec<String>> = grant
            .scopes
            .map(|scopes| scopes.iter().map(str::to_owned).collect());
        let (tenant, id) = (self.connection.tenant, self.connection.id);
        let until = Instant::now() + KEEP_TRYING;
        let mut pause = Duration::from_millis(200);
        loop {
            let tokens = NewTokens {
                access_token: token.clone().into(),
                refresh_token: grant.refresh_token.clone(),
                scopes: scopes.clone(),
            };
            match self
                .inner
                .store
                .store_tokens(tenant, id, self.fence, tokens)
                .await
            {
                Ok(()) => {
                    tracing::info!(connection = %id, provider = %self.connection.provider, "access token refreshed");
                    return Ok(token);
                }
                Err(error) if error.is_transient() && Instant::now() < until => {
                    tracing::warn!(connection = %id, %error, "a refreshed token is not stored yet");
                    tokio::time::sleep(pause).await;
                    pause = PAUSE.min(pause * 2);
                }
                Err(error) => return Err(unavailable(error)),
            }
        }
    }

    async fn refused(&self, error: ProviderError) -> Result<Held, TokenError> {
        match error.class() {
            ErrorClass::Reauth => self.give_up("invalid_grant").await,
            ErrorClass::Operator => {
                self.release().await?;
                tracing::error!(connection = %self.connection.id, %error, "the provider refuses this server's OAuth client");
                Err(TokenError::ClientRefused(Box::new(error)))
            }
            // Not an attempt: whoever waits for the token is postponed until then.
            ErrorClass::CircuitOpen(retry_at) | ErrorClass::RateLimited(Some(retry_at)) => {
                self.release().await?;
                Err(TokenError::Suspended { retry_at })
            }
            ErrorClass::Transient
            | ErrorClass::RateLimited(None)
            | ErrorClass::NeedsConsent
            | ErrorClass::Rejected => {
                self.release().await?;
                Err(TokenError::Unavailable(Box::new(error)))
            }
        }
    }

    /// The grant is dead: the row says so, the feed tells, and the provider is asked again by the daily proof alone.
    async fn give_up(&self, reason: &str) -> Result<Held, TokenError> {
        // It was, and that has been told.
        if self.connection.state == ConnectionState::ReauthRequired {
            self.release().await?;
            return Err(TokenError::Reauth);
        }
        let Connection { tenant, id, user, .. } = &self.connection;
        tracing::warn!(connection = %id, reason, "the account must be connected again");
        let change = StateChange {
            from: self.connection.state,
            fence: Some(self.fence),
            to: ConnectionState::ReauthRequired,
            reason: Some(reason.to_owned()),
            revoked_at: Some(self.inner.ambient.now()),
            effects: Effects::none().change(changes::connection_reauth_required(user, *id, reason)),
        };
        self.inner
            .store
            .change_connection_state(*tenant, *id, change)
            .await
            .map_err(unavailable)?;
        self.release().await?;
        Err(TokenError::Reauth)
    }

    async fn release(&self) -> Result<(), TokenError> {
        let (tenant, id) = (self.connection.tenant, self.connection.id);
        self.inner
            .store
            .release_refresh(tenant, id, self.fence)
            .await
            .map_err(unavailable)
    }
}

fn unavailable(error: StoreError) -> TokenError {
    TokenError::Unavailable(Box::new(error))
}
