//! When calendars remind their owners of an event.

/// When a calendar reminds its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reminders {
    /// As its owner set it up.
    AsCalendar,
    /// At these times instead; none at all for an empty list.
    Stated(Vec<Reminder>),
}

/// One reminder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reminder {
    /// Minutes before the start.
    pub minutes_before: u32,
    /// How it comes.
    pub by: ReminderBy,
}

/// How a reminder comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReminderBy {
    /// On the screen.
    Popup,
    /// By mail.
    Email,
}

impl ReminderBy {
    /// The word that API, database and content hash use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Popup => "popup",
            Self::Email => "email",
        }
    }
}
