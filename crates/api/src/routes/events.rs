//! The application's own events, on people's calendars.

mod answer;
pub(crate) mod body;
mod cancel_occurrence;
mod delete;
mod exception;
mod get;
pub(crate) mod link;
mod list;
mod put;
mod put_occurrence;
mod remove_link;
mod restore_link;
mod split;
mod start;
mod undo;

pub(crate) use self::start::Start;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{layers::idempotent, state::AppState};

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list_events))
        .routes(routes!(get::get_event, put::put_event, delete::delete_event))
        .routes(routes!(
            put_occurrence::put_occurrence,
            cancel_occurrence::cancel_occurrence
        ))
        .routes(idempotent(routes!(split::split_event)))
        .routes(idempotent(routes!(remove_link::remove_link)))
        .routes(idempotent(routes!(restore_link::restore_link)))
        .routes(idempotent(routes!(undo::undo_event)))
}
