//! The checks of an id token (OpenID Connect Core section 3.1.3.7), by an injected clock.

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use subtle::ConstantTimeEq;

use super::Identity;
use crate::provider::ProviderError;

/// What the token must say.
pub(super) struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: &'a str,
    pub now: Timestamp,
}

/// Which key signed the token.
#[derive(Debug)]
pub(super) struct Header {
    pub kid: String,
}

/// How far the provider's clock may differ from ours.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    azp: Option<String>,
    sub: String,
    exp: i64,
    nonce: Option<String>,
    email: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

pub(super) fn header(token: &SecretString) -> Result<Header, ProviderError> {
    let header = jsonwebtoken::decode_header(token.expose_secret()).map_err(|_| refused("it is no JWT"))?;
    let kid = header.kid.ok_or_else(|| refused("it names no key"))?;
    Ok(Header { kid })
}

pub(super) fn verify(
    token: &SecretString,
    key: &DecodingKey,
    expected: &Expected<'_>,
) -> Result<Identity, ProviderError> {
    let claims = signed_claims(token, key)?;
    let ours = match &claims.aud {
        Audience::One(audience) => audience == expected.client_id,
        Audience::Many(audiences) => audiences.iter().any(|audience| audience == expected.client_id),
    };
    let other_party = claims
        .azp
        .as_deref()
        .is_some_and(|party| party != expected.client_id);
    let expires = Timestamp::from_second(claims.exp).unwrap_or(Timestamp::MIN);
    let expired = expected.now.duration_since(expires) >= SKEW;
    let answers_us = claims
        .nonce
        .is_some_and(|nonce| bool::from(nonce.as_bytes().ct_eq(expected.nonce.as_bytes())));
    if bare(&claims.iss) != bare(expected.issuer) {
        return Err(refused("another issuer"));
    }
    if !ours || other_party {
        return Err(refused("made for another client"));
    }
    if expired {
        return Err(refused("expired"));
    }
    if !answers_us {
        return Err(refused("made for another round trip"));
    }
    Ok(Identity {
        account_id: claims.sub,
        email: claims.email,
    })
}

pub(super) fn refused(reason: &str) -> ProviderError {
    ProviderError::Identity {
        reason: format!("id token: {reason}"),
    }
}

/// Claims under a good signature. Time, issuer and audience are checked by the caller, who has the clock.
fn signed_claims(token: &SecretString, key: &DecodingKey) -> Result<Claims, ProviderError> {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let data = jsonwebtoken::decode::<Claims>(token.expose_secret(), key, &validation)
        .map_err(|_| refused("its signature or its claims are not right"))?;
    Ok(data.claims)
}

/// Google's tokens name the issuer with or without the scheme.
fn bare(issuer: &str) -> &str {
    issuer
        .strip_prefix("https://")
        .unwrap_or(issuer)
        .trim_end_matches('/')
}
