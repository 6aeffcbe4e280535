//! `PUT /v1/events/{key}/occurrences/{start}`

use axum::extract::State;
use http::StatusCode;
use kalends_core::event::{EventKey, Exception, OriginalStart};
use kalends_engine::events::{self, PutOccurrence};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    answer::{Answered, Event},
    body::{parts::Attendee, when},
    start::Start,
};
use crate::{
    auth::Caller,
    extract::{IfVersion, Json, Path},
    problem::Problem,
    state::AppState,
    words::Transparency,
};

/// In what one time of a series differs from the others; what is left out is as in the series, also when that changes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({"start": "2026-12-08T14:00:00Z", "end": "2026-12-08T15:00:00Z", "location": "Room 5"})))]
pub(crate) struct OccurrenceBody {
    /// When it begins instead; with `end`.
    #[schema(examples("2026-12-08T14:00:00Z"))]
    start: Option<String>,
    /// When it ends instead; with `start`.
    #[schema(examples("2026-12-08T15:00:00Z"))]
    end: Option<String>,
    /// Its title.
    #[schema(max_length = 1024)]
    title: Option<String>,
    /// Its description.
    #[schema(max_length = 5000)]
    description: Option<String>,
    /// Its location.
    #[schema(examples("Room 5"), max_length = 1024)]
    location: Option<String>,
    /// Who is asked to come to it.
    attendees: Option<Vec<Attendee>>,
    /// Whether it takes up time.
    transparency: Option<Transparency>,
}

/// Change one time of a series
///
/// Replaces what was said of that time before; an empty object makes it like the others again. `start` in the path is the
/// start that the rule gives the time, wherever it was moved to since.
#[utoipa::path(
    put,
    path = "/v1/events/{key}/occurrences/{start}",
    tag = "events",
    params(
        ("key" = String, Path, description = "The application's own name for the event.", example = "lesson-17"),
        ("start" = String, Path, description = "The start by the rule: an instant, or a date in a series of whole days.", example = "2026-12-08T10:00:00Z"),
        ("If-Match" = Option<String>, Header, description = "Change it only if the event is of this version: an `ETag`, or `*` for any."),
    ),
    request_body = OccurrenceBody,
    responses(
        (status = 200, description = "The event as it is now.", body = Event, headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "`not_found`: there is no such event, or the series has no such time."),
        (status = 412, description = "`version_mismatch`: it is not of the version that was asked for; the header `ETag` has its version."),
    ),
)]
pub(crate) async fn put_occurrence(
    State(state): State<AppState>,
    caller: Caller,
    Path((key, start)): Path<(EventKey, Start)>,
    IfVersion(condition): IfVersion,
    Json(body): Json<OccurrenceBody>,
) -> Result<Answered, Problem> {
    let series = events::get(state.engine(), caller.tenant, &key).await?;
    let zone = series.wanted.when.zone().map(|zone| zone.name().to_owned());
    let put = PutOccurrence {
        key,
        start: start.0,
        exception: body.into_core(start.0, zone.as_deref())?,
        condition,
    };
    let event = events::put_occurrence(state.engine(), caller.tenant, put).await?;
    Ok(Answered(StatusCode::OK, Box::new(event.into())))
}

impl OccurrenceBody {
    /// `zone` is that of the series.
    fn into_core(self, original: OriginalStart, zone: Option<&str>) -> Result<Exception, Problem> {
        let when = match (&self.start, &self.end) {
            (Some(start), Some(end)) => Some(when::read(start, end, (zone, false))?),
            (None, None) => None,
            (Some(_), None) => return Err(Problem::field("end", "is required with start")),
            (None, Some(_)) => return Err(Problem::field("start", "is required with end")),
        };
        let is_whole_days = matches!(original, OriginalStart::On(_));
        if when
            .as_ref()
            .is_some_and(|when| when.zone().is_none() != is_whole_days)
        {
            return Err(Problem::field(
                "start",
                "must be of the same kind as the series: instants or dates",
            ));
        }
        Ok(Exception {
            when,
            title: self.title,
            description: self.description,
            location: self.location,
            attendees: self
                .attendees
                .map(|list| list.into_iter().map(Into::into).collect()),
            transparency: self.transparency.map(Into::into),
        })
    }
}
