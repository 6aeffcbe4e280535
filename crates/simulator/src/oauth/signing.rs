//! The RSA keys behind `id_token`: a new one each week of the simulator's clock, and when the control plane says so.
//!
//! Each is made when it is first needed. Like Google we publish the key in use and the one before it, so that a token
//! of yesterday can still be checked, and whoever has kept an old set finds an unknown key id.

mod saved;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use aws_lc_rs::{
    digest,
    encoding::{AsDer, Pkcs8V1Der},
    error::Unspecified,
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use rcgen::{CertificateParams, DnType, PKCS_RSA_SHA256};
use rustls::pki_types::PrivatePkcs8KeyDer;
use serde_json::{Map, Value, json};

pub(crate) use saved::SavedKeys;

/// How long a key signs.
const PERIOD: SignedDuration = SignedDuration::from_hours(24 * 7);
/// How long a key set may be kept at most.
const FRESH: SignedDuration = SignedDuration::from_hours(6);

/// Why a key cannot be made or used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SigningError {
    /// The cryptographic library does not say.
    #[error("the cryptographic library refused")]
    Library(#[from] Unspecified),
    /// The certificate of a key could not be written.
    #[error("the certificate of a key could not be written")]
    Certificate(#[from] rcgen::Error),
}

/// RSA keys for RS256 (RFC 7518 section 3.3).
#[derive(Debug, Default)]
pub(crate) struct SigningKeys(Mutex<Ring>);

#[derive(Debug, Default)]
struct Ring {
    /// Rotations that were ordered.
    ordered: i64,
    keys: BTreeMap<i64, Arc<Key>>,
}

#[derive(Debug)]
struct Key {
    id: String,
    pair: KeyPair,
}

impl SigningKeys {
    /// A compact JWS of the claims (RFC 7515 section 3.1).
    pub(crate) fn sign(&self, claims: &Value, now: Timestamp) -> Result<String, SigningError> {
        let key = self.current(now)?;
        let header = json!({"alg": "RS256", "kid": key.id, "typ": "JWT"});
        let signed = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
        let mut signature = vec![0; key.pair.public_modulus_len()];
        key.pair.sign(
            &RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            signed.as_bytes(),
            &mut signature,
        )?;
        Ok(format!("{signed}.{}", encode(signature)))
    }

    /// Header and claims of a token that a published key has signed.
    pub(crate) fn verify(&self, token: &str, now: Timestamp) -> Option<(Value, Value)> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let (header, claims): (Value, Value) = (decode(header)?, decode(claims)?);
        let kid = header["kid"].as_str()?;
        let keys = self.published(now).ok()?;
        let key = keys.iter().find(|key| key.id == kid)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.pair.public_key().as_ref())
            .verify(signed.as_bytes(), &signature)
            .ok()?;
        Some((header, claims))
    }

    /// The public halves as a JWK set (RFC 7517).
    pub(crate) fn key_set(&self, now: Timestamp) -> Result<Value, SigningError> {
        let keys: Vec<Value> = self
            .published(now)?
            .iter()
            .map(|key| key.jwk().ok_or(Unspecified))
            .collect::<Result<_, _>>()?;
        Ok(json!({"keys": keys}))
    }

    /// The public halves as self-signed certificates, by key id.
    pub(crate) fn certificates(&self, now: Timestamp) -> Result<Value, SigningError> {
        let mut all = Map::new();
        for key in self.published(now)? {
            all.insert(key.id.clone(), key.certificate()?.into());
        }
        Ok(Value::Object(all))
    }

    /// Takes a new key into use; answers its id.
    pub(crate) fn rotate(&self, now: Timestamp) -> Result<String, SigningError> {
        // The key until now must be there to be the one before.
        self.current(now)?;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).ordered += 1;
        Ok(self.current(now)?.id.clone())
    }

    fn current(&self, now: Timestamp) -> Result<Arc<Key>, SigningError> {
        let mut ring = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let generation = ring.generation(now);
        if let Some(key) = ring.keys.get(&generation) {
            return Ok(key.clone());
        }
        let key = Arc::new(Key::generate()?);
        ring.keys.insert(generation, key.clone());
        Ok(key)
    }

    /// The key in use, and the one before when it was ever used.
    fn published(&self, now: Timestamp) -> Result<Vec<Arc<Key>>, SigningError> {
        let current = self.current(now)?;
        let mut ring = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let generation = ring.generation(now);
        ring.keys.retain(|made, _| *made >= generation - 1);
        let before = ring.keys.get(&(generation - 1)).cloned();
        Ok(std::iter::once(current).chain(before).collect())
    }
}

impl Ring {
    fn generation(&self, now: Timestamp) -> i64 {
        now.as_second().div_euclid(PERIOD.as_secs()) + self.ordered
    }
}

impl Key {
    fn generate() -> Result<Self, SigningError> {
        Ok(Self::of(KeyPair::generate(KeySize::Rsa2048)?))
    }

    fn of(pair: KeyPair) -> Self {
        let hash = digest::digest(&digest::SHA256, pair.public_key().as_ref());
        let id = hash.as_ref().iter().take(20).map(|byte| format!("{byte:02x}"));
        Self {
            id: id.collect(),
            pair,
        }
    }

    fn jwk(&self) -> Option<Value> {
        let (modulus, exponent) = integers(self.pair.public_key().as_ref())?;
        Some(json!({"kty": "RSA", "alg": "RS256", "use": "sig", "kid": self.id,
            "n": encode(modulus), "e": encode(exponent)}))
    }

    fn certificate(&self) -> Result<String, SigningError> {
        let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&self.pair)?;
        let private = PrivatePkcs8KeyDer::from(der.as_ref());
        let pair = rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&private, &PKCS_RSA_SHA256)?;
        let mut params = CertificateParams::default();
        params
            .distinguished_name
            .push(DnType::CommonName, "federated-signon.system.gserviceaccount.com");
        Ok(params.self_signed(&pair)?.pem())
    }
}

/// How long callers may keep what is published.
pub(super) fn fresh_for(now: Timestamp) -> SignedDuration {
    let into = now.as_second().rem_euclid(PERIOD.as_secs());
    (PERIOD - SignedDuration::from_secs(into)).min(FRESH)
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decode(part: &str) -> Option<Value> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// Modulus and exponent of a DER `RSAPublicKey` (RFC 8017 appendix A.1.1): a sequence of two integers.
fn integers(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (sequence, _) = element(der, 0x30)?;
    let (modulus, rest) = element(sequence, 0x02)?;
    let (exponent, _) = element(rest, 0x02)?;
    // A leading zero only says that the integer is positive.
    Some((modulus.strip_prefix(&[0]).unwrap_or(modulus), exponent))
}

fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&first, rest) = der.split_first()?;
    let (&short, rest) = rest.split_first()?;
    let (length, rest) = if short < 0x80 {
        (usize::from(short), rest)
    } else {
        let (bytes, rest) = rest.split_at_checked(usize::from(short & 0x7f))?;
        (
            bytes
                .iter()
                .fold(0, |length, byte| length << 8 | usize::from(*byte)),
            rest,
        )
    };
    (first == tag).then(|| rest.split_at_checked(length)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_serves_a_week_and_is_published_for_two() {
        let keys = SigningKeys::default();
        let start: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let week = |count: i64| start + SignedDuration::from_hours(24 * 7 * count);
        let token = keys.sign(&json!({"sub": "1"}), start).unwrap();
        assert_eq!(keys.verify(&token, start).unwrap().1, json!({"sub": "1"}));
        keys.sign(&json!({}), week(1)).unwrap();
        assert!(keys.verify(&token, week(1)).is_some());
        assert!(keys.verify(&token, week(2)).is_none());
        let set = keys.key_set(week(2)).unwrap();
        assert_eq!(
            set["keys"].as_array().unwrap().len(),
            2,
            "this week's and last week's"
        );
        assert!(fresh_for(start) <= FRESH && fresh_for(start).is_positive());
    }

    #[test]
    fn a_changed_token_is_not_verified() {
        let keys = SigningKeys::default();
        let token = keys.sign(&json!({"sub": "1"}), Timestamp::UNIX_EPOCH).unwrap();
        let mut parts: Vec<&str> = token.split('.').collect();
        let forged = encode(r#"{"sub":"2"}"#);
        parts[1] = &forged;
        assert!(keys.verify(&parts.join("."), Timestamp::UNIX_EPOCH).is_none());
    }
}
