//! What is remembered of a feed between pulls.

use serde::{Deserialize, Serialize};

use crate::provider::Cursor;

/// Grows when feeds are read differently, so that unchanged ones are read anew.
const READER: u32 = 1;

/// What is remembered of a feed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Remembered {
    reader: u32,
    /// `ETag` of the last answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) etag: Option<String>,
    /// `Last-Modified` of the last answer, as sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) last_modified: Option<String>,
    /// Of the text without what changes at every fetch.
    pub(super) hash: String,
    /// How often the feed's own text wants to be asked at most, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) interval_s: Option<i64>,
}

impl Remembered {
    pub(super) fn new(etag: Option<String>, last_modified: Option<String>, hash: String) -> Self {
        Self {
            reader: READER,
            etag,
            last_modified,
            hash,
            interval_s: None,
        }
    }

    /// What a cursor remembers; `None` when it is from another time, which makes the feed new.
    pub(super) fn read(cursor: &Cursor) -> Option<Self> {
        serde_json::from_str(&cursor.0)
            .ok()
            .filter(|remembered: &Self| remembered.reader == READER)
    }

    pub(super) fn write(&self) -> Cursor {
        Cursor(serde_json::json!(self).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_of_another_reader_is_forgotten() {
        let mut remembered = Remembered::new(Some("\"1\"".to_owned()), None, "abc".to_owned());
        assert_eq!(Remembered::read(&remembered.write()), Some(remembered.clone()));
        remembered.reader += 1;
        assert_eq!(Remembered::read(&remembered.write()), None);
        assert_eq!(Remembered::read(&Cursor(String::new())), None);
    }
}
