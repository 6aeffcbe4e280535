//! Reads the feed.

use jiff::Timestamp;
use kalends_core::time::{TenantId, UserId};
use kalends_store::StoreError;

use crate::Engine;

/// One entry of the feed.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Its number: 1 for a tenant's first, without gaps, in the order of the commits.
    pub seq: i64,
    /// What happened, such as `connection.created`.
    pub kind: String,
    /// Whom it concerns.
    pub user: Option<UserId>,
    /// The id of what changed.
    pub subject: String,
    /// Details.
    pub data: serde_json::Value,
    /// When it was committed.
    pub at: Timestamp,
}

/// A stretch of the feed.
#[derive(Clone, Debug, PartialEq)]
pub struct Changes {
    /// The entries, oldest first.
    pub changes: Vec<Change>,
    /// The newest number given out; nothing follows when the last entry has it.
    pub last_seq: i64,
}

/// Why the feed was not read.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// What follows the number is no longer kept whole.
    #[error("entries up to {} are no longer kept; read the present state and go on from {last_seq}", oldest_seq - 1)]
    Gone {
        /// The oldest number still kept.
        oldest_seq: i64,
        /// The newest number given out.
        last_seq: i64,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Up to `limit` entries after the number `after`; 0 begins at the beginning.
pub async fn list(engine: &Engine, tenant: TenantId, after: i64, limit: u32) -> Result<Changes, ChangeError> {
    let page = engine.store().changes(tenant, after, limit).await?;
    if after.saturating_add(1) < page.oldest_seq {
        return Err(ChangeError::Gone {
            oldest_seq: page.oldest_seq,
            last_seq: page.last_seq,
        });
    }
    let changes = page.changes.into_iter().map(Change::from).collect();
    Ok(Changes {
        changes,
        last_seq: page.last_seq,
    })
}

impl From<kalends_store::Change> for Change {
    fn from(row: kalends_store::Change) -> Self {
        Self {
            seq: row.seq,
            kind: row.kind,
            user: row.user,
            subject: row.subject,
            data: row.data,
            at: row.at,
        }
    }
}
