//! The tenant that the key belongs to.

mod get;
mod update;

use kalends_core::time::TenantId;
use kalends_engine::{Engine, tenants};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{problem::Problem, state::AppState, words::Policy};

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(get::get_tenant, update::update_tenant))
}

/// The application that uses the server.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(examples(json!({"name": "Lessons", "policy": "newest_wins"})))]
pub(crate) struct Tenant {
    /// Its name, which stands below its events on calendars.
    name: String,
    /// Which side stays when a person edits one of its events on their calendar; users may have their own in the settings
    /// of kind `sync`.
    policy: Policy,
}

/// The tenant as it is now.
async fn tenant(engine: &Engine, id: TenantId) -> Result<Tenant, Problem> {
    Ok(Tenant {
        name: tenants::get(engine, id).await?.name,
        policy: tenants::policy(engine, id).await?.into(),
    })
}
