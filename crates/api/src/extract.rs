//! Request parts as typed values; whatever does not fit becomes a [`Problem`](crate::problem::Problem) that names
//! the field.

mod json;
mod path;
mod query;

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
    Problem::field(if parent.is_empty() { "body" } else { parent }, text)
}
