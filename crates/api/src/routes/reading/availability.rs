//! `POST /v1/availability`

use axum::extract::State;
use jiff::Timestamp;
use kalends_core::time::CalendarId;
use kalends_engine::availability::{self, Availability, AvailabilityQuery};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Span,
    evidence::CalendarEvidence,
    freshness::{self, OnUnreachableWord},
    spans,
};
use crate::{auth::Caller, extract::Json, fields, problem::Problem, state::AppState};

/// Whose busy time is wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({
    "userIds": ["ada"],
    "from": "2026-12-01T00:00:00Z",
    "to": "2026-12-08T00:00:00Z",
    "maxStalenessSeconds": 300,
    "onUnreachable": "closed"
})))]
pub(crate) struct AskAvailability {
    /// Users: their selected calendars and time blocked by hand count.
    #[serde(default)]
    #[schema(max_items = 200)]
    user_ids: Vec<String>,
    /// Calendars on their own, selected or not.
    #[serde(default)]
    #[schema(max_items = 200)]
    calendar_ids: Vec<Uuid>,
    /// First instant of the window.
    from: Timestamp,
    /// First instant after it.
    to: Timestamp,
    /// Calendars that are older are asked now, before the answer; without it the answer is what is known.
    max_staleness_seconds: Option<u32>,
    /// What to make of calendars that are older than wanted and cannot be asked.
    #[serde(default)]
    on_unreachable: OnUnreachableWord,
    /// With `last_known`: how old the last known state may be; a day when it is left out.
    last_known_max_age_seconds: Option<u32>,
}

/// Busy time and what it rests on, in the order of the question.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(examples(json!({
    "users": [{
        "userId": "ada",
        "busy": [{"start": "2026-12-01T09:00:00Z", "end": "2026-12-01T10:30:00Z"}],
        "unknown": [],
        "open": [{"start": "2026-12-01T08:00:00Z", "end": "2026-12-01T16:30:00Z"}],
        "calendars": [{
            "calendarId": "01982f6e-5c00-7a41-8a5e-7d0f3c1b2a90", "provider": "google", "status": "fresh",
            "asOf": "2026-11-20T09:58:12Z", "source": "poll", "coveredUntil": "2027-02-18T00:00:00Z"
        }]
    }],
    "calendars": []
})))]
pub(crate) struct AvailabilityAnswer {
    /// The users.
    users: Vec<UserAvailability>,
    /// The calendars.
    calendars: Vec<CalendarAvailability>,
}

/// A user's part.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct UserAvailability {
    /// Who.
    user_id: String,
    /// When they are busy, merged.
    busy: Vec<Span>,
    /// When nobody knows, which is never free.
    unknown: Vec<Span>,
    /// When they take appointments, by their `working_hours`.
    open: Vec<Span>,
    /// What that rests on: their selected calendars.
    calendars: Vec<CalendarEvidence>,
}

/// A calendar's part.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct CalendarAvailability {
    /// When it is busy, merged.
    busy: Vec<Span>,
    /// When nobody knows.
    unknown: Vec<Span>,
    /// What that rests on.
    #[serde(flatten)]
    evidence: CalendarEvidence,
}

/// Ask who is busy when
///
/// Merged busy time of users and calendars, the users' open hours, and for every calendar how far it can be trusted.
/// Answered from the busy index; a provider is asked only when `maxStalenessSeconds` demands it.
#[utoipa::path(
    post,
    path = "/v1/availability",
    tag = "reading",
    request_body = AskAvailability,
    responses(
        (status = 200, description = "Busy time with its evidence.", body = AvailabilityAnswer),
        (status = 404, description = "`not_found`: there is no such user or calendar."),
    ),
)]
pub(crate) async fn availability(
    State(state): State<AppState>,
    caller: Caller,
    Json(body): Json<AskAvailability>,
) -> Result<Json<AvailabilityAnswer>, Problem> {
    if body.user_ids.is_empty() && body.calendar_ids.is_empty() {
        return Err(Problem::field(
            "userIds",
            "must name a user, or calendarIds a calendar",
        ));
    }
    let query = AvailabilityQuery {
        users: fields::user_ids("userIds", body.user_ids)?,
        calendars: body.calendar_ids.into_iter().map(CalendarId).collect(),
        window: fields::span("to", body.from, body.to)?,
        freshness: freshness::read(
            body.max_staleness_seconds,
            body.on_unreachable,
            body.last_known_max_age_seconds,
        )?,
    };
    let answer = availability::read(state.engine(), caller.tenant, &query).await?;
    Ok(Json(answer.into()))
}

impl From<Availability> for AvailabilityAnswer {
    fn from(answer: Availability) -> Self {
        let user = |user: availability::UserAvailability| UserAvailability {
            user_id: user.user.to_string(),
            busy: spans(user.busy),
            unknown: spans(user.unknown),
            open: spans(user.open),
            calendars: user.calendars.into_iter().map(Into::into).collect(),
        };
        let calendar = |calendar: availability::CalendarBusy| CalendarAvailability {
            busy: spans(calendar.busy),
            unknown: spans(calendar.unknown),
            evidence: calendar.evidence.into(),
        };
        Self {
            users: answer.users.into_iter().map(user).collect(),
            calendars: answer.calendars.into_iter().map(calendar).collect(),
        }
    }
}
