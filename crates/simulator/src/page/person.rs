//! `GET /people/ADDRESS`: a person's week.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::{Html, IntoResponse, Response},
};
use http::StatusCode;
use jiff::Timestamp;
use kalends_core::time::Zone;

use crate::{google::local, state::Sim};

#[derive(Template)]
#[template(path = "person.html")]
struct PersonPage {
    name: String,
    email: String,
    zone: String,
    /// The simulator's present as clocks of the person show it, `2026-11-20T13:00:00+01:00`.
    now: String,
    people: Vec<Other>,
}

struct Other {
    name: String,
    email: String,
    shown: bool,
}

/// The page; the script fills in the week.
pub(super) async fn person(State(sim): State<Sim>, Path(email): Path<String>) -> Response {
    let now = sim.now();
    let directory = sim.directory();
    let Some(user) = directory.user(&email) else {
        return (StatusCode::NOT_FOUND, "Nobody of this address lives here.").into_response();
    };
    let people = directory.users().map(|other| Other {
        name: other.name(),
        email: other.email.clone(),
        shown: other.email == user.email,
    });
    let page = PersonPage {
        name: user.name(),
        email: user.email.clone(),
        zone: user.time_zone().to_owned(),
        now: shown(now, user.time_zone()),
        people: people.collect(),
    };
    match page.render() {
        Ok(text) => Html(text).into_response(),
        Err(error) => {
            tracing::error!(%error, "a person's page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn shown(now: Timestamp, zone: &str) -> String {
    Zone::iana(zone).map_or_else(|_| now.to_string(), |zone| local(now, &zone))
}
