//! `GET /v1/tenant`

use axum::extract::State;

use super::{Tenant, tenant};
use crate::{auth::Caller, extract::Json, problem::Problem, state::AppState};

/// Read the tenant
///
/// The application that the key belongs to, and what it has decided for all of its users.
#[utoipa::path(
    get,
    path = "/v1/tenant",
    tag = "tenant",
    responses((status = 200, description = "The tenant.", body = Tenant)),
)]
pub(crate) async fn get_tenant(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<Tenant>, Problem> {
    tenant(state.engine(), caller.tenant).await.map(Json)
}
