//! What OpenID Connect clients read first: the configuration and the keys.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use super::{id_token::ISSUER, signing::fresh_for};
use crate::{base_url::BaseUrl, google, state::Sim};

/// `GET /.well-known/openid-configuration` (OpenID Connect Discovery 1.0), with the addresses that the
/// caller reaches this server at.
pub(crate) async fn configuration(BaseUrl(base): BaseUrl) -> Response {
    let body = json!({
        "issuer": ISSUER,
        "authorization_endpoint": format!("{base}/o/oauth2/v2/auth"),
        "token_endpoint": format!("{base}/token"),
        "userinfo_endpoint": format!("{base}/v1/userinfo"),
        "revocation_endpoint": format!("{base}/revoke"),
        "jwks_uri": format!("{base}/oauth2/v3/certs"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "claims_supported": ["aud", "email", "email_verified", "exp", "family_name", "given_name", "iat", "iss",
            "name", "picture", "sub"],
        "code_challenge_methods_supported": ["plain", "S256"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
    });
    google::json(StatusCode::OK, &body)
}

/// `GET /oauth2/v3/certs`: the public keys as a JWK set (RFC 7517).
pub(crate) async fn certs(State(sim): State<Sim>) -> Response {
    keys(&sim, sim.signing().key_set(sim.now()))
}

/// `GET /oauth2/v1/certs`: the same keys as X.509 certificates by key id, for older clients.
pub(crate) async fn certs_as_pem(State(sim): State<Sim>) -> Response {
    keys(&sim, sim.signing().certificates(sim.now()))
}

fn keys<E: std::fmt::Display>(sim: &Sim, made: Result<Value, E>) -> Response {
    let body = match made {
        Ok(body) => body,
        Err(error) => {
            tracing::error!(%error, "the signing key could not be made");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    let mut response = google::json(StatusCode::OK, &body);
    let now = sim.now();
    let fresh = fresh_for(now);
    let control = format!(
        "public, max-age={}, must-revalidate, no-transform",
        fresh.as_secs()
    );
    let expires = now
        .checked_add(fresh)
        .unwrap_or(now)
        .strftime("%a, %d %b %Y %H:%M:%S GMT");
    for (name, value) in [
        (header::CACHE_CONTROL, control),
        (header::EXPIRES, expires.to_string()),
    ] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
