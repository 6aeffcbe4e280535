//! Ends a connection. Locally that always succeeds; the provider is told by a task.

use kalends_core::time::{ConnectionId, TenantId, UserId};
use kalends_store::{Connection, ConnectionFilter, ConnectionState, Effects, StoreError};

use super::{ConnectionError, missing};
use crate::{Engine, changes, runner::task};

/// Connections that are looked at in one go.
const BATCH: u32 = 100;

/// Deletes the connection's secrets, external events and busy time at once, keeps its calendars' choices for a
/// reconnection, and lets a task end the grant at the provider. Ending it twice is no error.
pub async fn disconnect(engine: &Engine, tenant: TenantId, id: ConnectionId) -> Result<(), ConnectionError> {
    let connection = engine.store().connection(tenant, id).await.map_err(missing)?;
    end(engine, &connection).await?;
    Ok(())
}

/// Ends all connections of a user who is to be deleted.
pub(crate) async fn disconnect_all(
    engine: &Engine,
    tenant: TenantId,
    user: &UserId,
) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let filter = ConnectionFilter {
            user: Some(user),
            after,
            limit: BATCH,
        };
        let connections = engine.store().connections(tenant, filter).await?;
        let Some(last) = connections.last() else {
            return Ok(());
        };
        after = Some(last.id);
        for connection in &connections {
            end(engine, connection).await?;
        }
    }
}

async fn end(engine: &Engine, connection: &Connection) -> Result<(), StoreError> {
    if connection.state == ConnectionState::Disconnected {
        return Ok(());
    }
    let mut effects =
        Effects::none().change(changes::connection_disconnected(&connection.user, connection.id));
    let look = task::conflicts(connection.tenant, &connection.user, engine.ambient().now());
    effects = effects.task(look);
    if let Some(client) = &connection.oauth_client {
        let secrets = engine
            .store()
            .connection_secrets(connection.tenant, connection.id)
            .await?;
        let token = secrets
            .refresh_token
            .or(secrets.access_token.map(|access| access.token));
        if let Some(token) = token {
            effects = effects.task(task::revoke(connection, client, token, engine.ambient().now()));
        }
    }
    engine
        .store()
        .disconnect(connection.tenant, connection.id, effects)
        .await?;
    engine.tokens().forget(connection.id).await;
    Ok(())
}
