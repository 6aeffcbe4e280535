//! On whose behalf, how urgently and until when a provider is asked.

use kalends_core::time::ConnectionId;
use kalends_egress::Lane;
use secrecy::SecretString;
use tokio::time::Instant;

/// One question's circumstances.
#[derive(Clone, Debug)]
pub struct Ask {
    /// On whose behalf.
    pub account: Account,
    /// Whose turn it takes when calls wait for quota.
    pub lane: Lane,
    /// When the caller stops waiting; retries and waits for quota end before it.
    pub deadline: Instant,
}

/// A connected account.
#[derive(Clone, Debug)]
pub struct Account {
    /// The connection; egress finds its access token and charges its quota by this id.
    pub connection: ConnectionId,
    /// What opens it.
    pub access: Access,
}

/// What opens an account.
#[derive(Clone, Debug)]
pub enum Access {
    /// OAuth tokens, attached to each call by egress.
    OAuth,
    /// This access token, for what is left to do after a disconnection.
    Token(SecretString),
    /// The address of a feed, which is all that is needed to read it.
    FeedUrl(SecretString),
}
