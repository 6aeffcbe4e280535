//! `id_token`: who consented (OpenID Connect Core 1.0 section 2).

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::json;

use super::{
    grants::{AskedClaims, Issued, Scopes},
    signing::SigningError,
};
use crate::{directory::User, google::IDENTITY, state::Sim};

/// The issuer that claims name, Google's own.
pub(crate) const ISSUER: &str = "https://accounts.google.com";

/// The picture of everybody.
pub(super) const PICTURE: &str = "https://lh3.googleusercontent.com/a/default-user=s96-c";

/// A signed token, when the scopes ask for identity.
pub(crate) fn id_token(
    sim: &Sim,
    user: &User,
    issued: &Issued,
    asked: &AskedClaims,
    now: Timestamp,
) -> Result<Option<String>, SigningError> {
    let holder = &issued.holder;
    let [_, email, profile] = IDENTITY;
    if !asks_identity(&holder.scopes) {
        return Ok(None);
    }
    let hash = digest::digest(&digest::SHA256, issued.access_token.as_bytes());
    let mut claims = json!({
        "iss": ISSUER, "azp": *holder.client_id, "aud": *holder.client_id, "sub": user.subject,
        "at_hash": URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16]),
        "iat": now.as_second(), "exp": now.as_second() + 3600,
    });
    if let Some(domain) = user.domain() {
        claims["hd"] = domain.into();
    }
    if holder.scopes.contains(email) {
        claims["email"] = user.email.as_str().into();
        claims["email_verified"] = true.into();
    }
    if holder.scopes.contains(profile) {
        claims["name"] = user.name().into();
        claims["given_name"] = user.given_name.as_str().into();
        claims["family_name"] = user.family_name.as_str().into();
        claims["picture"] = PICTURE.into();
    }
    if let Some(nonce) = &asked.nonce {
        claims["nonce"] = nonce.as_str().into();
    }
    if let Some(signed_in) = asked.auth_time {
        claims["auth_time"] = signed_in.as_second().into();
    }
    sim.signing().sign(&claims, now).map(Some)
}

/// Whether any identity scope is among them.
pub(crate) fn asks_identity(scopes: &Scopes) -> bool {
    IDENTITY.iter().any(|scope| scopes.contains(*scope))
}
