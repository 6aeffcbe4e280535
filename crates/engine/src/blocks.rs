//! Spans that a user or the application marks busy by hand.

mod create;
mod delete;
mod list;

use jiff::Timestamp;
use kalends_core::time::{BlockId, Interval, TenantId, UserId};
use kalends_store::StoreError;

use crate::{Engine, page::BadCursor};

pub use create::{NewBlock, create};
pub use delete::delete;
pub use list::list;

/// A span marked busy by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its id.
    pub id: BlockId,
    /// Whose time it takes.
    pub user: UserId,
    /// When.
    pub span: Interval,
    /// Why, in the application's words. Never logged.
    pub title: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Why a block was not made or found.
#[derive(Debug, thiserror::Error)]
pub enum BlockError {
    /// The tenant has no such user.
    #[error("no such user")]
    UnknownUser,
    /// The user has no such block.
    #[error("no such block")]
    NotFound,
    /// The span is longer than ten years.
    #[error("a block lasts at most ten years")]
    TooLong,
    /// The cursor is none of this list.
    #[error(transparent)]
    BadCursor(#[from] BadCursor),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<kalends_store::ManualBlock> for Block {
    fn from(row: kalends_store::ManualBlock) -> Self {
        Self {
            id: row.id,
            user: row.user,
            span: row.span,
            title: row.title,
            created_at: row.created_at,
        }
    }
}

/// Whether the tenant has the user.
async fn must_exist(engine: &Engine, tenant: TenantId, user: &UserId) -> Result<(), BlockError> {
    match engine.store().user(tenant, user).await {
        Ok(_) => Ok(()),
        Err(StoreError::NotFound { .. }) => Err(BlockError::UnknownUser),
        Err(error) => Err(error.into()),
    }
}
