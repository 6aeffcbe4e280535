//! Every route, by resource.

mod calendars;
mod changes;
mod conflicts;
mod connect;
pub(crate) mod connections;
pub(crate) mod events;
mod holds;
mod operations;
mod push;
pub(crate) mod reading;
mod tasks;
mod tenant;
pub(crate) mod users;

use utoipa_axum::router::OpenApiRouter;

use crate::{
    openapi,
    problem::{Code, Problem},
    state::AppState,
};

/// All routes, with what they state about themselves.
pub(crate) fn all() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(openapi::base())
        .merge(connect::router())
        .merge(connections::router())
        .merge(calendars::router())
        .merge(users::router())
        .merge(reading::router())
        .merge(events::router())
        .merge(conflicts::router())
        .merge(changes::router())
        .merge(holds::router())
        .merge(tasks::router())
        .merge(tenant::router())
        .merge(push::router())
        .merge(operations::router())
}

/// The routes of a process that runs tasks only: whether it is well.
pub(crate) fn of_worker() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().merge(operations::health())
}

/// The answer of a process that runs tasks only to everything else.
pub(crate) async fn elsewhere() -> Problem {
    Problem::new(
        Code::NotFound,
        "This process runs background tasks only. Ask one whose role is api or all.",
    )
}

/// The answer where there is no route.
pub(crate) async fn unknown() -> Problem {
    Problem::new(
        Code::NotFound,
        "There is no such address. The routes are described at /docs.",
    )
}

/// The answer where the route has other methods.
pub(crate) async fn wrong_method() -> Problem {
    Problem::new(
        Code::MethodNotAllowed,
        "The address does not take this method. The header Allow names those it takes.",
    )
}
