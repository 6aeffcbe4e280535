//! The secrets of one round trip.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use kalends_core::ambient::Ambient;
use secrecy::{ExposeSecret, SecretString};

/// How long a person may take at the provider.
pub(super) const LIFETIME: SignedDuration = SignedDuration::from_mins(10);

/// 32 random bytes in base64url: a `state`, a nonce, a PKCE verifier (43 characters, RFC 7636 section 4.1).
pub(crate) fn random(ambient: &Ambient) -> SecretString {
    SecretString::from(URL_SAFE_NO_PAD.encode(ambient.bytes::<32>()))
}

/// What is kept of a secret that will be presented again.
pub(crate) fn hash(secret: &SecretString) -> [u8; 32] {
    sha256(secret.expose_secret().as_bytes())
}

/// SHA-256 (FIPS 180-4).
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, bytes).as_ref());
    hash
}
