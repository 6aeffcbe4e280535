//! Request parts as typed values; whatever does not fit becomes a [`Problem`](crate::problem::Problem) that names
//! the field.

mod condition;
pub(crate) mod json;
mod path;
mod query;

pub(crate) use condition::{IfVersion, etag};
pub(crate) use json::{Json, JsonBytes, whole_body};
pub(crate) use path::Path;
pub(crate) use query::Query;

use crate::problem::Problem;

/// The problem of a value that serde could not read at `path`.
///
/// Serde states a missing or unknown field in its text only, with the path of the object around it; its wording for
/// both is fixed by `serde::de::Error`, so the name is read from there.
fn unreadable(path: &str, text: &str) -> Problem {
    let text = text.rsplit_once(" at line ").map_or(text, |(text, _)| text);
    let parent = if path == "." { "" } else { path };
    for (prefix, message) in [
        ("missing field `", "is required"),
        ("unknown field `", "is not a field of this request"),
    ] {
        if let Some((name, rest)) = text.strip_prefix(prefix).and_then(|rest| rest.split_once('`')) {
            let parent = parent
                .strip_suffix(name)
                .map_or(parent, |head| head.trim_end_matches('.'));
            let field = if parent.is_empty() {
                name.to_owned()
            } else {
                format!("{parent}.{name}")
            };
            return Problem::field(field, format!("{message}{rest}"));
        }
    }
    let message = wrong_type(text).unwrap_or_else(|| text.to_owned());
    Problem::field(if parent.is_empty() { "body" } else { parent }, message)
}

/// Serde's words for a value of the wrong type (`serde::de::Unexpected`), without those that only Rust has.
fn wrong_type(text: &str) -> Option<String> {
    let is_number = |word: &str| matches!(word, "u8" | "u16" | "u32" | "u64" | "usize" | "i32" | "i64");
    let (found, expected) = text.split_once(": ")?.1.rsplit_once(", expected ")?;
    if text.starts_with("invalid value: ") && is_number(expected) {
        return Some("is out of range".to_owned());
    }
    let found = text.starts_with("invalid type: ").then_some(found)?;
    let expected = match expected {
        word if is_number(word) => "a whole number",
        "a sequence" => "a list",
        "a string" => "a text",
        "a boolean" => "true or false",
        word if word.starts_with("struct ") => "an object",
        other => other,
    };
    let found = match found {
        "sequence" => "a list",
        "map" => "an object",
        other => other,
    };
    Some(format!("must be {expected}, not {found}"))
}
