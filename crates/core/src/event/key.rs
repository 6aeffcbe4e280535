//! The application's own name for an event.

use std::{fmt, str::FromStr};

/// The application's key of an event: 1 to 200 bytes without control characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventKey(String);

/// Why a string cannot name an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event's key has 1 to 200 bytes and no control characters")]
pub struct EventKeyError;

impl EventKey {
    /// Most bytes a key may have.
    pub const MAX_BYTES: usize = 200;

    /// The key, when it is one.
    pub fn new(key: impl Into<String>) -> Result<Self, EventKeyError> {
        let key = key.into();
        let fits = (1..=Self::MAX_BYTES).contains(&key.len()) && !key.chars().any(char::is_control);
        if fits { Ok(Self(key)) } else { Err(EventKeyError) }
    }

    /// The application's string.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EventKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for EventKey {
    type Err = EventKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}
