//! Access tokens: where egress gets them, and how they are renewed without ever losing a grant.
//!
//! One refresh at a time per connection, over all processes: inside a process a lock per connection, between
//! processes a lease on its row. Who loses the lease waits and takes the winner's token from the row. What a refresh
//! returns is stored before it is used, because a rotated refresh token exists nowhere else.
//!
//! Only `invalid_grant` asks the person to connect again; a refused client is the operator's, all else passes.

mod refresh;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, PoisonError},
};

use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use kalends_core::{ambient::Ambient, provider::ProviderKind, time::ConnectionId};
use kalends_egress::{AccountKey, TokenError, TokenSource};
use kalends_providers::oauth::OAuthClient;
use kalends_store::{AccessToken, Connection, Store, StoreError};
use moka::future::Cache;
use secrecy::{ExposeSecret, SecretString};
use tokio_util::task::TaskTracker;

use refresh::Wanted;

/// A token is renewed this long before it expires, so that none expires on its way.
const MARGIN: SignedDuration = SignedDuration::from_secs(60);
/// Connections whose tokens are kept in memory.
const MOST_HELD: u64 = 20_000;

/// The tokens of all connections; cheap to clone.
#[derive(Clone)]
pub struct Tokens {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    clients: BTreeMap<ProviderKind, OAuthClient>,
    ambient: Ambient,
    held: Cache<ConnectionId, Arc<Slot>>,
    renewals: TaskTracker,
}

/// One connection's token in this process, and the lock of who renews it.
#[derive(Default)]
struct Slot {
    token: std::sync::Mutex<Option<Held>>,
    renewing: tokio::sync::Mutex<()>,
}

/// An access token in memory.
#[derive(Clone)]
struct Held {
    secret: SecretString,
    expires_at: Timestamp,
}

impl Tokens {
    /// Tokens of the connections in `store`, renewed by the clients.
    pub fn new(store: Store, clients: Vec<OAuthClient>, ambient: Ambient) -> Self {
        Self {
            inner: Arc::new(Inner {
                store,
                clients: clients
                    .into_iter()
                    .map(|client| (client.kind(), client))
                    .collect(),
                ambient,
                held: Cache::new(MOST_HELD),
                renewals: TaskTracker::new(),
            }),
        }
    }

    pub(crate) fn client(&self, kind: ProviderKind) -> Option<&OAuthClient> {
        self.inner.clients.get(&kind)
    }

    /// Drops what memory holds of a connection: its row has changed.
    pub(crate) async fn forget(&self, connection: ConnectionId) {
        self.inner.held.invalidate(&connection).await;
    }

    /// Whether what memory holds of a connection is what its row has. What is not is dropped.
    pub(crate) async fn are_current(&self, connection: &Connection) -> Result<bool, StoreError> {
        let Some(slot) = self.inner.held.get(&connection.id).await else {
            return Ok(false);
        };
        let store = &self.inner.store;
        let secrets = store.connection_secrets(connection.tenant, connection.id).await?;
        let stored = secrets.access_token.map(|stored| stored.token);
        let current = slot.holds(stored.as_ref());
        if !current {
            self.forget(connection.id).await;
        }
        Ok(current)
    }

    /// Asks the provider whether a grant that was found dead lives after all; its new token is stored.
    pub(crate) async fn prove(&self, connection: ConnectionId) -> Result<(), TokenError> {
        let tokens = self.clone();
        let renewal = self
            .inner
            .renewals
            .spawn(async move { refresh::refresh(&tokens.inner, connection, Wanted::Proof).await });
        let proof = renewal
            .await
            .map_err(|error| TokenError::Unavailable(Box::new(error)))?;
        proof.map(drop)
    }

    /// Waits until no renewal is under way.
    pub(crate) async fn renewals_ended(&self) {
        self.inner.renewals.close();
        self.inner.renewals.wait().await;
    }

    async fn renewed(
        self,
        connection: ConnectionId,
        refused: Option<SecretString>,
    ) -> Result<SecretString, TokenError> {
        let slot = self
            .inner
            .held
            .get_with(connection, async { Arc::default() })
            .await;
        let _turn = slot.renewing.lock().await;
        // Whoever had the turn before may have renewed it.
        if let Some(token) = slot.usable(self.inner.ambient.now(), refused.as_ref()) {
            return Ok(token);
        }
        let token = refresh::refresh(&self.inner, connection, Wanted::Good { refused }).await?;
        slot.keep(token.clone());
        Ok(token.secret)
    }
}

impl TokenSource for Tokens {
    fn token<'a>(
        &'a self,
        account: AccountKey,
        refused: Option<&'a SecretString>,
    ) -> BoxFuture<'a, Result<SecretString, TokenError>> {
        Box::pin(async move {
            let connection = ConnectionId(account.0);
            let held = self.inner.held.get(&connection).await;
            if let Some(token) = held.and_then(|slot| slot.usable(self.inner.ambient.now(), refused)) {
                return Ok(token);
            }
            // On its own, so that a caller who stops waiting does not cut off a refresh between the provider's
            // answer and our row.
            let renewal = self
                .inner
                .renewals
                .spawn(self.clone().renewed(connection, refused.cloned()));
            renewal
                .await
                .map_err(|error| TokenError::Unavailable(Box::new(error)))?
        })
    }
}

impl Slot {
    fn usable(&self, now: Timestamp, refused: Option<&SecretString>) -> Option<SecretString> {
        let token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        token
            .as_ref()
            .filter(|token| token.is_usable(now, refused))
            .map(|token| token.secret.clone())
    }

    fn holds(&self, stored: Option<&SecretString>) -> bool {
        let token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        match (token.as_ref(), stored) {
            (Some(held), Some(stored)) => held.secret.expose_secret() == stored.expose_secret(),
            _ => false,
        }
    }

    fn keep(&self, token: Held) {
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = Some(token);
    }
}

impl Held {
    fn is_usable(&self, now: Timestamp, refused: Option<&SecretString>) -> bool {
        let lasts = self
            .expires_at
            .saturating_sub(MARGIN)
            .is_ok_and(|until| now < until);
        lasts && refused.is_none_or(|refused| refused.expose_secret() != self.secret.expose_secret())
    }
}

impl From<AccessToken> for Held {
    fn from(stored: AccessToken) -> Self {
        Self {
            secret: stored.token,
            expires_at: stored.expires_at,
        }
    }
}

impl From<Held> for AccessToken {
    fn from(held: Held) -> Self {
        Self {
            token: held.secret,
            expires_at: held.expires_at,
        }
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens")
    }
}
