//! Takes a person back from their provider and makes the connection.

use std::time::Duration;

use kalends_core::{
    provider::{Feature, ProviderKind},
    time::{ConnectionId, TenantId, UserId},
};
use kalends_providers::oauth::{Identity, OAuthClient, Prompt};
use kalends_store::{Connection, ConnectionState, OauthState, StoreError};
use secrecy::SecretString;
use subtle::ConstantTimeEq;
use tokio::time::Instant;
use url::Url;

use super::{
    FinishError, Started,
    adopt::{Granted, adopt},
    start::{Binding, Trip, begin},
    state,
};
use crate::Engine;

/// How long the provider may take to exchange a code.
const EXCHANGE: Duration = Duration::from_secs(20);

/// What came back with the person.
#[derive(Clone, Debug)]
pub struct Callback {
    /// The provider that the route names.
    pub provider: ProviderKind,
    /// The parameter `state`.
    pub state: Option<SecretString>,
    /// The parameter `code`.
    pub code: Option<SecretString>,
    /// The parameter `error` (RFC 6749 section 4.1.2.1).
    pub error: Option<String>,
    /// The nonce of the browser's cookie.
    pub nonce: Option<SecretString>,
}

/// What a callback led to.
#[derive(Clone, Debug)]
pub enum Finished {
    /// The account is connected.
    Connected(Connected),
    /// The provider gave no refresh token and none is stored: the person is sent there once more.
    Again(Started),
}

/// A connected account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connected {
    /// The tenant that began.
    pub tenant: TenantId,
    /// Whose account it is.
    pub user: UserId,
    /// The connection, new or taken up again.
    pub connection: ConnectionId,
    /// What was asked for and not allowed; these features stay off.
    pub needs_consent: Vec<Feature>,
    /// Where the person wants to go.
    pub return_to: Option<Url>,
}

/// A callback that made no connection.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct Unfinished {
    /// Why.
    #[source]
    pub error: FinishError,
    /// Where the person wanted to go, when the state says so.
    pub return_to: Option<Url>,
}

/// Uses up the state, exchanges the code (the one wait for a provider that a request may have), and stores the
/// connection with its secrets, its first task and its change in one transaction.
pub async fn finish(engine: &Engine, callback: Callback) -> Result<Finished, Unfinished> {
    let lost = |error| Unfinished {
        error,
        return_to: None,
    };
    let presented = callback.state.as_ref().ok_or(lost(FinishError::UnknownState))?;
    let trip = engine
        .store()
        .take_oauth_state(state::hash(presented))
        .await
        .map_err(|error| lost(error.into()))?
        .filter(|trip| trip.provider == callback.provider)
        .ok_or(lost(FinishError::UnknownState))?;
    let return_to = trip
        .return_to
        .as_deref()
        .and_then(|address| Url::parse(address).ok());
    match complete(engine, &callback, &trip, return_to.clone()).await {
        Ok(finished) => Ok(finished),
        Err(error) => Err(Unfinished { error, return_to }),
    }
}

async fn complete(
    engine: &Engine,
    callback: &Callback,
    trip: &OauthState,
    return_to: Option<Url>,
) -> Result<Finished, FinishError> {
    if !same_browser(trip, callback.nonce.as_ref()) {
        return Err(FinishError::OtherBrowser);
    }
    let provider = trip.provider;
    let client = engine
        .oauth(provider)
        .filter(|client| client.client_id() == trip.oauth_client)
        .ok_or(FinishError::ProviderNotConfigured { provider })?;
    let code = match (&callback.code, callback.error.as_deref()) {
        (_, Some("access_denied")) => return Err(FinishError::Declined),
        (_, Some(code)) => {
            return Err(FinishError::Refused {
                code: code.to_owned(),
            });
        }
        (None, None) => {
            return Err(FinishError::Refused {
                code: "no_code".to_owned(),
            });
        }
        (Some(code), None) => code,
    };
    let (grant, identity) = client
        .exchange(code, &trip.pkce_verifier, Instant::now() + EXCHANGE)
        .await
        .map_err(FinishError::Exchange)?;
    let account = &identity.account_id;
    let known = engine
        .store()
        .connection_to_account(trip.tenant, &trip.user, provider, account)
        .await?;
    if grant.refresh_token.is_none() && !has_live_grant(engine, client, known.as_ref()).await? {
        return again(engine, client, trip, return_to, &identity).await;
    }
    let granted = Granted {
        client,
        grant,
        identity,
    };
    let (connection, needs_consent) = adopt(engine, trip, &granted, known).await?;
    Ok(Finished::Connected(Connected {
        tenant: trip.tenant,
        user: trip.user.clone(),
        connection,
        needs_consent,
        return_to,
    }))
}

/// The comparison takes the same time wherever the two differ.
fn same_browser(trip: &OauthState, nonce: Option<&SecretString>) -> bool {
    let Some(expected) = &trip.nonce_hash else {
        return true;
    };
    nonce.is_some_and(|nonce| state::hash(nonce).ct_eq(expected).into())
}

/// Whether a stored refresh token may go on when the provider gave no new one.
async fn has_live_grant(
    engine: &Engine,
    client: &OAuthClient,
    known: Option<&Connection>,
) -> Result<bool, StoreError> {
    let live = |known: &&Connection| {
        matches!(known.state, ConnectionState::Active | ConnectionState::Degraded)
            && known.oauth_client.as_deref() == Some(client.client_id())
    };
    let Some(known) = known.filter(live) else {
        return Ok(false);
    };
    let secrets = engine.store().connection_secrets(known.tenant, known.id).await?;
    Ok(secrets.refresh_token.is_some())
}

async fn again(
    engine: &Engine,
    client: &OAuthClient,
    trip: &OauthState,
    return_to: Option<Url>,
    identity: &Identity,
) -> Result<Finished, FinishError> {
    let binding = if trip.nonce_hash.is_some() {
        Binding::Browser
    } else {
        Binding::StateOnly
    };
    let next = Trip {
        user: trip.user.clone(),
        features: trip.features.clone(),
        return_to,
        login_hint: identity.email.clone(),
        binding,
        prompt: Prompt::Consent,
    };
    Ok(Finished::Again(begin(engine, trip.tenant, client, next).await?))
}
