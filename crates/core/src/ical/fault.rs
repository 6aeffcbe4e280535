//! What was wrong with an iCalendar text.

use crate::recurrence::RecurrenceError;

/// The text is no calendar at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FeedError {
    /// There is no `BEGIN:VCALENDAR` in it; often it is the HTML of a login page.
    #[error("the text is not a calendar: there is no BEGIN:VCALENDAR in it")]
    NotACalendar,
}

/// Something that was left out of a feed, or read by a guess.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The `UID` of the event, where it has one.
    pub uid: Option<String>,
    /// What is wrong.
    pub reason: FaultReason,
}

/// What is wrong with an event of a feed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FaultReason {
    /// Without a start there is no event; it was left out.
    #[error("the event has no DTSTART and was left out")]
    NoStart,
    /// A date that cannot be read; the event was left out.
    #[error("{property} has the value \"{value}\", which is no date or time; the event was left out")]
    InvalidDate {
        /// The property, such as `DTSTART`.
        property: &'static str,
        /// The value as sent.
        value: String,
    },
    /// An end or duration that cannot be used; the event was kept as if it had none.
    #[error("{property} has the value \"{value}\", which is no end after the start; it was ignored")]
    InvalidEnd {
        /// `DTEND` or `DURATION`.
        property: &'static str,
        /// The value as sent.
        value: String,
    },
    /// A zone that is not known; the calendar's own zone was used instead.
    #[error("the time zone \"{name}\" is not known; the calendar's zone was used instead")]
    ZoneGuessed {
        /// The `TZID` as sent.
        name: String,
    },
    /// A recurrence line that cannot be read; the event was kept without it.
    #[error("a recurrence line was left out: {0}")]
    Recurrence(#[from] RecurrenceError),
}
