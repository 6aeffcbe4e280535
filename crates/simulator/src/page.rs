//! The pages for people: who lives here (`/`), and a person's calendars (`/people/ADDRESS`), to look at and to change.
//!
//! The scripts talk to the same handlers as Google's API, below `/_sim/people/ADDRESS/`: as that person, with every
//! right and without a token, because whoever opens the page is that person. Such calls are neither recorded nor
//! metered nor struck by faults, like those of a person in Google's own calendar.

mod act;
mod assets;
mod index;
mod person;

use axum::{
    Router,
    routing::{any, get},
};

pub(crate) use act::Person;

use crate::state::Sim;

/// The pages, their files, and the calendar methods for them.
pub(crate) fn routes(sim: &Sim, calendars: Router) -> Router {
    Router::new()
        .route("/", get(index::index))
        .route("/people/{email}", get(person::person))
        .route("/_sim/page/{file}", get(assets::file))
        .with_state(sim.clone())
        .route(
            "/_sim/people/{email}/{*rest}",
            any(move |request| act::act(calendars, request)),
        )
}
