//! `POST /token`: codes and refresh tokens for access tokens.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use jiff::Timestamp;
use serde_json::json;

use super::{
    OAuthClient,
    grants::{AskedClaims, Dead, Issued, NewTokens, Scopes},
    id_token::id_token,
};
use crate::{
    google::{self, Query, expand},
    state::Sim,
};

/// Parameters that may come only once.
const SINGLE: [&str; 8] = [
    "grant_type",
    "client_id",
    "client_secret",
    "code",
    "redirect_uri",
    "code_verifier",
    "refresh_token",
    "scope",
];

/// A flat OAuth error (RFC 6749 section 5.2) with Google's usual description.
struct Refusal(StatusCode, &'static str, String);

impl Refusal {
    fn bad(error: &'static str, description: impl Into<String>) -> Self {
        Self(StatusCode::BAD_REQUEST, error, description.into())
    }

    fn repeated(name: &str) -> Self {
        let description = format!("OAuth 2 parameters can only have a single value: {name}");
        Self::bad("invalid_request", description)
    }

    fn unauthorized(error: &'static str, description: &str) -> Self {
        Self(StatusCode::UNAUTHORIZED, error, description.to_owned())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        google::json(self.0, &json!({"error": self.1, "error_description": self.2}))
    }
}

/// The endpoint; the form may carry the client's credentials, or a Basic header does.
pub(crate) async fn token(State(sim): State<Sim>, headers: HeaderMap, body: Bytes) -> Response {
    let form = Query::parse(&String::from_utf8_lossy(&body));
    match answer(&sim, &headers, &form) {
        Ok(mut response) => {
            let no_store = HeaderValue::from_static("no-cache, no-store, max-age=0, must-revalidate");
            response.headers_mut().insert(header::CACHE_CONTROL, no_store);
            response
        }
        Err(refusal) => refusal.into_response(),
    }
}

fn answer(sim: &Sim, headers: &HeaderMap, form: &Query) -> Result<Response, Refusal> {
    if let Some(name) = form.repeated(&SINGLE) {
        return Err(Refusal::repeated(name));
    }
    let grant_type = form
        .text("grant_type")
        .ok_or_else(|| Refusal::bad("invalid_request", "Required parameter is missing: grant_type"))?;
    let client = client(sim, headers, form)?;
    let now = sim.now();
    let (issued, claims) = match grant_type {
        "authorization_code" => exchange(sim, &client, form, now)?,
        "refresh_token" => (refresh(sim, &client, form, now)?, AskedClaims::default()),
        other => {
            return Err(Refusal::bad(
                "unsupported_grant_type",
                format!("Invalid grant_type: {other}"),
            ));
        }
    };
    let scope = issued
        .holder
        .scopes
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(" ");
    let mut body = json!({"access_token": issued.access_token, "scope": scope, "token_type": "Bearer",
        "expires_in": now.duration_until(issued.holder.expires).as_secs()});
    if let Some(refresh) = &issued.refresh_token {
        body["refresh_token"] = refresh.as_str().into();
    }
    // A copy, so that signing holds up nobody.
    let user = sim
        .directory()
        .user(&issued.holder.email)
        .cloned()
        .ok_or_else(|| Refusal::bad("invalid_grant", "Account has been deleted"))?;
    let signed = id_token(sim, &user, &issued, &claims, now).map_err(|_| {
        Refusal(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal_failure",
            "Backend Error".into(),
        )
    })?;
    if let Some(signed) = signed {
        body["id_token"] = signed.into();
    }
    Ok(google::json(StatusCode::OK, &body))
}

/// The client that the credentials belong to (RFC 6749 section 2.3.1).
fn client(sim: &Sim, headers: &HeaderMap, form: &Query) -> Result<Arc<OAuthClient>, Refusal> {
    let basic = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| basic(value.to_str().ok()?));
    if basic.is_some() && form.text("client_secret").is_some() {
        return Err(Refusal::repeated("client_secret"));
    }
    let (id, secret) = match &basic {
        Some((id, secret)) => (Some(id.as_str()), Some(secret.as_str())),
        None => (form.text("client_id"), form.text("client_secret")),
    };
    let id =
        id.ok_or_else(|| Refusal::bad("invalid_request", "Could not determine client ID from request."))?;
    let client = sim
        .client(id)
        .ok_or_else(|| Refusal::unauthorized("invalid_client", "The OAuth client was not found."))?;
    if client.deleted {
        return Err(Refusal::unauthorized(
            "deleted_client",
            "The OAuth client was deleted.",
        ));
    }
    match secret {
        None => Err(Refusal::bad("invalid_request", "client_secret is missing.")),
        Some(secret) if secret == client.client_secret => Ok(client),
        Some(_) => Err(Refusal::unauthorized(
            "invalid_client",
            "The provided client secret is invalid.",
        )),
    }
}

fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    let plain = |text: &str| {
        let pair = format!("x={text}");
        Query::parse(&pair).text("x").unwrap_or_default().to_owned()
    };
    scheme
        .eq_ignore_ascii_case("basic")
        .then(|| (plain(id), plain(secret)))
}

fn exchange(
    sim: &Sim,
    client: &OAuthClient,
    form: &Query,
    now: Timestamp,
) -> Result<(Issued, AskedClaims), Refusal> {
    let text = form
        .text("code")
        .ok_or_else(|| Refusal::bad("invalid_request", "Missing required parameter: code"))?;
    if !text.starts_with("4/") {
        return Err(Refusal::bad("invalid_grant", "Malformed auth code."));
    }
    let mut grants = sim.grants();
    // Taken out first: a code serves one attempt, also a failed one.
    let code = grants
        .take_code(text, now)
        .filter(|code| code.client_id == client.client_id)
        .ok_or_else(|| Refusal::bad("invalid_grant", "Bad Request"))?;
    if form.text("redirect_uri") != Some(code.redirect_uri.as_str()) {
        return Err(Refusal::bad("redirect_uri_mismatch", "Bad Request"));
    }
    match (&code.challenge, form.text("code_verifier")) {
        (Some(_), None) => return Err(Refusal::bad("invalid_grant", "Missing code verifier.")),
        (Some(challenge), Some(verifier)) if !challenge.accepts(verifier) => {
            return Err(Refusal::bad("invalid_grant", "Invalid code verifier."));
        }
        _ => {}
    }
    let claims = code.claims.clone();
    let issued = grants.exchange((text, code), client, new_tokens(sim), now);
    Ok((issued, claims))
}

fn refresh(sim: &Sim, client: &OAuthClient, form: &Query, now: Timestamp) -> Result<Issued, Refusal> {
    let token = form
        .text("refresh_token")
        .ok_or_else(|| Refusal::bad("invalid_request", "Missing required parameter: refresh_token"))?;
    let mut grants = sim.grants();
    let (owner, granted) = grants.refresh_grant(token, now).map_err(dead)?;
    if *owner != *client.client_id {
        return Err(Refusal::unauthorized("unauthorized_client", "Unauthorized"));
    }
    let scopes = match form.text("scope") {
        None => granted,
        Some(fewer) => narrowed(&granted, fewer)?,
    };
    grants
        .renew(token, scopes, new_tokens(sim).access, now)
        .map_err(dead)
}

fn dead(why: Dead) -> Refusal {
    let description = match why {
        Dead::Unknown => "Bad Request",
        Dead::Over => "Token has been expired or revoked.",
    };
    Refusal::bad("invalid_grant", description)
}

/// Fewer scopes than were granted, and none that was not (RFC 6749 section 6).
fn narrowed(granted: &Scopes, wanted: &str) -> Result<Arc<Scopes>, Refusal> {
    let wanted: Option<Scopes> = wanted.split_whitespace().map(expand).collect();
    wanted
        .filter(|wanted| wanted.is_subset(granted))
        .map(Arc::new)
        .ok_or_else(|| Refusal::bad("invalid_scope", "Bad Request"))
}

/// Token texts that look like Google's.
pub(crate) fn new_tokens(sim: &Sim) -> NewTokens {
    NewTokens {
        access: sim.secret::<96>("ya29.a0"),
        refresh: sim.secret::<48>("1//0g"),
    }
}
