//! One time of a series that differs from the others, on the wire.

use jiff::{Timestamp, civil::Date};
use kalends_core::event::{self, OriginalStart};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::{parts::Attendee, when};
use crate::words::Transparency;

/// One time of a series that differs from the others; what is absent is as in the series.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EventException)]
pub(super) struct Exception {
    /// The start that the rule gives it: an instant, or a date in a series of whole days.
    #[schema(examples("2026-12-08T10:00:00Z"))]
    original_start: String,
    /// When it begins instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-12-08T14:00:00Z"))]
    start: Option<String>,
    /// When it ends instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("2026-12-08T15:00:00Z"))]
    end: Option<String>,
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// Its description.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// Its location.
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    /// Who is asked to come to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    attendees: Option<Vec<Attendee>>,
    /// Whether it takes up time.
    #[serde(skip_serializing_if = "Option::is_none")]
    transparency: Option<Transparency>,
}

/// The start that the rule gives a time, as the API writes it.
pub(super) fn original_start(start: OriginalStart) -> String {
    match start {
        OriginalStart::At(at) => Timestamp::to_string(&at),
        OriginalStart::On(date) => Date::to_string(&date),
    }
}

impl From<(OriginalStart, event::Exception)> for Exception {
    fn from((original, exception): (OriginalStart, event::Exception)) -> Self {
        let when = exception.when.as_ref().map(when::write);
        let (start, end) = when.map(|(start, end, _)| (start, end)).unzip();
        let attendees = exception.attendees;
        Self {
            original_start: original_start(original),
            start,
            end,
            title: exception.title,
            description: exception.description,
            location: exception.location,
            attendees: attendees.map(|list| list.into_iter().map(Into::into).collect()),
            transparency: exception.transparency.map(Into::into),
        }
    }
}
