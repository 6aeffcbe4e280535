//! The pages a person sees: consent, and what is wrong with a request.

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::{
    authorize::{self, Ask, account_of_hint},
    grants::Scopes,
};
use crate::{
    google::{IDENTITY, describe},
    state::Sim,
};

/// Asks a person which account an application may use, and for what.
#[derive(Template)]
#[template(path = "consent.html")]
pub(crate) struct ConsentPage {
    client: String,
    host: String,
    accounts: Vec<Account>,
    /// Scopes that come with the account.
    fixed: Vec<Scope>,
    /// Scopes with a tick box.
    optional: Vec<Scope>,
    /// The original query string, checked again when the form comes back.
    request: String,
    /// What was wrong with the form.
    pub(super) message: Option<String>,
}

struct Account {
    email: String,
    name: String,
    chosen: bool,
}

struct Scope {
    name: String,
    says: &'static str,
}

/// Tells what is wrong with an authorization request.
#[derive(Template)]
#[template(path = "oauth_error.html")]
pub(crate) struct ErrorPage {
    pub(super) status: u16,
    error: &'static str,
    detail: String,
}

impl ConsentPage {
    pub(super) fn new(sim: &Sim, ask: &Ask<'_>, request: &str, message: Option<&str>) -> Self {
        let hinted = ask
            .login_hint
            .as_ref()
            .and_then(|hint| account_of_hint(sim, hint));
        let directory = sim.directory();
        let alone = directory.users().count() == 1;
        let accounts = directory.users().map(|user| Account {
            email: user.email.clone(),
            name: user.name(),
            chosen: alone || hinted.as_ref() == Some(&user.email),
        });
        let optional = optional_scopes(&ask.scopes);
        let named = |scope: &String| Scope {
            name: scope.clone(),
            says: describe(scope),
        };
        Self {
            client: ask.client.client_id.clone(),
            host: ask.redirect.host_str().unwrap_or_default().to_owned(),
            accounts: accounts.collect(),
            fixed: ask
                .scopes
                .iter()
                .filter(|scope| !optional.contains(scope))
                .map(named)
                .collect(),
            optional: optional.into_iter().map(named).collect(),
            request: request.to_owned(),
            message: message.map(str::to_owned),
        }
    }
}

impl ErrorPage {
    pub(super) fn new(status: u16, error: &'static str, detail: &str) -> Self {
        Self {
            status,
            error,
            detail: detail.to_owned(),
        }
    }
}

/// The scopes that a person may untick: all but identity, when there are two or more (granular consent).
pub(super) fn optional_scopes(scopes: &Scopes) -> Vec<&String> {
    let optional: Vec<&String> = scopes
        .iter()
        .filter(|scope| !IDENTITY.contains(&scope.as_str()))
        .collect();
    if optional.len() < 2 { Vec::new() } else { optional }
}

/// Renders a page.
pub(super) fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => authorize::html(status, text),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
