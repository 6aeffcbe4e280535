//! The keys by which an application's backend proves which tenant it is.
//!
//! A key is `kal_<prefix>_<secret>`. It is shown once; the store keeps its SHA-256. That is safe without salt or
//! stretching, because the secret is 256 random bits and no password.

mod authenticate;
mod create;
mod list;
mod revoke;

use jiff::Timestamp;
use kalends_core::time::ApiKeyId;
use kalends_store::StoreError;

pub(crate) use authenticate::KeyCache;
pub use authenticate::authenticate;
pub use create::{NewKey, create};
pub use list::list;
pub use revoke::revoke;

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// What it was called when it was made.
    pub name: String,
    /// Its readable start, by which people tell keys apart.
    pub prefix: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last opened the server, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// Since when it opens nothing.
    pub revoked_at: Option<Timestamp>,
}

/// Why a key was not made or revoked.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The name is empty, too long or holds control characters.
    #[error("a key's name has 1 to 100 characters and no control characters")]
    BadName,
    /// No such tenant or key.
    #[error("no such tenant or key")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<kalends_store::ApiKey> for ApiKey {
    fn from(row: kalends_store::ApiKey) -> Self {
        Self {
            id: row.id,
            name: row.name,
            prefix: row.prefix,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            revoked_at: row.revoked_at,
        }
    }
}
