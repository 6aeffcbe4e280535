//! `[google]`: the OAuth client, scopes and addresses of Google.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Google {
    pub(crate) client_id: String,
    pub(crate) client_secret: SecretString,
    pub(crate) calendar_read_scopes: Vec<String>,
    pub(crate) calendar_write_scopes: Vec<String>,
    pub(crate) issuer: String,
    pub(crate) authorization_url: Url,
    pub(crate) token_url: Url,
    pub(crate) revocation_url: Url,
    pub(crate) userinfo_url: Url,
    pub(crate) jwks_url: Url,
    pub(crate) calendar_url: Url,
}

impl Google {
    /// Whether there is a client to connect with.
    pub(crate) fn is_configured(&self) -> bool {
        !self.client_id.is_empty()
    }

    pub(super) fn check(&self, mistakes: &mut Vec<String>) {
        let has_secret = !self.client_secret.expose_secret().is_empty();
        if self.is_configured() && !has_secret {
            mistakes.push("google.client_secret: is missing beside google.client_id".to_owned());
        }
        if has_secret && !self.is_configured() {
            mistakes.push("google.client_id: is missing beside google.client_secret".to_owned());
        }
        if self.calendar_read_scopes.is_empty() {
            mistakes.push(
                "google.calendar_read_scopes: at least one scope is needed to read calendars".to_owned(),
            );
        }
    }
}
