//! The application's own events, on people's calendars.

mod answer;
pub(crate) mod body;
mod delete;
mod exception;
mod get;
pub(crate) mod link;
mod list;
mod put;
mod remove_link;
mod restore_link;
mod undo;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{layers::idempotent, state::AppState};

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list_events))
        .routes(routes!(get::get_event, put::put_event, delete::delete_event))
        .routes(idempotent(routes!(remove_link::remove_link)))
        .routes(idempotent(routes!(restore_link::restore_link)))
        .routes(idempotent(routes!(undo::undo_event)))
}
