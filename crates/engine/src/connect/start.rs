//! Sends a person to their provider.

use jiff::Timestamp;
use kalends_core::{
    provider::{Feature, ProviderKind},
    time::{TenantId, UserId, Zone},
};
use kalends_providers::oauth::{AuthorizationRequest, OAuthClient, Prompt, new_verifier};
use kalends_store::{ConnectionFilter, ConnectionState, OauthState, StoreError};
use secrecy::SecretString;
use url::Url;

use super::{ConnectError, return_to, state};
use crate::Engine;

/// Accounts of one user that are looked at.
const ACCOUNTS: u32 = 100;

/// What is to be connected.
#[derive(Clone, Debug)]
pub struct Start {
    /// Whose account. The user is made if there is none of that id.
    pub user: UserId,
    /// Where the account is.
    pub provider: ProviderKind,
    /// What the person should allow; at least one.
    pub features: Vec<Feature>,
    /// Where to send the person afterwards: an address on an allowed origin.
    pub return_to: Option<String>,
    /// The account that is expected, by its address.
    pub login_hint: Option<String>,
    /// Whether the round trip is bound to a browser.
    pub binding: Binding,
}

/// Whether a round trip is bound to the browser that began it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// A cookie must come back with the callback.
    Browser,
    /// A backend asked for the address: only the state binds.
    StateOnly,
}

/// A round trip that has begun.
#[derive(Clone, Debug)]
pub struct Started {
    /// Where to send the person.
    pub authorize_url: Url,
    /// What the browser must bring back in a cookie; `None` with [`Binding::StateOnly`].
    pub nonce: Option<SecretString>,
    /// When the round trip must be over.
    pub expires_at: Timestamp,
}

/// Begins a round trip: stores its state and says where to send the person. Asks no provider.
pub async fn start(engine: &Engine, tenant: TenantId, start: Start) -> Result<Started, ConnectError> {
    let provider = start.provider;
    if !provider.uses_oauth() {
        return Err(ConnectError::NotOAuth { provider });
    }
    let client = engine
        .oauth(provider)
        .ok_or(ConnectError::ProviderNotConfigured { provider })?;
    if start.features.is_empty() {
        return Err(ConnectError::NoFeature);
    }
    let offered = client.scopes_for(&start.features);
    if let Some(&feature) = client.missing(&offered, &start.features).first() {
        return Err(ConnectError::UnsupportedFeature { provider, feature });
    }
    let return_to = return_to::allowed(engine, tenant, start.return_to.as_deref()).await?;
    engine
        .store()
        .ensure_user(tenant, &start.user, &Zone::UTC)
        .await
        .map_err(of_tenant)?;
    let prompt = prompt(engine, tenant, &start.user, provider).await?;
    let trip = Trip {
        user: start.user,
        features: start.features,
        return_to,
        login_hint: start.login_hint,
        binding: start.binding,
        prompt,
    };
    Ok(begin(engine, tenant, client, trip).await?)
}

/// A round trip whose wishes are checked.
pub(super) struct Trip {
    pub(super) user: UserId,
    pub(super) features: Vec<Feature>,
    pub(super) return_to: Option<Url>,
    pub(super) login_hint: Option<String>,
    pub(super) binding: Binding,
    pub(super) prompt: Prompt,
}

/// Stores the state of a round trip and builds its address.
pub(super) async fn begin(
    engine: &Engine,
    tenant: TenantId,
    client: &OAuthClient,
    trip: Trip,
) -> Result<Started, StoreError> {
    let ambient = engine.ambient();
    let state = state::random(ambient);
    let verifier = new_verifier(ambient);
    let nonce = (trip.binding == Binding::Browser).then(|| state::random(ambient));
    let expires_at = ambient
        .now()
        .saturating_add(state::LIFETIME)
        .unwrap_or(Timestamp::MAX);
    let authorize_url = client.authorization_url(&AuthorizationRequest {
        scopes: &client.scopes_for(&trip.features),
        state: &state,
        verifier: &verifier,
        login_hint: trip.login_hint.as_deref(),
        prompt: trip.prompt,
    });
    let row = OauthState {
        tenant,
        user: trip.user,
        provider: client.kind(),
        oauth_client: client.client_id().to_owned(),
        features: trip.features,
        state_hash: state::hash(&state),
        nonce_hash: nonce.as_ref().map(state::hash),
        pkce_verifier: verifier,
        return_to: trip.return_to.map(String::from),
        expires_at,
    };
    engine.store().put_oauth_state(&row).await?;
    Ok(Started {
        authorize_url,
        nonce,
        expires_at,
    })
}

/// A user whose tenant does not exist.
pub(super) fn of_tenant(error: StoreError) -> ConnectError {
    match error {
        StoreError::NotFound { .. } => ConnectError::UnknownTenant,
        error => ConnectError::Store(error),
    }
}

/// A dead grant must be consented to anew, else no refresh token comes with the code.
async fn prompt(
    engine: &Engine,
    tenant: TenantId,
    user: &UserId,
    provider: ProviderKind,
) -> Result<Prompt, ConnectError> {
    let filter = ConnectionFilter {
        user: Some(user),
        after: None,
        limit: ACCOUNTS,
    };
    let connections = engine.store().connections(tenant, filter).await?;
    let reconnects = connections.iter().any(|connection| {
        connection.provider == provider && connection.state == ConnectionState::ReauthRequired
    });
    Ok(if reconnects {
        Prompt::Consent
    } else {
        Prompt::AsNeeded
    })
}
