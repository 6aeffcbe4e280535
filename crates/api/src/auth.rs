//! Who asks.

use axum::extract::FromRequestParts;
use http::{header, request::Parts};
use kalends_core::time::TenantId;

use crate::{
    problem::{Code, Problem},
    state::AppState,
};

/// The tenant whose key the request carries (`Authorization: Bearer`, RFC 6750 section 2.1). Every route of an
/// application takes it, and asks the engine for that tenant's things only.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller {
    /// Whose things are asked for.
    pub(crate) tenant: TenantId,
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let key = bearer(parts).ok_or_else(|| {
            Problem::new(
                Code::Unauthorized,
                "Send a key of the tenant as `Authorization: Bearer kal_...`; `kalends keys create` makes one.",
            )
        })?;
        let tenant = kalends_engine::keys::authenticate(state.engine(), key).await?;
        tenant
            .map(|tenant| Self { tenant })
            .ok_or_else(|| Problem::new(Code::Unauthorized, "The key is unknown or revoked."))
    }
}

fn bearer(parts: &Parts) -> Option<&str> {
    let value = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}
