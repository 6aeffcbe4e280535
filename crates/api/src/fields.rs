//! Field values that several routes take, read with one wording.

use std::fmt::Display;

use jiff::Timestamp;
use kalends_core::{
    invalid_field::InvalidField,
    provider::{Feature, ProviderKind},
    time::{Interval, UserId, Zone},
};

use crate::problem::Problem;

/// A user's id.
pub(crate) fn user_id(field: impl Into<String>, id: String) -> Result<UserId, Problem> {
    UserId::new(id).map_err(|_| Problem::field(field, "must have 1 to 200 bytes and no control characters"))
}

/// A list of users' ids.
pub(crate) fn user_ids(field: &str, ids: Vec<String>) -> Result<Vec<UserId>, Problem> {
    let read = |(index, id)| user_id(format!("{field}[{index}]"), id);
    ids.into_iter().enumerate().map(read).collect()
}

/// A time zone's name.
pub(crate) fn zone(field: impl Into<String>, name: &str) -> Result<Zone, Problem> {
    Zone::iana(name).map_err(|error| Problem::field(field, error.to_string()))
}

/// A provider's word.
pub(crate) fn provider(field: impl Into<String>, word: &str) -> Result<ProviderKind, Problem> {
    word.parse().map_err(|error| said(field, &error))
}

/// The words of features.
pub(crate) fn features(field: &str, words: &[String]) -> Result<Vec<Feature>, Problem> {
    let read = |(index, word): (usize, &String)| {
        word.parse()
            .map_err(|error| said(format!("{field}[{index}]"), &error))
    };
    words.iter().enumerate().map(read).collect()
}

/// The span between two instants, of which the later one is in `field`.
pub(crate) fn span(field: &str, start: Timestamp, end: Timestamp) -> Result<Interval, Problem> {
    Interval::new(start, end).ok_or_else(|| Problem::field(field, "must be after the start"))
}

/// The window between two bounds that may each be left open; `None` when both are.
pub(crate) fn window(from: Option<Timestamp>, to: Option<Timestamp>) -> Result<Option<Interval>, Problem> {
    match (from, to) {
        (None, None) => Ok(None),
        (from, to) => span("to", from.unwrap_or(Timestamp::MIN), to.unwrap_or(Timestamp::MAX)).map(Some),
    }
}

/// Text of limited length for people; empty text is none.
pub(crate) fn text(field: &str, text: Option<String>, max_chars: usize) -> Result<Option<String>, Problem> {
    match text {
        Some(text) if text.chars().count() > max_chars => Err(Problem::field(
            field,
            format!("must have at most {max_chars} characters"),
        )),
        Some(text) if text.contains('\0') => Err(Problem::field(field, "must hold no null character")),
        text => Ok(text.filter(|text| !text.trim().is_empty())),
    }
}

/// What core says of a field, under the name it has in the request.
pub(crate) fn invalid(error: InvalidField) -> Problem {
    Problem::field(error.field, format!("must be {}", error.expected))
}

fn said(field: impl Into<String>, error: &impl Display) -> Problem {
    Problem::field(field, error.to_string())
}
