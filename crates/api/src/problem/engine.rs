//! What each error of the engine is in HTTP.

use kalends_engine::{
    StoreError,
    availability::AvailabilityError,
    blocks::BlockError,
    calendars::CalendarError,
    changes::ChangeError,
    conflicts::ConflictError,
    connections::ConnectionError,
    events::EventError,
    external_events::ExternalEventError,
    holds::{HoldError, HoldState},
    page::BadCursor,
    settings::SettingsError,
    tasks::TaskError,
    tenants::TenantError,
    users::UserError,
};

use super::{Code, Problem};
use crate::{extract::etag, fields};

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound { what } => Self::not_found(what),
            StoreError::Conflict { .. } => Self::new(
                Code::Conflict,
                "Another request changed the same thing at the same time. Read it again and try once more.",
            ),
            error if error.is_transient() => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the database did not answer"
                );
                Self::new(Code::Unavailable, "The database did not answer in time.").retry_after(1)
            }
            error => Self::internal(&error),
        }
    }
}

impl From<BadCursor> for Problem {
    fn from(error: BadCursor) -> Self {
        Self::field("cursor", error.to_string())
    }
}

impl From<AvailabilityError> for Problem {
    fn from(error: AvailabilityError) -> Self {
        match error {
            AvailabilityError::UnknownUser { .. } => Self::unknown("userIds", &error),
            AvailabilityError::UnknownCalendar { .. } => Self::unknown("calendarIds", &error),
            AvailabilityError::Field(error) => fields::invalid(error),
            AvailabilityError::Settings(error) => error.into(),
            AvailabilityError::UnreadableIndex { .. } => Self::internal(&error),
            AvailabilityError::Store(error) => error.into(),
        }
    }
}

impl From<ChangeError> for Problem {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Gone { .. } => Self::new(Code::ChangesGone, sentence(&error)),
            ChangeError::Store(error) => error.into(),
        }
    }
}

impl From<TaskError> for Problem {
    fn from(error: TaskError) -> Self {
        match error {
            TaskError::NotFound => Self::not_found("task"),
            TaskError::NotDead => Self::new(Code::TaskNotDead, sentence(&error)),
            TaskError::BadCursor(error) => error.into(),
            TaskError::Store(error) => error.into(),
        }
    }
}

impl From<TenantError> for Problem {
    fn from(error: TenantError) -> Self {
        match error {
            TenantError::Store(error) => error.into(),
            error => Self::internal(&error),
        }
    }
}

impl From<UserError> for Problem {
    fn from(error: UserError) -> Self {
        match error {
            UserError::NotFound => Self::not_found("user"),
            UserError::BadCursor(error) => error.into(),
            UserError::Store(error) => error.into(),
        }
    }
}

impl From<BlockError> for Problem {
    fn from(error: BlockError) -> Self {
        match error {
            BlockError::UnknownUser => Self::not_found("user"),
            BlockError::NotFound => Self::not_found("block"),
            BlockError::TooLong => Self::field("end", error.to_string()),
            BlockError::BadCursor(error) => error.into(),
            BlockError::Store(error) => error.into(),
        }
    }
}

impl From<SettingsError> for Problem {
    fn from(error: SettingsError) -> Self {
        match error {
            SettingsError::UnknownUser => Self::not_found("user"),
            SettingsError::Field(error) => fields::invalid(error),
            SettingsError::Unreadable { .. } => Self::internal(&error),
            SettingsError::Store(error) => error.into(),
        }
    }
}

impl From<CalendarError> for Problem {
    fn from(error: CalendarError) -> Self {
        match error {
            CalendarError::NotFound => Self::not_found("calendar"),
            CalendarError::NotWritable => Self {
                errors: Self::field("writeTarget", error.to_string()).errors,
                ..Self::new(Code::CalendarNotUsable, sentence(&error))
            },
            CalendarError::Lost => Self::new(Code::CalendarNotUsable, sentence(&error)),
            CalendarError::BadCursor(error) => error.into(),
            CalendarError::Store(error) => error.into(),
        }
    }
}

impl From<ConnectionError> for Problem {
    fn from(error: ConnectionError) -> Self {
        match error {
            ConnectionError::NotFound => Self::not_found("connection"),
            ConnectionError::UnknownUser => Self::not_found("user"),
            ConnectionError::NotConnected => Self::new(Code::ReauthRequired, sentence(&error)),
            ConnectionError::SyncDisabled => Self::new(Code::SyncDisabled, sentence(&error)),
            ConnectionError::BadCursor(error) => error.into(),
            ConnectionError::Settings(error) => error.into(),
            ConnectionError::Store(error) => error.into(),
        }
    }
}

impl From<ExternalEventError> for Problem {
    fn from(error: ExternalEventError) -> Self {
        match error {
            ExternalEventError::UnknownUser => Self::not_found("user"),
            ExternalEventError::UnknownCalendar => Self::not_found("calendar"),
            ExternalEventError::BadCursor(error) => error.into(),
            ExternalEventError::Store(error) => error.into(),
        }
    }
}

impl From<EventError> for Problem {
    fn from(error: EventError) -> Self {
        match error {
            EventError::NotFound => Self::not_found("event"),
            EventError::NoSuchTime => Self {
                errors: Self::field("start", error.to_string()).errors,
                ..Self::new(Code::NotFound, sentence(&error))
            },
            EventError::NotSplittable => Self {
                errors: Self::field("start", error.to_string()).errors,
                ..Self::new(Code::Conflict, sentence(&error))
            },
            EventError::KeyTaken => Self {
                errors: Self::field("key", error.to_string()).errors,
                ..Self::new(Code::Conflict, sentence(&error))
            },
            EventError::LinkNotFound => Self::not_found("link"),
            EventError::ChangeNotFound { .. } => Self {
                errors: Self::field("seq", error.to_string()).errors,
                ..Self::new(Code::NotFound, sentence(&error))
            },
            EventError::AlreadyUndone => Self::new(Code::AlreadyUndone, sentence(&error)),
            EventError::NotDecided => Self::new(Code::NotDecided, sentence(&error)),
            EventError::NothingAsked => Self::new(Code::Conflict, sentence(&error)),
            EventError::NothingToUndo { ref fields } => {
                let named = fields
                    .iter()
                    .flat_map(|field| Self::field(field.as_str(), "was changed since").errors);
                Self {
                    errors: named.collect(),
                    ..Self::new(Code::NothingToUndo, sentence(&error))
                }
            }
            EventError::BadCursor(error) => error.into(),
            EventError::UnknownUser { index } => {
                let field = format!("people[{index}].userId");
                Self {
                    errors: Self::field(field.as_str(), error.to_string()).errors,
                    ..Self::new(Code::NotFound, format!("{field}: {error}"))
                }
            }
            EventError::Field(error) => fields::invalid(error),
            EventError::VersionMismatch { current } => {
                Self::new(Code::VersionMismatch, sentence(&error)).etag(current.map(etag))
            }
            EventError::NotFree(not_free) => not_free.into(),
            EventError::Availability(error) => error.into(),
            EventError::Settings(error) => error.into(),
            EventError::Store(error) => error.into(),
        }
    }
}

impl From<ConflictError> for Problem {
    fn from(error: ConflictError) -> Self {
        match error {
            ConflictError::NotFound => Self::not_found("conflict"),
            ConflictError::Resolved => Self::new(Code::ConflictResolved, sentence(&error)),
            ConflictError::Impossible { .. } => Self::new(Code::ActionNotPossible, sentence(&error)),
            ConflictError::Taken { suggestions } => Self::not_free(suggestions),
            ConflictError::Field(error) => fields::invalid(error),
            ConflictError::BadCursor(error) => error.into(),
            ConflictError::Event(error) => error.into(),
            ConflictError::Availability(error) => error.into(),
            ConflictError::Store(error) => error.into(),
        }
    }
}

impl From<HoldError> for Problem {
    fn from(error: HoldError) -> Self {
        match error {
            HoldError::NotFound => Self::not_found("hold"),
            HoldError::HoldExists => Self::new(Code::HoldExists, sentence(&error)),
            HoldError::EventExists => Self::new(Code::EventExists, sentence(&error)),
            HoldError::Ended { state } => Self::new(
                Code::HoldEnded,
                match state {
                    HoldState::Confirmed => "The hold has become an event already.",
                    HoldState::Released => "The hold was released.",
                    HoldState::Placed | HoldState::Expired => "The hold has run out.",
                },
            ),
            HoldError::Changed => Self::new(Code::Conflict, sentence(&error)),
            HoldError::NotFree(not_free) => not_free.into(),
            HoldError::Availability(error) => error.into(),
            HoldError::Event(error) => Self::from(error).inside("event"),
            HoldError::Field(error) => fields::invalid(error),
            HoldError::BadCursor(error) => error.into(),
            HoldError::Store(error) => error.into(),
        }
    }
}

impl Problem {
    /// A field names something that there is not.
    pub(crate) fn unknown(field: &str, error: &AvailabilityError) -> Self {
        Self {
            errors: Self::field(field, error.to_string()).errors,
            ..Self::new(Code::NotFound, sentence(error))
        }
    }
}

/// An error's text as a sentence.
fn sentence(error: &impl std::error::Error) -> String {
    let text = error.to_string();
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).chain(['.']).collect())
        .unwrap_or_default()
}
