//! Who connected: the id token, proven by the issuer's keys, or the userinfo endpoint.
//!
//! A provider account is named by `sub`, which never changes; the address may (OpenID Connect Core section 5.7).

mod id_token;
mod keys;

use kalends_egress::Auth;
use secrecy::SecretString;
use serde::Deserialize;
use tokio::time::Instant;

use super::{OAuthClient, endpoint};
use crate::provider::ProviderError;

pub(super) use keys::Keys;

/// Who a connected account is.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// The provider's lasting id of the account.
    pub account_id: String,
    /// The account's address, to be shown to its owner. Never logged.
    pub email: Option<String>,
}

/// Shows no address.
impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity")
            .field("account_id", &self.account_id)
            .finish_non_exhaustive()
    }
}

/// Learns who an access token speaks for.
///
/// An id token that fails a check is refused. When the keys cannot be had, the userinfo endpoint, asked over its own
/// TLS connection, is as good a witness (OpenID Connect Core section 3.1.3.7 rule 6), and the code is spent already.
pub(super) async fn learn(
    client: &OAuthClient,
    id_token: Option<&SecretString>,
    nonce: &str,
    access_token: &SecretString,
    deadline: Instant,
) -> Result<Identity, ProviderError> {
    let Some(id_token) = id_token else {
        return from_userinfo(client, access_token, deadline).await;
    };
    let header = id_token::header(id_token)?;
    match client.keys.find(client, &header.kid, deadline).await {
        Ok(Some(key)) => {
            let expected = id_token::Expected {
                issuer: &client.settings.endpoints.issuer,
                client_id: &client.settings.client_id,
                nonce,
                now: client.ambient.now(),
            };
            id_token::verify(id_token, &key, &expected)
        }
        Ok(None) => Err(id_token::refused("its key is not the issuer's")),
        Err(_) => from_userinfo(client, access_token, deadline).await,
    }
}

/// Both of Google's forms: OpenID Connect's and the older one with `id`.
#[derive(Deserialize)]
struct Userinfo {
    #[serde(alias = "id")]
    sub: String,
    email: Option<String>,
}

async fn from_userinfo(
    client: &OAuthClient,
    access_token: &SecretString,
    deadline: Instant,
) -> Result<Identity, ProviderError> {
    let auth = Auth::Bearer(access_token.clone());
    let answer = endpoint::get(client, &client.settings.endpoints.userinfo, auth, deadline).await?;
    let info: Userinfo = serde_json::from_slice(&answer.body).map_err(|_| ProviderError::Unreadable {
        what: "the userinfo answer".to_owned(),
    })?;
    Ok(Identity {
        account_id: info.sub,
        email: info.email,
    })
}
