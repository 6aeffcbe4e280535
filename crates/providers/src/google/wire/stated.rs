//! Times as Google states them.

use std::fmt;

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
};
use serde::{Deserialize, Deserializer, de};

/// `start`, `end` and `originalStartTime`: a date, or a time with a zone.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::google) struct Stated {
    pub(in crate::google) date: Option<Date>,
    pub(in crate::google) date_time: Option<Moment>,
    pub(in crate::google) time_zone: Option<String>,
}

/// `dateTime`: an RFC 3339 instant; without an offset the reading of a clock in `timeZone`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::google) enum Moment {
    Instant(Timestamp),
    Civil(DateTime),
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl de::Visitor<'_> for Text {
            type Value = Moment;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a date and time by RFC 3339")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Moment, E> {
                let instant = text.parse().map(Moment::Instant);
                instant
                    .or_else(|_| text.parse().map(Moment::Civil))
                    .map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Text)
    }
}
