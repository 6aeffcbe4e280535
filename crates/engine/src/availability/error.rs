//! Why there is no answer.

use kalends_core::{
    invalid_field::InvalidField,
    time::{CalendarId, UserId},
};
use kalends_store::StoreError;

use crate::settings::SettingsError;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AvailabilityError {
    /// The tenant has no such user.
    #[error("no such user: {user}")]
    UnknownUser {
        /// The id asked for.
        user: UserId,
    },
    /// The tenant has no such calendar, or it is not selected.
    #[error("no such selected calendar: {calendar}")]
    UnknownCalendar {
        /// The id asked for.
        calendar: CalendarId,
    },
    /// A field of the question cannot be used.
    #[error(transparent)]
    Field(#[from] InvalidField),
    /// A user's settings cannot be read.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// A row of the busy index cannot be read by this version.
    #[error("the busy index of calendar {calendar} cannot be read")]
    UnreadableIndex {
        /// Whose index.
        calendar: CalendarId,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
