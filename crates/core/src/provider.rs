//! The providers that hold calendars, and what a person may allow Kalends to do there.
//!
//! To add a provider: a variant here, its adapter in the crate `providers`.

use std::{fmt, str::FromStr};

/// Who holds a calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProviderKind {
    /// Google Calendar.
    Google,
    /// Microsoft 365 and Outlook.com by Microsoft Graph.
    Microsoft,
    /// A CalDAV server (RFC 4791).
    Caldav,
    /// A published iCalendar feed (RFC 5545 over HTTP), read only.
    Ics,
}

/// Something that a person allows or refuses at an OAuth provider's consent page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feature {
    /// Read calendars and their events.
    CalendarRead,
    /// Write events.
    CalendarWrite,
    /// Make meeting links.
    Meet,
    /// Pick and copy files.
    Drive,
}

/// The word names no provider or no feature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{word}\" is none of {expected}")]
pub struct UnknownWord {
    /// The word as it was given.
    pub word: String,
    /// The words that would be right.
    pub expected: &'static str,
}

impl ProviderKind {
    /// Every provider.
    pub const ALL: [Self; 4] = [Self::Google, Self::Microsoft, Self::Caldav, Self::Ics];

    /// The word that API, database and configuration use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Google => "google",
            Self::Microsoft => "microsoft",
            Self::Caldav => "caldav",
            Self::Ics => "ics",
        }
    }

    /// Whether people connect their account by OAuth rather than by typing in credentials.
    pub const fn uses_oauth(self) -> bool {
        matches!(self, Self::Google | Self::Microsoft)
    }
}

impl Feature {
    /// Every feature.
    pub const ALL: [Self; 4] = [Self::CalendarRead, Self::CalendarWrite, Self::Meet, Self::Drive];

    /// The word that API, database and configuration use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CalendarRead => "calendar_read",
            Self::CalendarWrite => "calendar_write",
            Self::Meet => "meet",
            Self::Drive => "drive",
        }
    }
}

impl FromStr for ProviderKind {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .ok_or_else(|| UnknownWord {
                word: word.to_owned(),
                expected: "google, microsoft, caldav, ics",
            })
    }
}

impl FromStr for Feature {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|feature| feature.as_str() == word)
            .ok_or_else(|| UnknownWord {
                word: word.to_owned(),
                expected: "calendar_read, calendar_write, meet, drive",
            })
    }
}

impl fmt::Display for ProviderKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_round_trip_and_unknown_words_are_said() {
        for kind in ProviderKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        for feature in Feature::ALL {
            assert_eq!(feature.as_str().parse(), Ok(feature));
        }
        let error = "yahoo".parse::<ProviderKind>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "\"yahoo\" is none of google, microsoft, caldav, ics"
        );
    }
}
