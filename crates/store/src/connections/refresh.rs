//! One refresh at a time for each connection, over all replicas: a lease on the row with a fencing number.

use std::time::Duration;

use jiff::Timestamp;
use kalends_core::time::{ConnectionId, TenantId};
use secrecy::SecretString;

use super::{AccessToken, ConnectionSecrets};
use crate::{Store, StoreError, db::sql};

/// Whether this process may refresh.
#[derive(Debug)]
pub enum RefreshLease {
    /// It may.
    Won(RefreshGrant),
    /// Another one is refreshing: wait for its token, or ask again once its lease has ended.
    Held {
        /// When the other's lease ends.
        until: Timestamp,
    },
    /// Another one's lease has run out without an end. Its holder may have died; or it may live, cut off from the database
    /// with a rotated token that exists nowhere else: give it time to store that, then ask again with the number.
    Abandoned {
        /// Proof of that lease.
        fence: i64,
    },
}

/// The right to refresh, with the secrets as they were when it was given.
#[derive(Debug)]
pub struct RefreshGrant {
    /// Proof of the lease.
    pub fence: i64,
    /// The secrets; the access token among them may already be the newer one that another process fetched.
    pub secrets: ConnectionSecrets,
}

/// What a refresh brought.
#[derive(Debug)]
pub struct NewTokens {
    /// The new access token.
    pub access_token: AccessToken,
    /// The new refresh token when the provider rotated it.
    pub refresh_token: Option<SecretString>,
    /// The granted scopes when the provider named them.
    pub scopes: Option<Vec<String>>,
}

impl Store {
    /// Asks for the right to refresh for so long. A lease that has run out without an end is taken over only by who
    /// names it.
    pub async fn lease_refresh(
        &self,
        tenant: TenantId,
        id: ConnectionId,
        length: Duration,
        abandoned: Option<i64>,
    ) -> Result<RefreshLease, StoreError> {
        let now = self.now();
        let update = sql(
            "UPDATE connections SET lease_until_us = $1, lease_fence = lease_fence + 1
             WHERE tenant_id = $2 AND id = $3 AND state <> 'disconnected'
                 AND (lease_until_us = 0 OR (lease_until_us <= $4 AND lease_fence = $5))
             RETURNING lease_fence, refresh_token, access_token, access_expires_us, url",
        )
        .bind(now.checked_add(length).unwrap_or(Timestamp::MAX))
        .bind(tenant)
        .bind(id)
        .bind(now)
        // No lease has this number.
        .bind(abandoned.unwrap_or(-1));
        if let Some(row) = self.db().write_returning(update).await?.first() {
            return Ok(RefreshLease::Won(RefreshGrant {
                fence: row.get("lease_fence")?,
                secrets: self.open_secrets(tenant, id, row).await?,
            }));
        }
        let select = sql("SELECT lease_until_us, lease_fence FROM connections
             WHERE tenant_id = $1 AND id = $2 AND state <> 'disconnected'")
        .bind(tenant)
        .bind(id);
        match self.db().read_first(select).await? {
            Some(row) => {
                let until = row.time("lease_until_us")?;
                Ok(if until <= now {
                    RefreshLease::Abandoned {
                        fence: row.get("lease_fence")?,
                    }
                } else {
                    RefreshLease::Held { until }
                })
            }
            None => Err(StoreError::NotFound { what: "connection" }),
        }
    }

    /// Stores what the refresh brought and ends the lease. Once this has returned, the tokens are durable and may
    /// be used. Fenced when another process has refreshed or the user has connected again meanwhile.
    pub async fn store_tokens(
        &self,
        tenant: TenantId,
        id: ConnectionId,
        fence: i64,
        tokens: NewTokens,
    ) -> Result<(), StoreError> {
        let secrets = ConnectionSecrets {
            refresh_token: tokens.refresh_token,
            access_token: Some(tokens.access_token),
            url: None,
        };
        let sealed = self.seal_secrets(tenant, id, &secrets).await?;
        let update = sql(
            "UPDATE connections SET refresh_token = COALESCE($1, refresh_token), access_token = $2,
                 access_expires_us = $3, scopes = COALESCE($4, scopes), lease_until_us = 0, updated_us = $5
             WHERE tenant_id = $6 AND id = $7 AND lease_fence = $8 AND state <> 'disconnected'",
        )
        .bind(sealed.refresh_token)
        .bind(sealed.access_token)
        .bind(sealed.access_expires_at)
        .bind(tokens.scopes.map(|scopes| scopes.join(" ")))
        .bind(self.now())
        .bind(tenant)
        .bind(id)
        .bind(fence);
        match self.db().execute(update).await? {
            0 => Err(StoreError::Fenced { what: "refresh" }),
            _ => Ok(()),
        }
    }

    /// Ends the lease without new tokens. No error when another process has it by now.
    pub async fn release_refresh(
        &self,
        tenant: TenantId,
        id: ConnectionId,
        fence: i64,
    ) -> Result<(), StoreError> {
        let update = sql(
            "UPDATE connections SET lease_until_us = 0 WHERE tenant_id = $1 AND id = $2 AND lease_fence = $3",
        )
        .bind(tenant)
        .bind(id)
        .bind(fence);
        self.db().execute(update).await.map(drop)
    }
}
