//! Reads a connection.

use kalends_core::{
    provider::Feature,
    time::{ConnectionId, TenantId},
};
use kalends_providers::oauth::ScopeSet;
use kalends_store::ConnectionState;

use super::{Connection, ConnectionError, State, missing};
use crate::Engine;

/// The connection of that id.
pub async fn get(engine: &Engine, tenant: TenantId, id: ConnectionId) -> Result<Connection, ConnectionError> {
    let row = engine.store().connection(tenant, id).await.map_err(missing)?;
    Ok(view(engine, row))
}

/// Whether the account's person allows calendars to be read.
pub(crate) fn may_read(engine: &Engine, row: &kalends_store::Connection) -> bool {
    !needs_consent(engine, row).contains(&Feature::CalendarRead)
}

/// Whether the account's person allows events to be written, whatever they were asked for.
pub(crate) fn may_write(engine: &Engine, row: &kalends_store::Connection) -> bool {
    let is_granted = missing_scopes(engine, row, &[Feature::CalendarWrite]).is_empty();
    is_granted && !row.refused.contains(&Feature::CalendarWrite)
}

/// A connection as people see it.
pub(crate) fn view(engine: &Engine, row: kalends_store::Connection) -> Connection {
    let needs_consent = needs_consent(engine, &row);
    let reason = row.reason.unwrap_or_default();
    Connection {
        id: row.id,
        user: row.user,
        provider: row.provider,
        account: row.account_label,
        state: match row.state {
            ConnectionState::Active => State::Active,
            ConnectionState::Degraded => State::Degraded { reason },
            ConnectionState::ReauthRequired => State::ReauthRequired {
                reason,
                revoked_at: row.revoked_at,
            },
            ConnectionState::Disconnected => State::Disconnected,
        },
        features: row.features,
        needs_consent,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

/// Features whose scopes were not granted, and those that the provider refused all the same.
fn needs_consent(engine: &Engine, row: &kalends_store::Connection) -> Vec<Feature> {
    let missing = missing_scopes(engine, row, &row.features);
    let needs = |feature: &Feature| missing.contains(feature) || row.refused.contains(feature);
    row.features.iter().copied().filter(needs).collect()
}

/// Those of the features that the account's person has not allowed.
pub(super) fn missing_scopes(
    engine: &Engine,
    row: &kalends_store::Connection,
    features: &[Feature],
) -> Vec<Feature> {
    engine.oauth(row.provider).map_or_else(Vec::new, |client| {
        let granted: ScopeSet = row.scopes.iter().map(String::as_str).collect();
        client.missing(&granted, features)
    })
}
