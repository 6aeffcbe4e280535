//! `GET /v1/oauth/{provider}/callback`

use axum::{extract::State, response::Response};
use http::HeaderMap;
use kalends_core::provider::ProviderKind;
use kalends_engine::connect::{self, Callback, Connected, Finished, Unfinished};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use utoipa::IntoParams;

use super::reply;
use crate::{
    cookie,
    extract::{Path, Query},
    problem::Problem,
    state::AppState,
};

/// What the provider sends along (RFC 6749 sections 4.1.2 and 4.1.2.1); it may send more.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ProviderAnswer {
    /// Names the round trip.
    #[param(value_type = Option<String>)]
    state: Option<SecretString>,
    /// Proves that the person gave access.
    #[param(value_type = Option<String>)]
    code: Option<SecretString>,
    /// Says why not.
    error: Option<String>,
}

/// Come back from the provider
///
/// For browsers, sent by the provider. Redirects to the connect link's `returnTo` with `status=connected`,
/// `connectionId` and, when permissions were left out, `needsConsent`; or with `status=error` and `code`. Without a
/// `returnTo` it shows a page.
#[utoipa::path(
    get,
    path = "/v1/oauth/{provider}/callback",
    tag = "connect",
    params(("provider" = String, Path, description = "`google`.", example = "google"), ProviderAnswer),
    responses(
        (status = 200, description = "Connected; a page says so.", body = String, content_type = "text/html"),
        (status = 303, description = "To `returnTo`, or once more to the provider when it withheld lasting access."),
        (status = 403, description = "`state_invalid`: the round trip is unknown, over, or from another browser. `access_denied`: the person gave no access."),
        (status = 429, description = "`rate_limited`: too many requests came from one address."),
        (status = 502, description = "`provider_rejected`: the provider did not complete the sign-in."),
        (status = 503, description = "`provider_unavailable`: the provider does not answer."),
    ),
)]
pub(crate) async fn finish_oauth(
    State(state): State<AppState>,
    headers: HeaderMap,
    provider: Result<Path<ProviderKind>, Problem>,
    query: Result<Query<ProviderAnswer>, Problem>,
) -> Response {
    let (provider, answer) = match (provider, query) {
        (Ok(Path(provider)), Ok(Query(answer))) => (provider, answer),
        (Err(problem), _) | (_, Err(problem)) => return reply::failed(&headers, problem),
    };
    let oauth_state = answer
        .state
        .as_ref()
        .map(|state| state.expose_secret().to_owned());
    let nonce = oauth_state
        .as_deref()
        .and_then(|oauth_state| cookie::get(state.config(), &headers, oauth_state));
    let callback = Callback {
        provider,
        state: answer.state,
        code: answer.code,
        error: answer.error,
        nonce: nonce.map(SecretString::from),
    };
    let response = match connect::finish(state.engine(), callback).await {
        Ok(Finished::Connected(connected)) => back_connected(connected),
        Ok(Finished::Again(started)) => reply::to_provider(&state, &started),
        Err(unfinished) => back_failed(&headers, unfinished),
    };
    let cleared = oauth_state.and_then(|oauth_state| cookie::clear(state.config(), &oauth_state));
    reply::without_cookie(response, cleared)
}

fn back_connected(connected: Connected) -> Response {
    let Some(return_to) = connected.return_to else {
        return reply::connected();
    };
    let id = connected.connection.to_string();
    let needs_consent: Vec<_> = connected
        .needs_consent
        .iter()
        .map(|feature| feature.as_str())
        .collect();
    let needs_consent = needs_consent.join(",");
    let mut outcome = vec![("status", "connected"), ("connectionId", id.as_str())];
    if !needs_consent.is_empty() {
        outcome.push(("needsConsent", needs_consent.as_str()));
    }
    reply::back(return_to, &outcome)
}

fn back_failed(headers: &HeaderMap, unfinished: Unfinished) -> Response {
    let problem = Problem::from(unfinished.error);
    match unfinished.return_to {
        Some(return_to) => reply::back(return_to, &[("status", "error"), ("code", problem.code().name())]),
        None => reply::failed(headers, problem),
    }
}
