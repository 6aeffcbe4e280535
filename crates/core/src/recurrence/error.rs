//! Why a recurrence could not be read or not be followed to its end.

/// A fault of a recurrence line, or a limit that was reached.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecurrenceError {
    /// The line is no `RRULE`, `EXRULE`, `RDATE` or `EXDATE`.
    #[error("\"{line}\" is not a recurrence line (RRULE, RDATE, EXDATE or EXRULE)")]
    UnknownLine {
        /// The line's beginning.
        line: String,
    },
    /// A rule lacks the part that it cannot do without.
    #[error("the rule has no FREQ")]
    NoFrequency,
    /// A part of a rule that does not exist, or stands there twice.
    #[error("{part} is not a rule part, or is given twice")]
    UnknownPart {
        /// The part's name.
        part: String,
    },
    /// A part whose value is outside what RFC 5545 section 3.3.10 allows.
    #[error("{part}={value} is not valid: {expected}")]
    InvalidPart {
        /// The part's name, such as `BYMONTHDAY`.
        part: &'static str,
        /// The value as given.
        value: String,
        /// What would be right.
        expected: &'static str,
    },
    /// A date of an `RDATE` or `EXDATE` that is none.
    #[error(
        "{property} has an invalid value \"{value}\": expected a form such as 20261231 or 20261231T090000Z"
    )]
    InvalidDate {
        /// `RDATE` or `EXDATE`.
        property: &'static str,
        /// The value as given.
        value: String,
    },
    /// A `TZID` that names no known zone.
    #[error("the TZID \"{name}\" names no known time zone")]
    UnknownZone {
        /// The zone's name as given.
        name: String,
    },
    /// The series has more occurrences in the window than are followed.
    #[error("the series has more than {limit} occurrences in the window; the later ones are left out")]
    TooManyOccurrences {
        /// How many are followed.
        limit: usize,
    },
    /// The rule matches so rarely that looking for its next occurrence was given up.
    #[error("the rule was given up after {limit} steps; later occurrences may be missing")]
    TooMuchWork {
        /// How many steps are taken.
        limit: u64,
    },
}

impl RecurrenceError {
    /// Whether occurrences may be missing because a limit was reached, not because a line cannot be read.
    pub const fn is_limit(&self) -> bool {
        matches!(self, Self::TooManyOccurrences { .. } | Self::TooMuchWork { .. })
    }
}
