//! `PATCH /v1/tenant`

use axum::extract::State;
use kalends_engine::tenants;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Tenant, tenant};
use crate::{auth::Caller, extract::Json, problem::Problem, state::AppState, words::Policy};

/// What to change; fields that are left out stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({"policy": "ask"})))]
pub(crate) struct UpdateTenant {
    /// Which side stays when a person edits one of the tenant's events on their calendar: `newest_wins`, the default, field
    /// by field; `app_wins` sets the calendar right; `provider_wins` takes the edit over; `ask` keeps both sides until a
    /// person has resolved the conflict.
    policy: Option<Policy>,
}

/// Change the tenant
///
/// A policy holds for edits that are found from now on.
#[utoipa::path(
    patch,
    path = "/v1/tenant",
    tag = "tenant",
    request_body = UpdateTenant,
    responses((status = 200, description = "The tenant as it is now.", body = Tenant)),
)]
pub(crate) async fn update_tenant(
    State(state): State<AppState>,
    caller: Caller,
    Json(body): Json<UpdateTenant>,
) -> Result<Json<Tenant>, Problem> {
    if let Some(policy) = body.policy {
        tenants::put_policy(state.engine(), caller.tenant, policy.into()).await?;
    }
    tenant(state.engine(), caller.tenant).await.map(Json)
}
