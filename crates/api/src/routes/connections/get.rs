//! `GET /v1/connections/{connectionId}`

use axum::extract::State;
use kalends_core::time::ConnectionId;
use kalends_engine::connections;

use super::Connection;
use crate::{
    auth::Caller,
    extract::{Json, Path},
    problem::Problem,
    state::AppState,
};

/// Read a connection
#[utoipa::path(
    get,
    path = "/v1/connections/{connectionId}",
    tag = "connections",
    params(("connectionId" = Uuid, Path, description = "The connection's id.")),
    responses(
        (status = 200, description = "The connection.", body = Connection),
        (status = 404, description = "`not_found`: there is no such connection."),
    ),
)]
pub(crate) async fn get_connection(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<ConnectionId>,
) -> Result<Json<Connection>, Problem> {
    let connection = connections::get(state.engine(), caller.tenant, id).await?;
    let one = std::slice::from_ref(&connection);
    let counts = connections::event_counts(state.engine(), caller.tenant, one).await?;
    Ok(Json(Connection::with(connection, &counts)))
}
