//! Identifiers: UUIDv7 for what Kalends names, the application's own string for its users.

use std::{fmt, str::FromStr};

use uuid::Uuid;

use crate::ambient::Ambient;

macro_rules! uuid_id {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id.
            pub fn new(ambient: &Ambient) -> Self {
                Self(ambient.uuid())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+};
}

uuid_id! {
    /// One application that uses the server.
    TenantId;
    /// A tenant's API key.
    ApiKeyId;
    /// One account that a user has connected.
    ConnectionId;
    /// One calendar of a connection.
    CalendarId;
    /// One event of a provider's calendar that Kalends did not create.
    ExternalEventId;
    /// One event of the application.
    EventId;
    /// One event of the application on one calendar.
    EventLinkId;
    /// Something about an event that a person must look at.
    ConflictId;
    /// One edit that a person made to the application's event on their calendar.
    EventEditId;
    /// A span that was marked busy by hand.
    BlockId;
    /// One started OAuth round trip.
    OauthStateId;
    /// One pass over a calendar, kept as an audit row.
    SyncRunId;
    /// One subscription to a provider's notifications; its name at the provider too.
    PushChannelId;
    /// One unit of background work.
    TaskId;
}

/// A person of the application, named by the application's own id: 1 to 200 bytes without control characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(String);

/// Why a string cannot name a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a user id has 1 to 200 bytes and no control characters")]
pub struct UserIdError;

impl UserId {
    /// Most bytes an id may have.
    pub const MAX_BYTES: usize = 200;

    /// The id, when it is one.
    pub fn new(id: impl Into<String>) -> Result<Self, UserIdError> {
        let id = id.into();
        let fits = (1..=Self::MAX_BYTES).contains(&id.len()) && !id.chars().any(char::is_control);
        if fits { Ok(Self(id)) } else { Err(UserIdError) }
    }

    /// The application's string.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for UserId {
    type Err = UserIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}
