//! The token endpoint: exchange, refresh, revocation, and what its errors mean.

use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use kalends_egress::{Answer, Repeat};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::time::Instant;

use super::{Identity, OAuthClient, ScopeSet, endpoint, identity, pkce};
use crate::provider::ProviderError;

/// What the token endpoint grants.
#[derive(Clone, Debug)]
pub struct TokenGrant {
    /// Opens the account until it expires.
    pub access_token: SecretString,
    /// Yields new access tokens; `None` means that the stored one, if any, stays good.
    pub refresh_token: Option<SecretString>,
    /// When the access token expires.
    pub expires_at: Timestamp,
    /// What the person allowed; `None` means exactly what was asked (RFC 6749 section 5.1).
    pub scopes: Option<ScopeSet>,
}

/// Lifetime of a token that states none (RFC 6749 section 5.1 only recommends `expires_in`).
const UNSTATED_LIFETIME_S: i64 = 600;

#[derive(Deserialize)]
struct WireGrant {
    access_token: SecretString,
    refresh_token: Option<SecretString>,
    expires_in: Option<i64>,
    scope: Option<String>,
    id_token: Option<SecretString>,
}

#[derive(Default, Deserialize)]
struct WireError {
    #[serde(default)]
    error: String,
}

pub(super) async fn exchange(
    client: &OAuthClient,
    code: &SecretString,
    verifier: &SecretString,
    deadline: Instant,
) -> Result<(TokenGrant, Identity), ProviderError> {
    let wire = grant(
        client,
        &[
            ("grant_type", "authorization_code"),
            ("code", code.expose_secret()),
            ("code_verifier", verifier.expose_secret()),
            ("redirect_uri", &client.settings.redirect_uri),
        ],
        Repeat::OnlyIfRefused,
        deadline,
    )
    .await?;
    let nonce = pkce::nonce(verifier);
    let identity = identity::learn(
        client,
        wire.id_token.as_ref(),
        &nonce,
        &wire.access_token,
        deadline,
    )
    .await?;
    Ok((wire.stated_at(client.ambient.now()), identity))
}

pub(super) async fn refresh(
    client: &OAuthClient,
    refresh_token: &SecretString,
    deadline: Instant,
) -> Result<TokenGrant, ProviderError> {
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token.expose_secret()),
    ];
    let wire = grant(client, &fields, Repeat::Safe, deadline).await?;
    Ok(wire.stated_at(client.ambient.now()))
}

pub(super) async fn revoke(
    client: &OAuthClient,
    token: &SecretString,
    deadline: Instant,
) -> Result<(), ProviderError> {
    let Some(url) = &client.settings.endpoints.revoke else {
        return Ok(());
    };
    let answer = endpoint::post(
        client,
        url,
        &[("token", token.expose_secret())],
        Repeat::Safe,
        deadline,
    )
    .await?;
    match refusal(&answer) {
        None => Ok(()),
        // A token that is dead already (RFC 7009 section 2.2 would have it a success; Google says 400).
        Some(error) if matches!(error.as_str(), "invalid_token" | "invalid_grant") => Ok(()),
        Some(error) => Err(meaning(answer.status, error)),
    }
}

impl WireGrant {
    fn stated_at(self, now: Timestamp) -> TokenGrant {
        let lifetime = SignedDuration::from_secs(self.expires_in.unwrap_or(UNSTATED_LIFETIME_S).max(0));
        TokenGrant {
            access_token: self.access_token,
            refresh_token: self.refresh_token,
            expires_at: now.saturating_add(lifetime).unwrap_or(Timestamp::MAX),
            scopes: self.scope.as_deref().map(ScopeSet::parse),
        }
    }
}

async fn grant(
    client: &OAuthClient,
    fields: &[(&str, &str)],
    repeat: Repeat,
    deadline: Instant,
) -> Result<WireGrant, ProviderError> {
    let mut all = fields.to_vec();
    all.push(("client_id", &client.settings.client_id));
    all.push(("client_secret", client.settings.client_secret.expose_secret()));
    let answer = endpoint::post(client, &client.settings.endpoints.token, &all, repeat, deadline).await?;
    match refusal(&answer) {
        Some(error) => Err(meaning(answer.status, error)),
        // The parser's own words could quote a token.
        None => serde_json::from_slice(&answer.body).map_err(|_| ProviderError::Unreadable {
            what: "the token endpoint's grant".to_owned(),
        }),
    }
}

/// The `error` of an answer that is not a success (RFC 6749 section 5.2), empty when the body has none.
fn refusal(answer: &Answer) -> Option<String> {
    let refused = !answer.status.is_success();
    refused.then(|| {
        serde_json::from_slice::<WireError>(&answer.body)
            .unwrap_or_default()
            .error
    })
}

/// What a refusal means: only `invalid_grant` is about the person's grant, and only with the status that RFC 6749
/// section 5.2 gives it, since a server that is failing may say anything. The texts beside the code are not documented
/// and decide nothing.
fn meaning(status: StatusCode, error: String) -> ProviderError {
    match error.as_str() {
        "invalid_grant" if status == StatusCode::BAD_REQUEST => ProviderError::Reauth { reason: error },
        "admin_policy_enforced" | "access_denied" | "org_internal" => {
            ProviderError::Forbidden { reason: error }
        }
        "invalid_client"
        | "deleted_client"
        | "unauthorized_client"
        | "redirect_uri_mismatch"
        | "invalid_scope"
        | "unsupported_grant_type"
        | "invalid_request" => ProviderError::Configuration { reason: error },
        "temporarily_unavailable" | "internal_failure" | "server_error" => {
            ProviderError::Unavailable { source: None }
        }
        _ if status == StatusCode::TOO_MANY_REQUESTS => ProviderError::RateLimited { until: None },
        _ if status.is_server_error() => ProviderError::Unavailable { source: None },
        _ => ProviderError::Rejected {
            status: status.as_u16(),
            reason: error,
        },
    }
}
