//! `POST /connect/ics`: the form of the connect page for a feed's address.

use axum::{
    Form,
    extract::{State, rejection::FormRejection},
    response::Response,
};
use http::HeaderMap;
use kalends_core::provider::ProviderKind;
use kalends_engine::{
    connect::{self, ConnectFeed, NewSession, Session},
    connections::Connection,
};
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::{
    page::{self, Attempt},
    reply, ticket,
};
use crate::{problem::Problem, state::AppState};

#[derive(Debug, Deserialize)]
pub(super) struct FeedForm {
    ticket: SecretString,
    url: String,
}

pub(super) async fn page_feed(
    State(state): State<AppState>,
    headers: HeaderMap,
    form: Result<Form<FeedForm>, FormRejection>,
) -> Response {
    match submit(&state, form).await {
        Ok(response) => response,
        Err(problem) => reply::failed(&headers, problem),
    }
}

async fn submit(state: &AppState, form: Result<Form<FeedForm>, FormRejection>) -> Result<Response, Problem> {
    let Form(form) = form.map_err(|_| Problem::field("url", "is missing in the form"))?;
    let session = connect::session(state.engine(), &form.ticket).await?;
    let session = session.ok_or_else(ticket::invalid)?;
    if session.provider.is_some_and(|only| only != ProviderKind::Ics) {
        return Err(Problem::field("provider", "is not the one that the link is for"));
    }
    connect::use_session(state.engine(), &form.ticket)
        .await?
        .ok_or_else(ticket::invalid)?;
    match connect_feed(state, &session, &form.url).await {
        Ok(connection) => Ok(connected(&session, &connection)),
        Err(problem) => try_again(state, session, form.url, problem).await,
    }
}

async fn connect_feed(state: &AppState, session: &Session, url: &str) -> Result<Connection, Problem> {
    let feed = ConnectFeed {
        user: session.user.clone(),
        url: url.into(),
        name: None,
    };
    Ok(connect::feed(state.engine(), session.tenant, feed).await?)
}

fn connected(session: &Session, connection: &Connection) -> Response {
    let return_to = session
        .return_to
        .as_deref()
        .and_then(|address| Url::parse(address).ok());
    match return_to {
        None => reply::connected(),
        Some(return_to) => {
            let id = connection.id.to_string();
            reply::back(return_to, &[("status", "connected"), ("connectionId", &id)])
        }
    }
}

/// The ticket is used up; a person who mistyped the address gets the page again with a new one.
async fn try_again(
    state: &AppState,
    session: Session,
    url: String,
    problem: Problem,
) -> Result<Response, Problem> {
    let new = NewSession {
        user: session.user.clone(),
        provider: session.provider,
        features: session.features.clone(),
        return_to: session.return_to.clone(),
        login_hint: session.login_hint.clone(),
    };
    let opened = connect::open_session(state.engine(), session.tenant, new).await?;
    page::choice(state, &session, &opened.ticket, Attempt::Failed { url, problem }).await
}
