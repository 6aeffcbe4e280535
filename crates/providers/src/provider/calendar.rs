//! Calendars as a provider lists them.

use kalends_core::time::Zone;

/// Names a calendar in a question.
#[derive(Clone, Debug)]
pub struct CalendarRef {
    /// [`RemoteCalendar::provider_id`].
    pub provider_id: String,
    /// The calendar's zone: reads what the provider states without one.
    pub zone: Zone,
}

/// A calendar of an account.
#[derive(Clone, Debug, PartialEq)]
pub struct RemoteCalendar {
    /// The provider's id, never an alias such as `primary`.
    pub provider_id: String,
    /// The name that its owner sees. Never logged.
    pub name: String,
    /// The zone of its all-day events; `None` when the provider states none or one that nobody knows, so that its
    /// person's zone stands in.
    pub zone: Option<Zone>,
    /// What the account may do in it.
    pub role: AccessRole,
    /// Whether it is the account's main calendar.
    pub primary: bool,
    /// Background color as `#rrggbb`.
    pub color: Option<String>,
    /// Whether a meeting link can be made for its events.
    pub can_create_meet: bool,
}

/// What an account may do in a calendar, from least to most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessRole {
    /// See when it is busy.
    FreeBusy,
    /// Read its events.
    Read,
    /// Write its events.
    Write,
    /// Write its events and share it.
    Own,
}

impl AccessRole {
    /// The word for API and database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FreeBusy => "free_busy",
            Self::Read => "read",
            Self::Write => "write",
            Self::Own => "own",
        }
    }

    /// Whether only busy time can be read.
    pub const fn free_busy_only(self) -> bool {
        matches!(self, Self::FreeBusy)
    }

    /// Whether events can be written.
    pub const fn can_write(self) -> bool {
        matches!(self, Self::Write | Self::Own)
    }
}
