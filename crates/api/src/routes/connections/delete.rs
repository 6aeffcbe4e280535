//! `DELETE /v1/connections/{connectionId}`

use axum::extract::State;
use http::StatusCode;
use kalends_core::time::ConnectionId;
use kalends_engine::connections;

use crate::{auth::Caller, extract::Path, problem::Problem, state::AppState};

/// Disconnect
///
/// Deletes the secrets, events and busy times of the connection at once, whatever the provider does. The access is
/// revoked at the provider in the background, unless another connection lives by the same grant. Connecting the same
/// account again takes up the same connection. A second `DELETE` changes nothing.
#[utoipa::path(
    delete,
    path = "/v1/connections/{connectionId}",
    tag = "connections",
    params(("connectionId" = Uuid, Path, description = "The connection's id.")),
    responses(
        (status = 204, description = "It is disconnected."),
        (status = 404, description = "`not_found`: there is no such connection."),
    ),
)]
pub(crate) async fn delete_connection(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<ConnectionId>,
) -> Result<StatusCode, Problem> {
    connections::disconnect(state.engine(), caller.tenant, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
