//! `POST /v1/slots`

use axum::extract::State;
use jiff::Timestamp;
use kalends_core::{
    slots::{OpenHours, SlotQuery},
    time::Zone,
};
use kalends_engine::availability::{self, SlotsAnswer, SlotsQuery};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Span,
    evidence::CalendarEvidence,
    freshness::{self, OnUnreachableWord},
    spans,
};
use crate::{
    auth::Caller,
    extract::Json,
    fields,
    problem::Problem,
    routes::users::hours::{DateHours, WeeklyHours, WorkingHours},
    state::AppState,
};

/// Most slots of an answer.
const MAX_RESULTS: usize = 10_000;
/// Slots of an answer when the caller does not say.
const DEFAULT_RESULTS: usize = 1_000;

/// Which slots are wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({
    "userIds": ["ada", "charles"],
    "from": "2026-12-01T00:00:00Z",
    "to": "2026-12-08T00:00:00Z",
    "durationMinutes": 45,
    "stepMinutes": 15,
    "bufferAfterMinutes": 10,
    "minimumNoticeMinutes": 120,
    "maxResults": 50
})))]
pub(crate) struct FindSlots {
    /// Who has to be there: all of them.
    #[schema(min_items = 1, max_items = 200)]
    user_ids: Vec<String>,
    /// Slots start at or after this instant.
    from: Timestamp,
    /// Slots end at or before this instant.
    to: Timestamp,
    /// How long the appointment takes.
    #[schema(minimum = 1, maximum = 10_080)]
    duration_minutes: u32,
    /// From one slot to the next; the duration when it is left out.
    #[schema(minimum = 1, maximum = 10_080)]
    step_minutes: Option<u32>,
    /// The first slot of a free span starts at a multiple of this past the hour; 0 means at once.
    #[serde(default = "quarter_hour")]
    #[schema(default = 15, minimum = 0, maximum = 60)]
    round_to_minutes: u32,
    /// The IANA zone of `openHours` and of the clock that is rounded; UTC when it is left out.
    #[schema(examples("Europe/Zurich"))]
    time_zone: Option<String>,
    /// Nobody may be busy for this long before a slot.
    #[serde(default)]
    #[schema(default = 0, minimum = 0, maximum = 1440)]
    buffer_before_minutes: u32,
    /// Nobody may be busy for this long after a slot.
    #[serde(default)]
    #[schema(default = 0, minimum = 0, maximum = 1440)]
    buffer_after_minutes: u32,
    /// Slots start at least this long from now.
    #[serde(default)]
    #[schema(default = 0, minimum = 0, maximum = 525_600)]
    minimum_notice_minutes: u32,
    /// Slots start at most this long from now.
    horizon_minutes: Option<u32>,
    /// Open hours for everybody, in `timeZone`, instead of each user's `working_hours`.
    open_hours: Option<Vec<WeeklyHours>>,
    /// Dates with other hours than `openHours`.
    #[serde(default)]
    overrides: Vec<DateHours>,
    /// Most slots of the answer.
    #[schema(default = 1000, minimum = 1, maximum = 10_000)]
    max_results: Option<usize>,
    /// Calendars that are older are asked now, before the answer; without it the answer is what is known.
    max_staleness_seconds: Option<u32>,
    /// What to make of calendars that are older than wanted and cannot be asked.
    #[serde(default)]
    on_unreachable: OnUnreachableWord,
    /// With `last_known`: how old the last known state may be; a day when it is left out.
    last_known_max_age_seconds: Option<u32>,
}

/// Slots and what they rest on.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(examples(json!({
    "slots": [
        {"start": "2026-12-01T09:00:00Z", "end": "2026-12-01T09:45:00Z"},
        {"start": "2026-12-01T09:15:00Z", "end": "2026-12-01T10:00:00Z"}
    ],
    "more": false,
    "unknown": [],
    "users": [{"userId": "ada", "calendars": [{
        "calendarId": "01982f6e-5c00-7a41-8a5e-7d0f3c1b2a90", "provider": "google", "status": "fresh",
        "asOf": "2026-11-20T09:58:12Z", "source": "poll", "coveredUntil": "2027-02-18T00:00:00Z"
    }]}]
})))]
pub(crate) struct Slots {
    /// Times that can be offered, in order.
    slots: Vec<Span>,
    /// Whether there are more than were asked for.
    more: bool,
    /// Open time in which nobody knows whether all are free; it is never offered.
    unknown: Vec<Span>,
    /// What the answer rests on, in the order of the question.
    users: Vec<UserEvidence>,
}

/// What the answer rests on, for one user.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct UserEvidence {
    /// Who.
    user_id: String,
    /// Their selected calendars.
    calendars: Vec<CalendarEvidence>,
}

/// Find slots
///
/// Times at which all of the users are open and known to be free: open hours, less busy times of their selected
/// calendars and time blocked by hand, with the buffers around. Answered from the busy index; a provider is asked only
/// when `maxStalenessSeconds` demands it. What is not covered is `unknown` and never offered.
#[utoipa::path(
    post,
    path = "/v1/slots",
    tag = "reading",
    request_body = FindSlots,
    responses(
        (status = 200, description = "The slots.", body = Slots),
        (status = 404, description = "`not_found`: there is no such user."),
    ),
)]
pub(crate) async fn slots(
    State(state): State<AppState>,
    caller: Caller,
    Json(body): Json<FindSlots>,
) -> Result<Json<Slots>, Problem> {
    let query = body.into_query(state.engine().ambient().now())?;
    let answer = availability::slots(state.engine(), caller.tenant, query).await?;
    Ok(Json(answer.into()))
}

impl FindSlots {
    fn into_query(self, now: Timestamp) -> Result<SlotsQuery, Problem> {
        let zone = match &self.time_zone {
            Some(name) => fields::zone("timeZone", name)?,
            None => Zone::UTC,
        };
        let max_results = self.max_results.unwrap_or(DEFAULT_RESULTS);
        if !(1..=MAX_RESULTS).contains(&max_results) {
            return Err(Problem::field(
                "maxResults",
                format!("must be from 1 to {MAX_RESULTS}"),
            ));
        }
        let query = SlotQuery {
            window: fields::span("to", self.from, self.to)?,
            duration_minutes: self.duration_minutes,
            step_minutes: self.step_minutes.unwrap_or(self.duration_minutes),
            round_to_minutes: Some(self.round_to_minutes).filter(|minutes| *minutes > 0),
            zone,
            buffer_before_minutes: self.buffer_before_minutes,
            buffer_after_minutes: self.buffer_after_minutes,
            now,
            minimum_notice_minutes: self.minimum_notice_minutes,
            horizon_minutes: self.horizon_minutes,
            horizon_days: None,
            max_results: Some(max_results),
        };
        query.check().map_err(fields::invalid)?;
        Ok(SlotsQuery {
            users: fields::user_ids("userIds", self.user_ids)?,
            query,
            open_hours: open_hours(self.time_zone, self.open_hours, self.overrides)?,
            freshness: freshness::read(
                self.max_staleness_seconds,
                self.on_unreachable,
                self.last_known_max_age_seconds,
            )?,
        })
    }
}

/// Hours that are stated without their zone would be guessed.
fn open_hours(
    time_zone: Option<String>,
    open_hours: Option<Vec<WeeklyHours>>,
    overrides: Vec<DateHours>,
) -> Result<Option<OpenHours>, Problem> {
    match (open_hours, time_zone) {
        (None, _) if overrides.is_empty() => Ok(None),
        (None, _) => Err(Problem::field("overrides", "goes with openHours only")),
        (Some(_), None) => Err(Problem::field("timeZone", "is required with openHours")),
        (Some(open_hours), Some(time_zone)) => WorkingHours::new(time_zone, open_hours, overrides)
            .into_core()
            .map(Some),
    }
}

const fn quarter_hour() -> u32 {
    15
}

impl From<SlotsAnswer> for Slots {
    fn from(answer: SlotsAnswer) -> Self {
        let user = |user: availability::UserEvidence| UserEvidence {
            user_id: user.user.to_string(),
            calendars: user.calendars.into_iter().map(Into::into).collect(),
        };
        Self {
            slots: answer
                .found
                .slots
                .into_iter()
                .map(|slot| slot.interval.into())
                .collect(),
            more: answer.found.more,
            unknown: spans(answer.found.unknown),
            users: answer.users.into_iter().map(user).collect(),
        }
    }
}
