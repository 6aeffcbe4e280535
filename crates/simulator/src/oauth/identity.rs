//! Who a token belongs to: both forms of userinfo, and the older of the two forms of tokeninfo.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use super::{
    grants::Holder,
    id_token::{PICTURE, asks_identity},
};
use crate::{
    directory::User,
    google::{self, Call, GoogleError, IDENTITY},
    state::Sim,
};

/// `GET /v1/userinfo` (OpenID Connect Core 1.0 section 5.3).
pub(crate) async fn user_info(State(sim): State<Sim>, call: Call) -> Response {
    with_holder(
        &sim,
        &call,
        |user, holder| profile(user, holder, "sub", "email_verified"),
        || {
            let body = json!({"error": "invalid_request", "error_description": "Invalid Credentials"});
            let mut response = google::json(StatusCode::UNAUTHORIZED, &body);
            let challenge = HeaderValue::from_static(
                "Bearer realm=\"https://accounts.google.com/\", error=\"invalid_token\"",
            );
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
            response
        },
    )
}

/// `GET /oauth2/v2/userinfo`: the same with older names.
pub(crate) async fn user_info_v2(State(sim): State<Sim>, call: Call) -> Response {
    with_holder(
        &sim,
        &call,
        |user, holder| profile(user, holder, "id", "verified_email"),
        || GoogleError::invalid_credentials().into_response(),
    )
}

/// `GET` or `POST /oauth2/v2/tokeninfo?access_token=…`.
pub(crate) async fn token_info(State(sim): State<Sim>, call: Call) -> Response {
    let now = sim.now();
    let holder = call
        .access_token()
        .and_then(|token| sim.grants().holder(token, now));
    let directory = sim.directory();
    let found = holder.and_then(|holder| Some((directory.user(&holder.email)?, holder)));
    let Some((user, holder)) = found else {
        let body = json!({"error": "invalid_token", "error_description": "Invalid Value"});
        return google::json(StatusCode::BAD_REQUEST, &body);
    };
    let scope = holder
        .scopes
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(" ");
    let mut body = json!({"issued_to": *holder.client_id, "audience": *holder.client_id, "user_id": user.subject,
        "scope": scope, "expires_in": now.duration_until(holder.expires).as_secs()});
    if holder.scopes.contains(IDENTITY[1]) {
        body["email"] = user.email.as_str().into();
        body["verified_email"] = true.into();
    }
    google::json(StatusCode::OK, &body)
}

fn with_holder(
    sim: &Sim,
    call: &Call,
    write: impl Fn(&User, &Holder) -> Value,
    refuse: impl Fn() -> Response,
) -> Response {
    let holder = call
        .access_token()
        .and_then(|token| sim.grants().holder(token, sim.now()));
    let directory = sim.directory();
    match holder
        .as_ref()
        .and_then(|holder| Some((holder, directory.user(&holder.email)?)))
    {
        None => refuse(),
        Some((holder, _)) if !asks_identity(&holder.scopes) => refuse(),
        Some((holder, user)) => google::json(StatusCode::OK, &write(user, holder)),
    }
}

fn profile(user: &User, holder: &Holder, id: &str, verified: &str) -> Value {
    let [_, email, profile] = IDENTITY;
    let mut body = json!({id: user.subject});
    if holder.scopes.contains(email) {
        body["email"] = user.email.as_str().into();
        body[verified] = true.into();
    }
    if holder.scopes.contains(profile) {
        body["name"] = user.name().into();
        body["given_name"] = user.given_name.as_str().into();
        body["family_name"] = user.family_name.as_str().into();
        body["picture"] = PICTURE.into();
    }
    if let Some(domain) = user.domain() {
        body["hd"] = domain.into();
    }
    body
}
