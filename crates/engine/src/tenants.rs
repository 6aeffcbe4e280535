//! The applications that use the server.

mod create;
mod list;
mod policy;
mod return_origins;

use jiff::Timestamp;
use kalends_core::time::TenantId;
use kalends_store::StoreError;

pub(crate) use create::is_name;
pub use create::{NewTenant, create};
pub use list::{get, list, named};
pub(crate) use policy::policy_of;
pub use policy::{policy, put_policy};
pub(crate) use return_origins::return_origins;

/// One application that uses the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// Its name, unique on the server.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Why a tenant was not made or found.
#[derive(Debug, thiserror::Error)]
pub enum TenantError {
    /// The name is empty, too long or holds control characters.
    #[error("a tenant's name has 1 to 100 characters and no control characters")]
    BadName,
    /// There is one of that name.
    #[error("a tenant named {name:?} exists already")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<kalends_store::Tenant> for Tenant {
    fn from(row: kalends_store::Tenant) -> Self {
        Self {
            id: row.id,
            name: row.name,
            created_at: row.created_at,
        }
    }
}
