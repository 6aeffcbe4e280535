//! What is remembered of a feed between pulls.

use kalends_core::time::Zone;
use serde::{Deserialize, Serialize};

use crate::provider::Cursor;

/// Grows when feeds are read differently, so that unchanged ones are read anew.
const READER: u32 = 1;

/// What is remembered of a feed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Remembered {
    reader: u32,
    /// The calendar's zone, in which times of unknown zones were read.
    zone: String,
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
    pub(super) fn new(
        zone: &Zone,
        etag: Option<String>,
        last_modified: Option<String>,
        hash: String,
    ) -> Self {
        Self {
            reader: READER,
            zone: zone.name().to_owned(),
            etag,
            last_modified,
            hash,
            interval_s: None,
        }
    }

    /// What a cursor remembers; `None` when the feed would be read differently now, which makes it new.
    pub(super) fn read(cursor: &Cursor, zone: &Zone) -> Option<Self> {
        serde_json::from_str(&cursor.0)
            .ok()
            .filter(|remembered: &Self| remembered.reader == READER && remembered.zone == zone.name())
    }

    pub(super) fn write(&self) -> Cursor {
        Cursor(serde_json::json!(self).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_that_would_be_read_differently_is_new() {
        let mut remembered = Remembered::new(&Zone::UTC, Some("\"1\"".to_owned()), None, "abc".to_owned());
        let read = |remembered: &Remembered| Remembered::read(&remembered.write(), &Zone::UTC);
        assert_eq!(read(&remembered), Some(remembered.clone()));
        let zurich = Zone::iana("Europe/Zurich").unwrap();
        assert_eq!(Remembered::read(&remembered.write(), &zurich), None);
        remembered.reader += 1;
        assert_eq!(read(&remembered), None);
        assert_eq!(Remembered::read(&Cursor(String::new()), &Zone::UTC), None);
    }
}
