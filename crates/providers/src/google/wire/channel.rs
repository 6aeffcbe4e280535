//! What `watch` answers (schema `Channel` of the discovery document).

use jiff::Timestamp;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::google) struct Channel {
    pub(in crate::google) resource_id: Option<String>,
    pub(in crate::google) expiration: Option<Millis>,
}

/// Milliseconds since 1970: an `int64`, which is a text in JSON by the discovery document and a number in the guide's
/// example.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(in crate::google) enum Millis {
    Text(String),
    Number(i64),
}

impl Millis {
    /// `None` when it is no number or beyond the calendar.
    pub(in crate::google) fn instant(self) -> Option<Timestamp> {
        let millis = match self {
            Self::Text(text) => text.parse().ok()?,
            Self::Number(number) => number,
        };
        Timestamp::from_millisecond(millis).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, expect: Option<&str>) {
        let millis: Millis = serde_json::from_str(json).unwrap();
        assert_eq!(millis.instant().map(|at| at.to_string()).as_deref(), expect);
    }

    #[test]
    fn a_number_or_a_text() {
        check("\"1795766400000\"", Some("2026-11-27T08:00:00Z"));
        check("1795766400000", Some("2026-11-27T08:00:00Z"));
        check("\"soon\"", None);
    }
}
