//! `GET /connect`: where a person chooses what to connect.

use axum::{extract::State, response::Response};
use http::{HeaderMap, StatusCode};
use kalends_core::provider::ProviderKind;
use kalends_engine::{
    connect::{self, Session},
    tenants,
};
use kalends_ui::ConnectPage;
use secrecy::{ExposeSecret, SecretString};

use super::{
    reply,
    ticket::{self, Ticket},
};
use crate::{extract::Query, problem::Problem, state::AppState};

pub(super) async fn page(
    State(state): State<AppState>,
    headers: HeaderMap,
    query: Result<Query<Ticket>, Problem>,
) -> Response {
    match show(&state, query).await {
        Ok(response) => response,
        Err(problem) => reply::failed(&headers, problem),
    }
}

async fn show(state: &AppState, query: Result<Query<Ticket>, Problem>) -> Result<Response, Problem> {
    let Query(Ticket { ticket }) = query?;
    let session = connect::session(state.engine(), &ticket).await?;
    let session = session.ok_or_else(ticket::invalid)?;
    choice(state, &session, &ticket, Attempt::First).await
}

/// Whether the person has tried already.
pub(super) enum Attempt {
    /// They have not.
    First,
    /// They have typed in an address that did not work.
    Failed { url: String, problem: Problem },
}

/// The page with what the session allows.
pub(super) async fn choice(
    state: &AppState,
    session: &Session,
    ticket: &SecretString,
    attempt: Attempt,
) -> Result<Response, Problem> {
    let tenant = tenants::get(state.engine(), session.tenant).await?;
    let allows = |kind: &ProviderKind| session.provider.is_none_or(|only| only == *kind);
    let offered: Vec<ProviderKind> = state.engine().offered_providers().filter(allows).collect();
    let (status, ics_url, error) = match attempt {
        Attempt::First => (StatusCode::OK, String::new(), None),
        Attempt::Failed { url, problem } => (problem.code().status(), url, Some(problem.detail().to_owned())),
    };
    let page = ConnectPage {
        tenant_name: tenant.name,
        ticket: ticket.expose_secret().to_owned(),
        providers: offered
            .iter()
            .filter(|kind| kind.uses_oauth())
            .map(|kind| (kind.as_str(), name(*kind)))
            .collect(),
        offers_ics: offered.contains(&ProviderKind::Ics),
        error,
        ics_url,
    };
    Ok(reply::page(status, &page))
}

/// What people call the provider.
const fn name(kind: ProviderKind) -> &'static str {
    match kind {
        ProviderKind::Google => "Google Calendar",
        ProviderKind::Microsoft => "Outlook or Microsoft 365",
        ProviderKind::Caldav => "iCloud, Fastmail or another CalDAV server",
        ProviderKind::Ics => "a calendar feed",
    }
}
