//! OAuth round trips that have begun: what the callback must find again, once.

use jiff::Timestamp;
use kalends_core::{
    provider::{Feature, ProviderKind},
    time::{OauthStateId, TenantId, UserId},
};
use secrecy::SecretString;

use crate::{
    Store, StoreError,
    db::{Word, sql},
    seal::Place,
};

/// A round trip.
#[derive(Clone, Debug)]
pub struct OauthState {
    /// Whose user connects.
    pub tenant: TenantId,
    /// Who connects.
    pub user: UserId,
    /// To which provider.
    pub provider: ProviderKind,
    /// By which client of ours there.
    pub oauth_client: String,
    /// What for.
    pub features: Vec<Feature>,
    /// SHA-256 of the `state` parameter.
    pub state_hash: [u8; 32],
    /// SHA-256 of the nonce in the browser's cookie; `None` when a backend started.
    pub nonce_hash: Option<[u8; 32]>,
    /// The PKCE verifier (RFC 7636); sealed.
    pub pkce_verifier: SecretString,
    /// Where the person is sent afterwards.
    pub return_to: Option<String>,
    /// Until when the callback is accepted.
    pub expires_at: Timestamp,
}

impl Store {
    /// Keeps a round trip. The user must exist.
    pub async fn put_oauth_state(&self, state: &OauthState) -> Result<(), StoreError> {
        let verifier = self
            .seal(
                state.tenant,
                verifier_place(&state.state_hash),
                &state.pkce_verifier,
            )
            .await?;
        let insert = sql(
            "INSERT INTO oauth_states (id, tenant_id, user_id, state_hash, nonce_hash, pkce_verifier, provider,
                 oauth_client, features, return_to, expires_us)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(OauthStateId::new(self.ambient()))
        .bind(state.tenant)
        .bind(&state.user)
        .bind(state.state_hash)
        .bind(state.nonce_hash)
        .bind(verifier)
        .bind(state.provider.as_str())
        .bind(&state.oauth_client)
        .bind(feature_words(&state.features))
        .bind(state.return_to.as_deref())
        .bind(state.expires_at);
        self.db().execute(insert).await.map(drop)
    }

    /// Takes the round trip out of the table, so that of any number of callbacks one gets it; `None` when it is
    /// unknown, was taken or has expired. The state itself names the tenant, so none is asked for.
    pub async fn take_oauth_state(&self, state_hash: [u8; 32]) -> Result<Option<OauthState>, StoreError> {
        let delete = sql("DELETE FROM oauth_states WHERE state_hash = $1
             RETURNING tenant_id, user_id, nonce_hash, pkce_verifier, provider, oauth_client, features, return_to,
                 expires_us")
        .bind(state_hash);
        let rows = self.db().write_returning(delete).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let expires_at = row.time("expires_us")?;
        if expires_at <= self.now() {
            return Ok(None);
        }
        let tenant = row.id("tenant_id", TenantId)?;
        let sealed: Vec<u8> = row.get("pkce_verifier")?;
        let has_nonce = row.get::<Option<Vec<u8>>>("nonce_hash")?.is_some();
        Ok(Some(OauthState {
            tenant,
            user: row.user("user_id")?,
            provider: row.word("provider")?,
            oauth_client: row.get("oauth_client")?,
            features: row.word_list("features")?,
            state_hash,
            nonce_hash: has_nonce.then(|| row.hash("nonce_hash")).transpose()?,
            pkce_verifier: self.open(tenant, verifier_place(&state_hash), &sealed).await?,
            return_to: row.get("return_to")?,
            expires_at,
        }))
    }

    /// Deletes expired round trips and connect sessions of all tenants; answers how many.
    pub async fn prune_oauth_states(&self) -> Result<u64, StoreError> {
        let now = self.now();
        let states = sql("DELETE FROM oauth_states WHERE expires_us <= $1").bind(now);
        let sessions = sql("DELETE FROM connect_sessions WHERE expires_us <= $1").bind(now);
        Ok(self.db().execute(states).await? + self.db().execute(sessions).await?)
    }
}

pub(crate) fn feature_words(features: &[Feature]) -> String {
    features.iter().map(Word::word).collect::<Vec<_>>().join(" ")
}

fn verifier_place(state_hash: &[u8; 32]) -> Place<'_> {
    Place {
        table: "oauth_states",
        row: state_hash,
        column: "pkce_verifier",
    }
}
