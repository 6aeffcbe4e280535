//! What a user decided about each integration.
//!
//! Settings are stored as JSON by kind; a kind that was never set has the server's default. To add a field, add it to
//! core's type and to [`stored`], where a missing field means its default.

mod get;
mod put;
mod stored;

use kalends_core::{invalid_field::InvalidField, settings::SettingKind};
use kalends_store::StoreError;

pub use get::get;
pub(crate) use get::{InForce, of_user, read};
pub use put::put;
pub(crate) use put::want_what_is_on;

/// Why settings were not read or stored.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The tenant has no such user.
    #[error("no such user")]
    UnknownUser,
    /// A field is out of bounds.
    #[error(transparent)]
    Field(#[from] InvalidField),
    /// The stored value cannot be read by this version.
    #[error("the stored {} settings cannot be read", kind.as_str())]
    Unreadable {
        /// Which settings.
        kind: SettingKind,
        /// What is wrong with them.
        #[source]
        source: serde_json::Error,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
