//! Where providers tell that something changed; they have no key, each message proves itself.

mod google;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::AppState;

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(google::push_google))
}
