//! Task: uses a grant, so that its provider does not end it for being idle.
//!
//! Google ends a refresh token that has not been used for six months (Google OAuth 2.0 guide "Refresh token expiration"),
//! others after days. A daily job enqueues this for every connection, spread over the hours.

use kalends_core::time::ConnectionId;
use kalends_egress::{AccountKey, TokenError, TokenSource as _};
use kalends_store::ClaimedTask;

use crate::{
    Engine,
    runner::failure::{Class, Failure},
};

/// Asks for the connection's access token. One that is still good says that the grant was used within its life, and no
/// provider is called; else it is renewed. Refusals that end the grant are written by the renewal itself.
pub(crate) async fn keep_alive(engine: &Engine, task: &ClaimedTask) -> Result<(), Failure> {
    let Ok(id) = task.key.parse::<ConnectionId>() else {
        return Err(Failure::new(
            Class::Bug,
            "internal",
            "the task names no connection",
        ));
    };
    match engine.tokens().token(AccountKey(id.0), None).await {
        // Gone, ended, or waiting for its person.
        Ok(_) | Err(TokenError::Reauth) => Ok(()),
        Err(error @ TokenError::ClientRefused(_)) => {
            Err(Failure::new(Class::Transient, "client_refused", error))
        }
        Err(error) => Err(Failure::new(Class::Transient, "token_unavailable", error)),
    }
}
