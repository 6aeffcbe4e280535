//! The pages a person sees: consent, and what is wrong with a request.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use super::{ask::Ask, grants::Scopes};
use crate::{
    directory::User,
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
    message: Option<String>,
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
    status: u16,
    error: &'static str,
    detail: String,
}

impl ConsentPage {
    /// `account` is the one that is likely meant.
    pub(super) fn new(
        sim: &Sim,
        ask: &Ask,
        request: &str,
        account: Option<&str>,
        message: Option<&str>,
    ) -> Self {
        let directory = sim.directory();
        let offered: Vec<&User> = directory.users().filter(|user| ask.offers(user)).collect();
        let alone = offered.len() == 1;
        let accounts = offered.into_iter().map(|user| Account {
            email: user.email.clone(),
            name: user.name(),
            chosen: alone || account == Some(&*user.email),
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

impl Ask {
    /// Whether the account is shown: `hd` narrows the choice to a Workspace domain, or to any by `*`.
    fn offers(&self, user: &User) -> bool {
        match (self.hd.as_deref(), user.domain()) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(wanted), Some(domain)) => wanted == "*" || wanted.eq_ignore_ascii_case(domain),
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

impl IntoResponse for ErrorPage {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        page(status, &self)
    }
}

impl IntoResponse for ConsentPage {
    fn into_response(self) -> Response {
        let status = if self.message.is_some() {
            StatusCode::BAD_REQUEST
        } else {
            StatusCode::OK
        };
        page(status, &self)
    }
}

fn page(status: StatusCode, template: &impl Template) -> Response {
    let headers = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    ];
    match template.render() {
        Ok(text) => (status, headers, Html(text)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
