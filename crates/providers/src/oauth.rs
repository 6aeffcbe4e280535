//! How an account becomes connected by OAuth 2.0 and stays so: the authorization code grant with PKCE (RFC 6749,
//! RFC 7636), OpenID Connect for who it is, refresh and revocation (RFC 7009).
//!
//! One [`OAuthClient`] per provider, made from configuration. It asks through egress, keeps no token, and decides
//! nothing about connections: the engine stores what it returns. Its own few form posts are less code than a library
//! with a client of its own would need to be led through egress.
//!
//! To add a provider: a function that fills [`OAuthSettings`] beside its adapter (see [`crate::google::oauth`]).

mod authorize;
mod endpoint;
mod identity;
mod pkce;
mod scopes;
mod settings;
mod token;

pub use authorize::{AuthorizationRequest, Prompt};
pub use endpoint::SERVICE;
pub use identity::Identity;
pub use pkce::new_verifier;
pub use scopes::ScopeSet;
pub use settings::{FeatureScopes, OAuthEndpoints, OAuthSettings};
pub use token::TokenGrant;

use std::sync::Arc;

use kalends_core::{
    ambient::Ambient,
    provider::{Feature, ProviderKind},
};
use kalends_egress::Egress;
use secrecy::SecretString;
use tokio::time::Instant;
use url::Url;

use crate::provider::ProviderError;

/// The server's registration at one OAuth provider; cheap to clone.
#[derive(Clone, Debug)]
pub struct OAuthClient {
    settings: Arc<OAuthSettings>,
    egress: Egress,
    ambient: Ambient,
    keys: identity::Keys,
}

impl OAuthClient {
    /// A client by the settings, asking through `egress`.
    pub fn new(settings: OAuthSettings, egress: Egress, ambient: Ambient) -> Self {
        Self {
            settings: Arc::new(settings),
            egress,
            ambient,
            keys: identity::Keys::default(),
        }
    }

    /// Whose client it is.
    pub fn kind(&self) -> ProviderKind {
        self.settings.kind
    }

    /// The client id: accounts that were connected by the same one share a grant per person.
    pub fn client_id(&self) -> &str {
        &self.settings.client_id
    }

    /// Everything to ask for so that the features work, identity included.
    pub fn scopes_for(&self, features: &[Feature]) -> ScopeSet {
        self.settings.scopes.of(features)
    }

    /// Those of the features that the granted scopes do not allow.
    pub fn missing(&self, granted: &ScopeSet, features: &[Feature]) -> Vec<Feature> {
        self.settings.scopes.missing(granted, features)
    }

    /// Where to send the person.
    pub fn authorization_url(&self, request: &AuthorizationRequest<'_>) -> Url {
        authorize::url(&self.settings, request)
    }

    /// Exchanges the code of the callback for tokens, and learns and proves who connected.
    ///
    /// The verifier is the one that the authorization URL was made with. [`ProviderError::Reauth`] means that the
    /// code is used, expired or forged: the person starts again.
    pub async fn exchange(
        &self,
        code: &SecretString,
        verifier: &SecretString,
        deadline: Instant,
    ) -> Result<(TokenGrant, Identity), ProviderError> {
        token::exchange(self, code, verifier, deadline).await
    }

    /// Asks for a new access token. A grant without a refresh token means that the old one stays.
    ///
    /// [`ProviderError::Reauth`] means that the refresh token is dead; nothing else does.
    pub async fn refresh(
        &self,
        refresh_token: &SecretString,
        deadline: Instant,
    ) -> Result<TokenGrant, ProviderError> {
        token::refresh(self, refresh_token, deadline).await
    }

    /// Ends the grant at the provider, with every scope and for every connection of the same account and client
    /// (Google OAuth 2.0 guide "Revoking a token"). A token that is dead already is a success.
    pub async fn revoke(&self, token: &SecretString, deadline: Instant) -> Result<(), ProviderError> {
        token::revoke(self, token, deadline).await
    }
}
