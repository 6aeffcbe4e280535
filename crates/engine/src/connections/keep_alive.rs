//! Task: uses a grant, so that its provider does not end it for being idle.
//!
//! Google ends a refresh token that has not been used for six months (Google OAuth 2.0 guide "Refresh token expiration"),
//! others after days. A daily job enqueues this for every connection, spread over the hours.

use kalends_core::time::ConnectionId;
use kalends_egress::{AccountKey, TokenError, TokenSource as _};
use kalends_store::{ClaimedTask, Connection, ConnectionState, StateChange, StoreError};

use crate::{
    Engine, changes, connect,
    runner::{
        failure::{Class, Failure},
        task::{self, Bulk},
    },
};

/// Asks for the connection's access token. One that is still good says that the grant was used within its life, and no
/// provider is called; else it is renewed. Refusals that end the grant are written by the renewal itself. One that was
/// found dead is tried as well: where it was found so wrongly, nobody has to connect again.
pub(crate) async fn keep_alive(engine: &Engine, task: &ClaimedTask) -> Result<(), Failure> {
    let Ok(id) = task.key.parse::<ConnectionId>() else {
        return Err(Failure::new(
            Class::Bug,
            "internal",
            "the task names no connection",
        ));
    };
    let connection = match engine.store().connection_of_any_tenant(id).await {
        Err(StoreError::NotFound { .. }) => return Ok(()),
        result => result?,
    };
    let used = if connection.state == ConnectionState::ReauthRequired {
        engine.tokens().prove(id).await
    } else {
        engine.tokens().token(AccountKey(id.0), None).await.map(drop)
    };
    match used {
        Ok(()) if connection.state == ConnectionState::ReauthRequired => {
            Ok(revive(engine, &connection).await?)
        }
        // Gone, ended, or waiting for its person.
        Ok(()) | Err(TokenError::Reauth) => Ok(()),
        Err(error @ TokenError::ClientRefused(_)) => {
            Err(Failure::new(Class::Transient, "client_refused", error))
        }
        Err(error) => Err(Failure::new(Class::Transient, "token_unavailable", error)),
    }
}

/// Its grant lives after all: what follows is what follows a reconnection. One that its person has connected again or
/// ended meanwhile is left as it is.
async fn revive(engine: &Engine, connection: &Connection) -> Result<(), StoreError> {
    let Connection {
        tenant,
        id,
        user,
        provider,
        ..
    } = connection;
    let effects = connect::resumed(engine, *tenant, *id).await?;
    let change = StateChange {
        from: ConnectionState::ReauthRequired,
        fence: None,
        to: ConnectionState::Active,
        reason: None,
        revoked_at: None,
        effects: effects
            .task(task::discover(*id, engine.ambient().now()))
            .task(task::bulk_push(*tenant, user, Bulk::Owed, engine.ambient().now()))
            .change(changes::connection_recovered(user, *id, *provider)),
    };
    engine
        .store()
        .change_connection_state(*tenant, *id, change)
        .await?;
    Ok(())
}
