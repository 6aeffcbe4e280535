//! The issuer's signing keys, fetched when a token names one that is not known, and at least daily so that a
//! withdrawn key is forgotten.

use std::sync::{Arc, PoisonError, RwLock};

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{DecodingKey, jwk::Jwk};
use kalends_egress::Auth;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::time::Instant;

use super::super::{OAuthClient, endpoint};
use crate::provider::ProviderError;

/// How long keys are trusted without asking again.
const TRUSTED: SignedDuration = SignedDuration::from_hours(24);

/// A cache of the issuer's keys, shared by clones.
#[derive(Clone, Debug, Default)]
pub(in crate::oauth) struct Keys {
    held: Arc<RwLock<Held>>,
}

#[derive(Debug, Default)]
struct Held {
    keys: Vec<Jwk>,
    fetched_at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct WireKeys {
    keys: Vec<Box<RawValue>>,
}

impl Keys {
    /// The key of that id; `None` when the issuer has none.
    pub(super) async fn find(
        &self,
        client: &OAuthClient,
        kid: &str,
        deadline: Instant,
    ) -> Result<Option<DecodingKey>, ProviderError> {
        let now = client.ambient.now();
        if let Some(key) = self.held(kid, now) {
            return Ok(Some(key));
        }
        let answer = endpoint::get(client, &client.settings.endpoints.keys, Auth::None, deadline).await?;
        let keys = read(&answer.body)?;
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = Held {
            keys,
            fetched_at: Some(now),
        };
        Ok(self.held(kid, now))
    }

    fn held(&self, kid: &str, now: Timestamp) -> Option<DecodingKey> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        let fresh = held.fetched_at.is_some_and(|at| now.duration_since(at) < TRUSTED);
        let key = held
            .keys
            .iter()
            .find(|key| key.common.key_id.as_deref() == Some(kid))?;
        fresh.then(|| DecodingKey::from_jwk(key).ok()).flatten()
    }
}

/// The keys of a set that this build understands; others are passed over (RFC 7517 section 5).
fn read(body: &[u8]) -> Result<Vec<Jwk>, ProviderError> {
    let set: WireKeys = serde_json::from_slice(body).map_err(|_| ProviderError::Unreadable {
        what: "the issuer's key set".to_owned(),
    })?;
    Ok(set
        .keys
        .iter()
        .filter_map(|key| serde_json::from_str(key.get()).ok())
        .collect())
}
