//! The application's own events, on people's calendars.

mod answer;
pub(crate) mod body;
mod delete;
mod exception;
mod get;
mod link;
mod put;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::AppState;

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(get::get_event, put::put_event, delete::delete_event))
}
