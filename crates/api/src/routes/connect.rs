//! From a person's calendar to a connection.
//!
//! An application asks for a connect link ([`create_session`]) and sends the person there, or sends their browser
//! to [`start`] with the link's ticket. The link opens [`page`], where they choose; [`start`] leads to the provider and
//! [`callback`] back; a feed's address is typed in on the page ([`page_feed`]) or given by the application ([`feed`]).

mod callback;
mod create_session;
mod feed;
mod page;
mod page_feed;
mod reply;
mod start;
mod ticket;

use axum::routing::{get, post};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{layers::idempotent, state::AppState};

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(idempotent(routes!(create_session::create_connect_session)))
        .routes(routes!(start::start_oauth))
        .routes(routes!(callback::finish_oauth))
        .routes(idempotent(routes!(feed::connect_feed)))
        .route("/connect", get(page::page))
        .route("/connect/ics", post(page_feed::page_feed))
}
