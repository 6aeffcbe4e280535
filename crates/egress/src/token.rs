//! The seam through which the stack gets access tokens; the stage that uses it is in `token/stage.rs`.

use std::fmt;

use futures::future::BoxFuture;
use jiff::Timestamp;
use secrecy::SecretString;
use thiserror::Error;

use crate::{
    call::AccountKey,
    error::{BoxError, ErrorClass},
};

pub(crate) mod stage;

/// Knows the access token of every account. Implemented where tokens are stored, so that this crate knows no store.
pub trait TokenSource: fmt::Debug + Send + Sync {
    /// The account's access token. With `refused`, a token other than that one, which the service has just refused.
    ///
    /// The future may be dropped at any point when the caller's deadline passes: a refresh once begun must go on
    /// elsewhere, or a rotated refresh token is lost. Callers wait together; many calls may ask for one account at once.
    fn token<'a>(
        &'a self,
        account: AccountKey,
        refused: Option<&'a SecretString>,
    ) -> BoxFuture<'a, Result<SecretString, TokenError>>;
}

/// Why there is no access token.
#[derive(Debug, Error)]
pub enum TokenError {
    /// The grant is gone (revoked, expired, account disconnected): the account's owner must connect again.
    #[error("the account must be connected again")]
    Reauth,
    /// The token could not be had now, for reasons that pass.
    #[error("the access token could not be refreshed")]
    Unavailable(#[source] BoxError),
    /// Refreshing fails so often that it is left alone for a while and nothing was asked, or the provider said to wait.
    #[error("refreshing access tokens is suspended until {retry_at}")]
    Suspended {
        /// When it is tried again.
        retry_at: Timestamp,
    },
    /// The call asks for an account's token, but names no account, or no [`TokenSource`] was given.
    #[error("no account or no token source was given")]
    NoSource,
    /// The provider refuses our OAuth client: only the operator can help, by correcting the configuration.
    #[error("the provider refuses this server's OAuth client")]
    ClientRefused(#[source] BoxError),
}

impl TokenError {
    /// What to do about it.
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::Reauth => ErrorClass::Reauth,
            // The operator's correction makes waiting calls succeed.
            Self::Unavailable(_) | Self::ClientRefused(_) => ErrorClass::Transient,
            Self::Suspended { retry_at } => ErrorClass::Postponed { until: *retry_at },
            Self::NoSource => ErrorClass::Rejected,
        }
    }
}
