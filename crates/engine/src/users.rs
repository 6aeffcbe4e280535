//! The people of the application.

mod delete;
mod get;
mod list;
mod put;

use jiff::Timestamp;
use kalends_core::time::{UserId, Zone};
use kalends_store::StoreError;

use crate::page::BadCursor;

pub use delete::delete;
pub use get::get;
pub use list::list;
pub use put::{PutUser, put};

/// A person of the application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The application's own id.
    pub id: UserId,
    /// What people call them.
    pub display_name: Option<String>,
    /// The zone of their days and, unless those say otherwise, their open hours.
    pub time_zone: Zone,
    /// When they were first named.
    pub created_at: Timestamp,
    /// When they last changed.
    pub updated_at: Timestamp,
}

/// Why nothing could be done with a user.
#[derive(Debug, thiserror::Error)]
pub enum UserError {
    /// The tenant has no such user.
    #[error("no such user")]
    NotFound,
    /// The cursor is none of this list.
    #[error(transparent)]
    BadCursor(#[from] BadCursor),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<kalends_store::User> for User {
    fn from(row: kalends_store::User) -> Self {
        Self {
            id: row.id,
            display_name: row.display_name,
            time_zone: row.zone,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// A missing row, in this capability's words.
fn missing(error: StoreError) -> UserError {
    match error {
        StoreError::NotFound { .. } => UserError::NotFound,
        error => UserError::Store(error),
    }
}
