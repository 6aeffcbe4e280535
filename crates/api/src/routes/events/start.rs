//! The start that a rule gives one time of a series, in a path or a body.

use std::str::FromStr;

use jiff::{Timestamp, civil::Date};
use kalends_core::event::{OriginalStart, UnreadableStart};

/// An instant or a date, as the API writes them or as Google and iCalendar do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start(pub(crate) OriginalStart);

impl FromStr for Start {
    type Err = UnreadableStart;

    fn from_str(text: &str) -> Result<Self, UnreadableStart> {
        if let Ok(start) = text.parse() {
            return Ok(Self(start));
        }
        let date = || text.len().eq(&10).then(|| text.parse::<Date>().ok()).flatten();
        let at = || text.parse::<Timestamp>().ok();
        let read = date()
            .map(OriginalStart::On)
            .or_else(|| at().map(OriginalStart::At));
        read.map(Self).ok_or(UnreadableStart)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_writing_names_the_same_time() {
        let check = |text: &str, expect: Option<&str>| {
            let read = text.parse::<Start>().ok().map(|start| start.0.to_string());
            assert_eq!(read.as_deref(), expect, "{text}");
        };
        for text in [
            "20261208T150000Z",
            "2026-12-08T15:00:00Z",
            "2026-12-08T16:00:00+01:00",
        ] {
            check(text, Some("20261208T150000Z"));
        }
        for text in ["20261208", "2026-12-08"] {
            check(text, Some("20261208"));
        }
        for text in ["", "tomorrow", "2026-12-08T15:00:00", "2026-02-30"] {
            check(text, None);
        }
    }
}
