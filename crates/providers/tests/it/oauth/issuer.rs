//! An issuer of id tokens with a key of its own.

use std::sync::LazyLock;

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_SHA256},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::{canned::Canned, world};

/// Made once, since making keys takes long.
static KEYS: LazyLock<[KeyPair; 2]> =
    LazyLock::new(|| [(); 2].map(|()| KeyPair::generate(KeySize::Rsa2048).unwrap()));

pub(super) struct Issuer {
    kid: &'static str,
    key: &'static KeyPair,
}

impl Issuer {
    /// The usual one.
    pub(super) fn usual() -> Self {
        Self {
            kid: "k1",
            key: &KEYS[0],
        }
    }

    /// One with another key, which it gives this name.
    pub(super) fn other(kid: &'static str) -> Self {
        Self { kid, key: &KEYS[1] }
    }

    /// A JWT with these claims.
    pub(super) fn sign(&self, claims: &Value) -> String {
        let header = json!({"alg": "RS256", "typ": "JWT", "kid": self.kid});
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(&header), part(claims));
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                text.as_bytes(),
                &mut signature,
            )
            .unwrap();
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The key set, with a key of a kind that nobody knows beside it.
    pub(super) fn keys(&self) -> Canned {
        let public = self.key.public_key();
        let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let key = json!({"kty": "RSA", "alg": "RS256", "use": "sig", "kid": self.kid,
            "n": number(public.modulus().big_endian_without_leading_zero()),
            "e": number(public.exponent().big_endian_without_leading_zero())});
        let unknown = json!({"kty": "LATTICE", "kid": "k9", "x": 1});
        Canned::new(200, json!({"keys": [unknown, key]}).to_string())
    }
}

/// Claims as they should be.
pub(super) fn claims(nonce: &str) -> Value {
    let now = world::now().as_second();
    json!({"iss": "https://accounts.google.com", "aud": "client", "azp": "client", "sub": "108",
        "email": "t@example.com", "email_verified": true, "nonce": nonce, "iat": now, "exp": now + 3599})
}
