//! What a person may do with a calendar.

use serde::{Deserialize, Serialize};

/// `accessRole`, from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum AccessRole {
    /// Sees when the calendar is busy.
    FreeBusyReader,
    /// Sees events, of private ones only that they exist.
    Reader,
    /// Writes, but sees private events like a reader.
    WriterWithoutPrivateAccess,
    /// Sees and writes everything.
    Writer,
    /// Also decides who else may.
    Owner,
}

impl AccessRole {
    pub(crate) const fn writes(self) -> bool {
        matches!(
            self,
            Self::WriterWithoutPrivateAccess | Self::Writer | Self::Owner
        )
    }

    /// Whether details of an event may be shown; `private` is the event's visibility.
    pub(crate) const fn sees(self, private: bool) -> bool {
        match self {
            Self::FreeBusyReader => false,
            Self::Reader | Self::WriterWithoutPrivateAccess => !private,
            Self::Writer | Self::Owner => true,
        }
    }

    /// Google's word.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::FreeBusyReader => "freeBusyReader",
            Self::Reader => "reader",
            Self::WriterWithoutPrivateAccess => "writerWithoutPrivateAccess",
            Self::Writer => "writer",
            Self::Owner => "owner",
        }
    }

    /// The role of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        [
            Self::FreeBusyReader,
            Self::Reader,
            Self::WriterWithoutPrivateAccess,
            Self::Writer,
            Self::Owner,
        ]
        .into_iter()
        .find(|role| role.name() == name)
    }
}
