//! `GET /v1/oauth/{provider}/start`

use axum::{extract::State, response::Response};
use http::HeaderMap;
use kalends_core::provider::ProviderKind;
use kalends_engine::connect::{self, Binding, Start};

use super::{
    reply,
    ticket::{self, Ticket},
};
use crate::{
    extract::{Path, Query},
    problem::Problem,
    state::AppState,
};

/// Go to the provider
///
/// For browsers: uses up the ticket of a connect link and redirects to the provider's consent page. A signed cookie
/// binds the round trip to this browser for ten minutes.
#[utoipa::path(
    get,
    path = "/v1/oauth/{provider}/start",
    tag = "connect",
    params(("provider" = String, Path, description = "`google`.", example = "google"), Ticket),
    responses(
        (status = 303, description = "To the provider."),
        (status = 403, description = "`ticket_invalid`: the link was used or has expired. Browsers get a page."),
        (status = 404, description = "`provider_not_configured`: the server has no client for this provider."),
        (status = 429, description = "`rate_limited`: too many requests came from one address."),
    ),
)]
pub(crate) async fn start_oauth(
    State(state): State<AppState>,
    headers: HeaderMap,
    provider: Result<Path<ProviderKind>, Problem>,
    query: Result<Query<Ticket>, Problem>,
) -> Response {
    match start(&state, provider, query).await {
        Ok(response) => response,
        Err(problem) => reply::failed(&headers, problem),
    }
}

async fn start(
    state: &AppState,
    provider: Result<Path<ProviderKind>, Problem>,
    query: Result<Query<Ticket>, Problem>,
) -> Result<Response, Problem> {
    let engine = state.engine();
    let (Path(provider), Query(ticket)) = (provider?, query?);
    let session = connect::session(engine, &ticket.ticket)
        .await?
        .ok_or_else(ticket::invalid)?;
    if session.provider.is_some_and(|only| only != provider) {
        return Err(Problem::field("provider", "is not the one that the link is for"));
    }
    connect::use_session(engine, &ticket.ticket)
        .await?
        .ok_or_else(ticket::invalid)?;
    let start = Start {
        user: session.user,
        provider,
        features: session.features,
        return_to: session.return_to,
        login_hint: session.login_hint,
        binding: Binding::Browser,
    };
    let started = connect::start(engine, session.tenant, start).await?;
    Ok(reply::to_provider(state, &started))
}
