//! The name of one time of a series: the start that its rule gives it, wherever it was moved to since.

use std::{fmt, str::FromStr};

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};

use super::When;

/// The start of one time of a series by its rule (`RECURRENCE-ID`, RFC 5545 section 3.8.4.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OriginalStart {
    /// Of a series at stated instants, in whole seconds.
    At(Timestamp),
    /// Of a series on whole days.
    On(Date),
}

/// The text names no time of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a time of a series is named by an instant such as 20261208T150000Z or by a day such as 20261208")]
pub struct UnreadableStart;

impl OriginalStart {
    /// The instant in a series like this, whole days beginning at midnight UTC; `None` in a series of the other kind.
    pub(super) fn in_series_of(self, when: &When) -> Option<Timestamp> {
        match (self, when) {
            (Self::At(at), When::Timed { .. }) => Some(at),
            (Self::On(date), When::AllDay(_)) => Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp()),
            _ => None,
        }
    }
}

/// `20261208T150000Z` or `20261208`, as Google's ids of instances and iCalendar have it.
impl fmt::Display for OriginalStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(at) => at.strftime("%Y%m%dT%H%M%SZ").fmt(f),
            Self::On(date) => date.strftime("%Y%m%d").fmt(f),
        }
    }
}

impl FromStr for OriginalStart {
    type Err = UnreadableStart;

    fn from_str(text: &str) -> Result<Self, UnreadableStart> {
        let read = if text.len() == 8 {
            Date::strptime("%Y%m%d", text).ok().map(Self::On)
        } else {
            let civil = DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok();
            let at = civil.and_then(|civil| civil.to_zoned(TimeZone::UTC).ok());
            at.map(|at| Self::At(at.timestamp()))
        };
        read.filter(|start| start.to_string() == text)
            .ok_or(UnreadableStart)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_writing_of_each() {
        for text in ["20261208T150000Z", "20261208"] {
            assert_eq!(text.parse::<OriginalStart>().unwrap().to_string(), text);
        }
        let others = [
            "",
            "2026-12-08",
            "20261208T150000",
            "20261208T150000z",
            "20261208T150060Z",
            "20261308",
            "020261208",
            "R20261208T150000Z",
        ];
        for other in others {
            assert_eq!(other.parse::<OriginalStart>(), Err(UnreadableStart), "{other}");
        }
    }
}
