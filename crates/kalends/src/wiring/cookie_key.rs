//! The key that signs cookies, the same on every replica because it comes from the key ring.

use aws_lc_rs::hmac;
use secrecy::{ExposeSecret, SecretSlice, SecretString};

/// What the key is for, so that no other use of the ring can give the same bytes.
const PURPOSE: &[u8] = b"kalends cookie signature v1";

/// Derives the key. A rotated ring makes cookies of sign-ins under way invalid; they live for ten minutes.
pub(crate) fn cookie_key(ring: &SecretString) -> SecretSlice<u8> {
    let ring = hmac::Key::new(hmac::HMAC_SHA256, ring.expose_secret().as_bytes());
    SecretSlice::from(hmac::sign(&ring, PURPOSE).as_ref().to_vec())
}
