//! Connections that do not work: saying so once, and no sooner than it is certain.

use kalends_core::time::{ConnectionId, TenantId};
use kalends_store::{Connection, ConnectionState, Effects, StateChange, StoreError};

use crate::{Engine, changes};

/// Trouble that has lasted: the connection is tried further, and shown as troubled.
pub(crate) async fn degrade(
    engine: &Engine,
    tenant: TenantId,
    id: ConnectionId,
    reason: &str,
) -> Result<(), StoreError> {
    let connection = engine.store().connection(tenant, id).await?;
    if connection.state != ConnectionState::Active {
        return Ok(());
    }
    let news = changes::connection_degraded(&connection.user, id, reason);
    change(
        engine,
        &connection,
        ConnectionState::Degraded,
        reason,
        Effects::none().change(news),
    )
    .await
}

/// Credentials that were refused again and again: the person must connect again.
pub(crate) async fn require_reauth(
    engine: &Engine,
    tenant: TenantId,
    id: ConnectionId,
    reason: &str,
) -> Result<(), StoreError> {
    let connection = engine.store().connection(tenant, id).await?;
    if !matches!(
        connection.state,
        ConnectionState::Active | ConnectionState::Degraded
    ) {
        return Ok(());
    }
    let news = changes::connection_reauth_required(&connection.user, id, reason);
    change(
        engine,
        &connection,
        ConnectionState::ReauthRequired,
        reason,
        Effects::none().change(news),
    )
    .await
}

async fn change(
    engine: &Engine,
    connection: &Connection,
    to: ConnectionState,
    reason: &str,
    effects: Effects,
) -> Result<(), StoreError> {
    let ended = to == ConnectionState::ReauthRequired;
    let change = StateChange {
        from: connection.state,
        fence: None,
        to,
        reason: Some(reason.to_owned()),
        revoked_at: ended.then(|| engine.ambient().now()),
        effects,
    };
    engine
        .store()
        .change_connection_state(connection.tenant, connection.id, change)
        .await?;
    Ok(())
}
