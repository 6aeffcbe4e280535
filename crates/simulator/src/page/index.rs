//! `GET /`: who lives here, for people.

use askama::Template;
use axum::{
    extract::State,
    response::{Html, IntoResponse, Response},
};
use http::StatusCode;
use jiff::Timestamp;

use crate::{base_url::BaseUrl, state::Sim};

#[derive(Template)]
#[template(path = "index.html")]
struct IndexPage {
    base_url: String,
    now: Timestamp,
    people: Vec<Person>,
    clients: Vec<String>,
}

struct Person {
    name: String,
    email: String,
    zone: String,
    calendars: Vec<Calendar>,
}

struct Calendar {
    summary: String,
    role: &'static str,
    events: usize,
}

/// The page.
pub(super) async fn index(State(sim): State<Sim>, BaseUrl(base_url): BaseUrl) -> Response {
    let directory = sim.directory();
    let people = directory.users().map(|user| {
        let calendars = user.list.iter().filter_map(|entry| {
            let calendar = directory.calendar(&entry.calendar)?;
            Some(Calendar {
                summary: calendar.summary.clone(),
                role: calendar.role_of(&user.email)?.name(),
                events: calendar.events.len(),
            })
        });
        Person {
            name: user.name(),
            email: user.email.clone(),
            zone: user.time_zone().to_owned(),
            calendars: calendars.collect(),
        }
    });
    let page = IndexPage {
        base_url,
        now: sim.now(),
        people: people.collect(),
        clients: sim
            .clients()
            .iter()
            .map(|client| client.client_id.clone())
            .collect(),
    };
    match page.render() {
        Ok(text) => Html(text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the first page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
