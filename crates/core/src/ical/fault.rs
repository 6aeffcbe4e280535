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
    /// The line of the text in which the component begins, from 1.
    pub line: u32,
    /// The `UID` of the event, where it has one.
    pub uid: Option<String>,
    /// The [`provider_id`](crate::external_event::ExternalEvent::provider_id) of the event that was kept; `None` when
    /// the component was left out.
    pub event: Option<String>,
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
    /// A day beside a time: start and end have different types (RFC 5545 section 3.8.2.2 wants the same).
    #[error("DTEND and DTSTART are not of the same type; a day counts from its midnight")]
    MixedTypes,
    /// A zone of which only an offset from UTC could be made out; it was used without any change of clocks.
    #[error("the time zone \"{name}\" is not known; the offset that it states was used")]
    ZoneGuessed {
        /// The `TZID` as sent.
        name: String,
    },
    /// A zone that is not known; the calendar's own zone was used instead.
    #[error("the time zone \"{name}\" is not known; the calendar's zone was used instead")]
    ZoneUnknown {
        /// The `TZID` as sent.
        name: String,
    },
    /// The end of a rule is not of the type that the start has (RFC 5545 section 3.3.10 wants it so).
    #[error("UNTIL={until} is not of the type that DTSTART asks for; it was read by what it evidently means")]
    MixedUntil {
        /// The value as sent.
        until: String,
    },
    /// A recurrence line, or a date of one, that cannot be read; the event was kept without it.
    #[error("a recurrence line was left out: {0}")]
    Recurrence(#[from] RecurrenceError),
}

impl FaultReason {
    /// A stable word for the fault, for programs. The words are part of the interface of `kalends ics expand`.
    pub const fn flag(&self) -> &'static str {
        match self {
            Self::NoStart => "startMissing",
            Self::InvalidDate { .. } => "dateInvalid",
            Self::InvalidEnd { .. } => "endIgnored",
            Self::MixedTypes => "endCoerced",
            Self::ZoneGuessed { .. } => "zoneGuessed",
            Self::ZoneUnknown { .. } => "zoneUnknown",
            Self::MixedUntil { .. } => "untilCoerced",
            Self::Recurrence(error) => match error {
                RecurrenceError::InvalidDate { .. } | RecurrenceError::UnknownZone { .. } => "dateDropped",
                RecurrenceError::TooManyOccurrences { .. } | RecurrenceError::TooMuchWork { .. } => {
                    "cutShort"
                }
                _ => "ruleDropped",
            },
        }
    }
}
