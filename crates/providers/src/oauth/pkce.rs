//! Proof that the one who redeems a code is the one who asked for it (RFC 7636), and that an id token was made for
//! this round trip (OpenID Connect Core section 3.1.3.7, `nonce`).

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kalends_core::ambient::Ambient;
use secrecy::{ExposeSecret, SecretString};

/// A new verifier of 256 random bits (RFC 7636 section 4.1). The caller keeps it sealed until the callback.
pub fn new_verifier(ambient: &Ambient) -> SecretString {
    URL_SAFE_NO_PAD.encode(ambient.bytes::<32>()).into()
}

/// The `S256` challenge of a verifier (RFC 7636 section 4.2).
pub(crate) fn challenge(verifier: &SecretString) -> String {
    hash(&[verifier.expose_secret()])
}

/// The nonce that goes with a verifier. Derived, so that the round trip has one secret to keep and not two; the hash
/// hides the verifier from everyone who sees the nonce.
pub(crate) fn nonce(verifier: &SecretString) -> String {
    hash(&["kalends oidc nonce:", verifier.expose_secret()])
}

fn hash(parts: &[&str]) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, parts.concat().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenge_is_that_of_rfc_7636_appendix_b() {
        let verifier = SecretString::from("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(
            challenge(&verifier),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
        assert_ne!(nonce(&verifier), challenge(&verifier));
    }
}
