//! The RSA key behind `id_token`, made when it is first needed.

use std::sync::OnceLock;

use aws_lc_rs::{
    error::Unspecified,
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_SHA256},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// The `kid` of the key.
const KEY_ID: &str = "kalends-simulator-1";

/// An RSA key for RS256 (RFC 7518 section 3.3).
#[derive(Debug, Default)]
pub(crate) struct SigningKey(OnceLock<Result<KeyPair, Unspecified>>);

impl SigningKey {
    /// A compact JWS of the claims (RFC 7515 section 3.1).
    pub(crate) fn sign(&self, claims: &Value) -> Result<String, Unspecified> {
        let key = self.key()?;
        let header = json!({"alg": "RS256", "kid": KEY_ID, "typ": "JWT"});
        let signed = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(
            &RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            signed.as_bytes(),
            &mut signature,
        )?;
        Ok(format!("{signed}.{}", encode(signature)))
    }

    /// The public half as a JWK set (RFC 7517).
    pub(crate) fn key_set(&self) -> Result<Value, Unspecified> {
        let (modulus, exponent) = integers(self.key()?.public_key().as_ref()).ok_or(Unspecified)?;
        Ok(
            json!({"keys": [{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": KEY_ID,
            "n": encode(modulus), "e": encode(exponent)}]}),
        )
    }

    fn key(&self) -> Result<&KeyPair, Unspecified> {
        let made = self.0.get_or_init(|| KeyPair::generate(KeySize::Rsa2048));
        made.as_ref().map_err(|_| Unspecified)
    }
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
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
