//! Answers to browsers that navigate: pages and redirects.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use kalends_engine::connect::Started;
use kalends_ui::{MessagePage, Tone};
use secrecy::ExposeSecret;
use url::Url;

use crate::{cookie, problem::Problem, state::AppState};

/// A page, with the policy that all pages have.
pub(super) fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => (
            status,
            [
                (header::CONTENT_TYPE, "text/html; charset=utf-8"),
                (
                    header::CONTENT_SECURITY_POLICY,
                    kalends_ui::CONTENT_SECURITY_POLICY,
                ),
            ],
            html,
        )
            .into_response(),
        Err(error) => Problem::internal(&error).into_response(),
    }
}

/// Tells a person that it worked.
pub(super) fn connected() -> Response {
    let page_of = MessagePage {
        title: "Your calendar is connected".to_owned(),
        text: "You can close this page and go back to the application.".to_owned(),
        tone: Tone::Good,
    };
    page(StatusCode::OK, &page_of)
}

/// Tells a person what went wrong; programs get the problem itself.
pub(super) fn failed(headers: &HeaderMap, problem: Problem) -> Response {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    if !accept.is_some_and(|accept| accept.contains("text/html")) {
        return problem.into_response();
    }
    let page_of = MessagePage {
        title: "Your calendar is not connected".to_owned(),
        text: problem.detail().to_owned(),
        tone: Tone::Bad,
    };
    page(problem.code().status(), &page_of)
}

/// Sends a browser to the provider, with the cookie that binds the sign-in to it. The cookie is named after the
/// `state`, which the address holds.
pub(super) fn to_provider(state: &AppState, started: &Started) -> Response {
    let mut response = Redirect::to(started.authorize_url.as_str()).into_response();
    let oauth_state = started
        .authorize_url
        .query_pairs()
        .find(|(name, _)| name == "state");
    let lifetime = started
        .expires_at
        .duration_since(state.engine().ambient().now())
        .as_secs();
    if let (Some((_, oauth_state)), Some(nonce)) = (oauth_state, &started.nonce)
        && let Some(cookie) = cookie::set(state.config(), &oauth_state, nonce.expose_secret(), lifetime)
    {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Sends a browser back to the application, saying in the query how it went.
pub(super) fn back(mut return_to: Url, outcome: &[(&str, &str)]) -> Response {
    return_to.query_pairs_mut().extend_pairs(outcome);
    Redirect::to(return_to.as_str()).into_response()
}

/// Takes the cookie of a sign-in away that is over.
pub(super) fn without_cookie(mut response: Response, cleared: Option<HeaderValue>) -> Response {
    if let Some(cookie) = cleared {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
