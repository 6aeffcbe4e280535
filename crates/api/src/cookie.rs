//! Signed cookies that bind a sign-in to the browser that began it.
//!
//! Each sign-in has its own cookie, named after its `state`, so that two tabs do not disturb each other. The signature
//! covers the state too: a cookie of one sign-in does not serve another.

use aws_lc_rs::{
    digest::{SHA256, digest},
    hmac,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderValue, header};

use crate::config::ApiConfig;

/// The `Set-Cookie` header that gives the browser the nonce of the sign-in with this `state`.
pub(crate) fn set(config: &ApiConfig, state: &str, nonce: &str, max_age_seconds: i64) -> Option<HeaderValue> {
    let name = name(config, state);
    let signature = URL_SAFE_NO_PAD.encode(hmac::sign(&key(config), &signed(state, nonce)));
    let secure = if config.is_https() { "; Secure" } else { "" };
    HeaderValue::try_from(format!(
        "{name}={nonce}.{signature}; Path=/; Max-Age={max_age_seconds}; HttpOnly; SameSite=Lax{secure}"
    ))
    .ok()
}

/// The `Set-Cookie` header that takes the cookie away.
pub(crate) fn clear(config: &ApiConfig, state: &str) -> Option<HeaderValue> {
    set(config, state, "", 0)
}

/// The nonce that this browser was given for the sign-in with this `state`, when the signature is ours.
pub(crate) fn get(config: &ApiConfig, headers: &HeaderMap, state: &str) -> Option<String> {
    let name = name(config, state);
    let cookie = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(&name)?.strip_prefix('='))?;
    let (nonce, signature) = cookie.rsplit_once('.')?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    hmac::verify(&key(config), &signed(state, nonce), &signature).ok()?;
    Some(nonce.to_owned())
}

/// `__Host-` makes browsers refuse the cookie from another host or without TLS (RFC 6265bis section 4.1.3.2); on
/// loopback without TLS they would refuse it always.
fn name(config: &ApiConfig, state: &str) -> String {
    let prefix = if config.is_https() { "__Host-" } else { "" };
    let hash = digest(&SHA256, state.as_bytes());
    format!(
        "{prefix}kalends-oauth-{}",
        URL_SAFE_NO_PAD.encode(&hash.as_ref()[..9])
    )
}

fn key(config: &ApiConfig) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, config.cookie_key())
}

/// A cookie holds no line feed, so the message cannot be split in two ways.
fn signed(state: &str, nonce: &str) -> Vec<u8> {
    format!("{state}\n{nonce}").into_bytes()
}

#[cfg(test)]
mod tests {
    use secrecy::SecretSlice;

    use super::*;

    fn config(url: &str) -> ApiConfig {
        ApiConfig::new(url.parse().unwrap(), SecretSlice::from(vec![7; 32])).unwrap()
    }

    fn sent_back(set_cookie: &HeaderValue) -> HeaderMap {
        let pair = set_cookie.to_str().unwrap().split(';').next().unwrap();
        let cookies = format!("other=1; {pair}");
        HeaderMap::from_iter([(header::COOKIE, cookies.parse().unwrap())])
    }

    #[test]
    fn a_cookie_comes_back_for_its_own_sign_in_only() {
        let config = config("https://calendar.example");
        let cookie = set(&config, "state-1", "nonce", 600).unwrap();
        let text = cookie.to_str().unwrap();
        assert!(text.starts_with("__Host-kalends-oauth-"), "{text}");
        assert!(
            text.ends_with("; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure"),
            "{text}"
        );
        let headers = sent_back(&cookie);
        assert_eq!(get(&config, &headers, "state-1").as_deref(), Some("nonce"));
        assert_eq!(get(&config, &headers, "state-2"), None);
    }

    #[test]
    fn a_changed_or_foreign_cookie_is_none() {
        let config = config("http://127.0.0.1:8080");
        let cookie = set(&config, "state-1", "nonce", 600).unwrap();
        let text = cookie.to_str().unwrap();
        assert!(
            text.starts_with("kalends-oauth-") && !text.contains("Secure"),
            "{text}"
        );
        let changed = HeaderValue::try_from(text.replace("nonce", "other")).unwrap();
        assert_eq!(get(&config, &sent_back(&changed), "state-1"), None);
        let foreign = ApiConfig::new(config.public_url().clone(), SecretSlice::from(vec![8; 32])).unwrap();
        assert_eq!(get(&foreign, &sent_back(&cookie), "state-1"), None);
    }
}
