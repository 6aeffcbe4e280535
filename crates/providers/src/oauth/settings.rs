//! The configuration of an OAuth client.

use std::collections::BTreeMap;

use kalends_core::provider::{Feature, ProviderKind};
use secrecy::SecretString;
use url::Url;

use super::ScopeSet;

/// The server's registration at an OAuth provider.
#[derive(Clone, Debug)]
pub struct OAuthSettings {
    /// Whose client it is.
    pub kind: ProviderKind,
    /// The client id.
    pub client_id: String,
    /// The client secret.
    pub client_secret: SecretString,
    /// Where the provider sends the person back, exactly as registered there.
    pub redirect_uri: String,
    /// Where the provider is.
    pub endpoints: OAuthEndpoints,
    /// What each feature needs.
    pub scopes: FeatureScopes,
    /// Query parameters of the authorization URL that only this provider has.
    pub authorize_parameters: Vec<(&'static str, &'static str)>,
}

/// The URLs of an OAuth provider.
#[derive(Clone, Debug)]
pub struct OAuthEndpoints {
    /// The page where the person consents.
    pub authorize: Url,
    /// Exchange and refresh.
    pub token: Url,
    /// Revocation; `None` where the provider has none.
    pub revoke: Option<Url>,
    /// OpenID Connect userinfo.
    pub userinfo: Url,
    /// The keys that sign id tokens, as a JWK set (RFC 7517).
    pub keys: Url,
    /// The issuer of id tokens; the scheme `https://` may be missing in the token.
    pub issuer: String,
}

/// The scopes that identify the person, and those that each feature needs on top.
#[derive(Clone, Debug)]
pub struct FeatureScopes {
    /// Always asked for.
    pub identity: ScopeSet,
    /// Per feature. A feature without an entry is not offered.
    pub features: BTreeMap<Feature, ScopeSet>,
    /// Whether a granted scope includes a needed one, other than by being it.
    pub implies: fn(granted: &str, needed: &str) -> bool,
}

impl FeatureScopes {
    /// Everything to ask for so that the features work.
    pub fn of(&self, features: &[Feature]) -> ScopeSet {
        let wanted = features.iter().filter_map(|feature| self.features.get(feature));
        wanted.fold(self.identity.clone(), ScopeSet::union)
    }

    /// Those of the features that the granted scopes do not allow, or that are not offered.
    pub fn missing(&self, granted: &ScopeSet, features: &[Feature]) -> Vec<Feature> {
        let allowed = |needed: &str| {
            granted.contains(needed) || granted.iter().any(|scope| (self.implies)(scope, needed))
        };
        let works = |feature: &Feature| {
            self.features
                .get(feature)
                .is_some_and(|scopes| scopes.iter().all(allowed))
        };
        features
            .iter()
            .copied()
            .filter(|feature| !works(feature))
            .collect()
    }
}
