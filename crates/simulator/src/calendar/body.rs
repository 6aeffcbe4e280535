//! Request bodies of calendars and their lists.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::google::GoogleError;

/// The etag of a version, quotes included.
pub(super) fn etag(version_us: i64) -> String {
    format!("\"{}\"", i128::from(version_us) * 2)
}

/// A body as what this method takes; what it does not know is ignored.
pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, GoogleError> {
    let members = object(body)?;
    let members = members
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .collect();
    serde_json::from_value(Value::Object(members))
        .map_err(|error| GoogleError::bad("invalid", &format!("Invalid value: {error}")))
}

/// A body that must be a JSON object.
pub(super) fn object(body: &[u8]) -> Result<Map<String, Value>, GoogleError> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => Ok(members),
        _ => Err(GoogleError::bad("parseError", "Parse Error")),
    }
}

/// A text that says something.
pub(super) fn text(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}
