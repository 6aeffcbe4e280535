//! Enums as the words that the tables hold.

use kalends_core::{
    external_event::{EventKind, EventStatus, OverrideRange, Response, Transparency, Visibility},
    provider::{Feature, ProviderKind},
};

/// An enum whose variants are words in a table.
pub(crate) trait Word: Sized {
    /// The variant's word.
    fn word(&self) -> &'static str;
    /// The word's variant.
    fn parse(word: &str) -> Option<Self>;
}

/// Says the words of enums, each once for both directions.
macro_rules! words {
    ($($type:ty { $($variant:ident = $word:literal),+ $(,)? })+) => {$(
        impl $crate::db::Word for $type {
            fn word(&self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            fn parse(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    )+};
}
pub(crate) use words;

impl Word for ProviderKind {
    fn word(&self) -> &'static str {
        self.as_str()
    }

    fn parse(word: &str) -> Option<Self> {
        word.parse().ok()
    }
}

impl Word for Feature {
    fn word(&self) -> &'static str {
        self.as_str()
    }

    fn parse(word: &str) -> Option<Self> {
        word.parse().ok()
    }
}

words! {
    EventStatus { Confirmed = "confirmed", Tentative = "tentative", Cancelled = "cancelled" }
    EventKind {
        Default = "default", OutOfOffice = "out_of_office", FocusTime = "focus_time",
        WorkingLocation = "working_location", Birthday = "birthday", FromMail = "from_mail",
    }
    Transparency { Opaque = "opaque", Transparent = "transparent" }
    Visibility { Default = "default", Public = "public", Private = "private" }
    Response {
        NeedsAction = "needs_action", Accepted = "accepted", Tentative = "tentative", Declined = "declined",
    }
    OverrideRange { ThisOnly = "this_only", ThisAndFuture = "this_and_future" }
}
