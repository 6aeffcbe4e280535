//! Making a connection, or taking one up again.

use kalends_core::{
    provider::{Feature, ProviderKind},
    time::{ConnectionId, TenantId, UserId},
};

use super::ConnectionSecrets;
use crate::{
    Effects, FoundCalendar, Store, StoreError,
    calendars::{CalendarOwner, upsert_found},
    db::sql,
};

/// A finished round trip: the account, what was granted, and what follows.
#[derive(Debug)]
pub struct ConnectCommit {
    /// The id of the user's connection to this account when there is one, else a new one.
    pub id: ConnectionId,
    /// Who connected. Must exist.
    pub user: UserId,
    /// To whom.
    pub provider: ProviderKind,
    /// The provider's own id of the account; for a feed the hash of its address.
    pub account_id: String,
    /// What people know the account by.
    pub account_label: String,
    /// Our client at the provider; `None` without OAuth.
    pub oauth_client: Option<String>,
    /// What it is connected for.
    pub features: Vec<Feature>,
    /// The scopes that the provider granted.
    pub scopes: Vec<String>,
    /// The secrets. An absent refresh token keeps the one that is stored.
    pub secrets: ConnectionSecrets,
    /// Calendars that are known already, as the one of a feed.
    pub calendars: Vec<FoundCalendar>,
    /// Discovery, news.
    pub effects: Effects,
}

impl Store {
    /// Makes the connection, or takes the user's connection to the same account up again: active, with the new
    /// grant, keeping calendars and settings. A refresh under way with the old grant is refused from now on.
    ///
    /// [`StoreError::Conflict`] when another round trip made the connection under another id meanwhile: read it and
    /// commit again.
    pub async fn commit_connect(&self, tenant: TenantId, commit: ConnectCommit) -> Result<(), StoreError> {
        let secrets = self.seal_secrets(tenant, commit.id, &commit.secrets).await?;
        let effects = self.prepare(tenant, commit.effects).await?;
        let now = self.now();
        let upsert = sql(
            "INSERT INTO connections (id, tenant_id, user_id, provider, account_id, account_label, oauth_client,
                 state, reason, revoked_us, features, scopes, refresh_token, access_token, access_expires_us, url,
                 lease_until_us, lease_fence, created_us, updated_us)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 'active', NULL, NULL, $8, $9, $10, $11, $12, $13, 0, 0, $14, $14)
             ON CONFLICT (tenant_id, user_id, provider, account_id) DO UPDATE SET
                 account_label = excluded.account_label, oauth_client = excluded.oauth_client, state = 'active',
                 reason = NULL, revoked_us = NULL, features = excluded.features, scopes = excluded.scopes,
                 refused_features = '',
                 refresh_token = COALESCE(excluded.refresh_token, connections.refresh_token),
                 access_token = excluded.access_token, access_expires_us = excluded.access_expires_us,
                 url = COALESCE(excluded.url, connections.url), lease_until_us = 0,
                 lease_fence = connections.lease_fence + 1, updated_us = excluded.updated_us
             WHERE connections.id = excluded.id",
        )
        .bind(commit.id)
        .bind(tenant)
        .bind(&commit.user)
        .bind(commit.provider.as_str())
        .bind(&commit.account_id)
        .bind(&commit.account_label)
        .bind(commit.oauth_client.as_deref())
        .bind(crate::oauth_states::feature_words(&commit.features))
        .bind(commit.scopes.join(" "))
        .bind(secrets.refresh_token)
        .bind(secrets.access_token)
        .bind(secrets.access_expires_at)
        .bind(secrets.url)
        .bind(now);
        let mut tx = self.begin().await?;
        if tx.execute(upsert).await? == 0 {
            return Err(StoreError::Conflict { what: "connection" });
        }
        let owner = CalendarOwner {
            tenant,
            user: &commit.user,
            connection: commit.id,
        };
        upsert_found(&mut tx, owner, &commit.calendars, now).await?;
        self.commit_with(tx, effects).await
    }
}
