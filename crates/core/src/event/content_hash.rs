//! A short name for a content, for telling without the content whether there is anything to send.

use std::{fmt, str::FromStr};

use sha2::{Digest, Sha256};

use super::{Content, Field};

/// SHA-256 of a content's canonical form. Contents that differ only in how they are written have the same.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ContentHash([u8; 32]);

/// The text is no content hash of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no content hash of version {VERSION}")]
pub struct UnreadableHash;

/// Of the canonical form. One that was stored with another version is unreadable, which means that the contents must be
/// compared: an update of the server sends nothing to anybody.
const VERSION: u32 = 1;

impl ContentHash {
    /// The hash of a content.
    pub fn of(content: &Content) -> Self {
        let mut hash = Sha256::new();
        for field in Field::ALL {
            let value = content.canonical(field);
            hash.update(field.as_str());
            hash.update((value.len() as u64).to_be_bytes());
            hash.update(value);
        }
        Self(hash.finalize().into())
    }
}

/// `1-` and 64 hexadecimal digits.
impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{VERSION}-")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ContentHash {
    type Err = UnreadableHash;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text
            .strip_prefix(&format!("{VERSION}-"))
            .filter(|digits| digits.len() == 64 && digits.is_ascii())
            .ok_or(UnreadableHash)?;
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).map_err(|_| UnreadableHash)?;
        }
        Ok(Self(bytes))
    }
}
