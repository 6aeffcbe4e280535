//! The authorization URL.

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::{OAuthSettings, ScopeSet, pkce};

/// One person's way to the consent page. Cannot be printed, since the hint may be an address.
pub struct AuthorizationRequest<'a> {
    /// What to ask for.
    pub scopes: &'a ScopeSet,
    /// Random, single use; comes back in the callback.
    pub state: &'a SecretString,
    /// See [`super::new_verifier`].
    pub verifier: &'a SecretString,
    /// The account that is expected, by address or provider account id.
    pub login_hint: Option<&'a str>,
    /// What the provider shows even if it need not.
    pub prompt: Prompt,
}

/// What the provider shows even if it need not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// Nothing.
    AsNeeded,
    /// The choice of the account.
    SelectAccount,
    /// The consent page, which yields a new refresh token. Google keeps 100 of them per account and client and
    /// silently drops the oldest: only when no live one is stored.
    Consent,
}

pub(super) fn url(settings: &OAuthSettings, request: &AuthorizationRequest<'_>) -> Url {
    let mut url = settings.endpoints.authorize.clone();
    {
        let mut query = url.query_pairs_mut();
        query
            .append_pair("client_id", &settings.client_id)
            .append_pair("redirect_uri", &settings.redirect_uri)
            .append_pair("response_type", "code")
            .append_pair("scope", &request.scopes.to_string())
            .append_pair("state", request.state.expose_secret())
            .append_pair("code_challenge", &pkce::challenge(request.verifier))
            .append_pair("code_challenge_method", "S256")
            .append_pair("nonce", &pkce::nonce(request.verifier));
        for (name, value) in &settings.authorize_parameters {
            query.append_pair(name, value);
        }
        match request.prompt {
            Prompt::AsNeeded => {}
            Prompt::SelectAccount => {
                query.append_pair("prompt", "select_account");
            }
            Prompt::Consent => {
                query.append_pair("prompt", "consent");
            }
        }
        if let Some(hint) = request.login_hint {
            query.append_pair("login_hint", hint);
        }
    }
    url
}
