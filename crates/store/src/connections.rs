//! Connections: the accounts that users have connected, with their sealed secrets.
//!
//! Reading a connection never reads its secrets; those come from [`Store::connection_secrets`] or with the lease that
//! a refresh needs.

mod connect;
mod disconnect;
mod features;
mod grants;
mod read;
mod refresh;
mod refused;
mod secrets;
mod state;

use jiff::Timestamp;
use kalends_core::{
    provider::{Feature, ProviderKind},
    time::{ConnectionId, TenantId, UserId},
};

pub use self::{
    connect::ConnectCommit,
    grants::LiveGrant,
    read::ConnectionFilter,
    refresh::{NewTokens, RefreshGrant, RefreshLease},
    secrets::{AccessToken, ConnectionSecrets},
    state::StateChange,
};
use crate::db::words;

/// An account that a user has connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Its id.
    pub id: ConnectionId,
    /// Whose user it belongs to.
    pub tenant: TenantId,
    /// Who connected it.
    pub user: UserId,
    /// Who holds the account.
    pub provider: ProviderKind,
    /// The provider's own id of the account; for a feed the hash of its address.
    pub account_id: String,
    /// What people know the account by, such as its address. Never logged.
    pub account_label: String,
    /// Our client at the provider; `None` without OAuth.
    pub oauth_client: Option<String>,
    /// Whether it works.
    pub state: ConnectionState,
    /// Why it does not, as a stable code.
    pub reason: Option<String>,
    /// When the provider or the user took the grant back.
    pub revoked_at: Option<Timestamp>,
    /// What it was connected for.
    pub features: Vec<Feature>,
    /// The scopes that the provider granted.
    pub scopes: Vec<String>,
    /// What the provider refuses all the same, until the person consents anew.
    pub refused: Vec<Feature>,
    /// Grows with every refresh and every reconnection: while it stays, so do the tokens.
    pub fence: i64,
    /// When it was first connected.
    pub created_at: Timestamp,
    /// When its row last changed.
    pub updated_at: Timestamp,
}

/// Whether a connection works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConnectionState {
    /// It works.
    Active,
    /// Trouble that is expected to pass; it is still used.
    Degraded,
    /// Only the person can help, by connecting again.
    ReauthRequired,
    /// The person has disconnected it; its secrets and events are gone.
    Disconnected,
}

words! {
    ConnectionState {
        Active = "active", Degraded = "degraded", ReauthRequired = "reauth_required",
        Disconnected = "disconnected",
    }
}

impl ConnectionState {
    /// The word for API and database.
    pub fn as_str(self) -> &'static str {
        crate::db::Word::word(&self)
    }
}
