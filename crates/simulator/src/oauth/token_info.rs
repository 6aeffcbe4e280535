//! `/tokeninfo` of `oauth2.googleapis.com`, which Google's Node client asks: about an access token or an `id_token`, and
//! every value is a string.

use axum::{body::Bytes, extract::State, response::Response};
use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::{
    google::{self, Call, IDENTITY, Query},
    state::Sim,
};

/// The endpoint; the token comes in the query, the form or as the bearer token.
pub(crate) async fn token_info_v3(State(sim): State<Sim>, call: Call, body: Bytes) -> Response {
    let form = Query::parse(&String::from_utf8_lossy(&body));
    let given = |name: &str| call.query.text(name).or_else(|| form.text(name));
    let now = sim.now();
    let told = match given("id_token") {
        Some(token) => of_id_token(&sim, token, now),
        None => given("access_token")
            .or_else(|| call.access_token())
            .and_then(|token| of_access_token(&sim, token, now)),
    };
    if let Some(body) = told {
        return google::json(StatusCode::OK, &body);
    }
    let body = json!({"error": "invalid_token", "error_description": "Invalid Value"});
    google::json(StatusCode::BAD_REQUEST, &body)
}

fn of_access_token(sim: &Sim, token: &str, now: Timestamp) -> Option<Value> {
    let holder = sim.grants().holder(token, now)?;
    let directory = sim.directory();
    let user = directory.user(&holder.email)?;
    let scope: Vec<&str> = holder.scopes.iter().map(String::as_str).collect();
    let mut body = json!({
        "azp": *holder.client_id,
        "aud": *holder.client_id,
        "scope": scope.join(" "),
        "exp": holder.expires.as_second().to_string(),
        "expires_in": now.duration_until(holder.expires).as_secs().to_string(),
        "access_type": if holder.offline { "offline" } else { "online" },
    });
    let [openid, email, _] = IDENTITY;
    if holder.scopes.contains(openid) {
        body["sub"] = user.subject.as_str().into();
    }
    if holder.scopes.contains(email) {
        body["email"] = user.email.as_str().into();
        body["email_verified"] = "true".into();
    }
    Some(body)
}

fn of_id_token(sim: &Sim, token: &str, now: Timestamp) -> Option<Value> {
    let (header, claims) = sim.signing().verify(token, now)?;
    if claims["exp"].as_i64()? <= now.as_second() {
        return None;
    }
    let (Value::Object(header), Value::Object(claims)) = (header, claims) else {
        return None;
    };
    let as_text = |(name, value): (String, Value)| match value {
        Value::String(text) => (name, Value::String(text)),
        other => (name, Value::String(other.to_string())),
    };
    let told: Map<String, Value> = claims.into_iter().chain(header).map(as_text).collect();
    Some(Value::Object(told))
}
