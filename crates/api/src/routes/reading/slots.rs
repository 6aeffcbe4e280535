//! `POST /v1/slots`

pub(crate) mod answer;
pub(crate) mod appointments;
pub(crate) mod company;
pub(crate) mod ignored;
pub(crate) mod limits;
pub(crate) mod people;
pub(crate) mod question;

use axum::extract::State;
use jiff::Timestamp;
use kalends_core::slots::Shape;
use kalends_engine::availability::{self, AvailabilityError};
use serde::Deserialize;
use utoipa::ToSchema;

use self::{
    answer::Slots,
    company::Company,
    people::PersonBody,
    question::{Checked, question},
};
use super::freshness::{self, OnUnreachableWord};
use crate::{auth::Caller, extract::Json, problem::Problem, state::AppState};

/// Most slots of an answer.
const MAX_RESULTS: usize = 10_000;
/// Slots of an answer when the caller does not say.
const DEFAULT_RESULTS: usize = 1_000;

question! {
    /// Which slots are wanted.
    #[derive(Debug, Deserialize, ToSchema)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[schema(examples(
        json!({
            "userIds": ["ada", "charles"],
            "from": "2026-12-01T00:00:00Z",
            "to": "2026-12-08T00:00:00Z",
            "durationMinutes": 45,
            "stepMinutes": 15,
            "bufferAfterMinutes": 10,
            "minimumNoticeMinutes": 120,
            "maxResults": 50
        }),
        json!({
            "groups": [
                {"name": "pupil", "userIds": ["ada"]},
                {"name": "teacher", "userIds": ["charles", "grace"], "required": 1, "choose": "max_fairness"}
            ],
            "from": "2026-12-01T00:00:00Z",
            "to": "2026-12-08T00:00:00Z",
            "durationMinutes": 45,
            "limits": {"day": {"appointments": 4}, "week": {"minutes": 600}},
            "people": [{"userId": "charles", "earlierAppointments": 12}],
            "appointments": [{
                "id": "booking-17", "userIds": ["grace"],
                "start": "2026-12-02T09:00:00Z", "end": "2026-12-02T09:45:00Z", "capacity": 6, "seatsTaken": 2
            }],
            "ignore": [{"appointmentId": "booking-17"}],
            "shape": "slots"
        }),
        json!({
            "sequence": [
                {"name": "tour", "durationMinutes": 30, "userIds": ["ada"]},
                {"name": "interview", "durationMinutes": 45, "userIds": ["charles"], "gapMinutes": {"min": 0, "max": 30}}
            ],
            "from": "2026-12-01T00:00:00Z",
            "to": "2026-12-08T00:00:00Z"
        })
    ))]
    pub(crate) struct FindSlots {
        /// What holds for single users of the question.
        #[schema(max_items = 200)]
        people: Option<Vec<PersonBody>>,
        /// Calendars that are older are asked now, before the answer; without it the answer is what is known.
        max_staleness_seconds: Option<u32>,
        /// What to make of calendars that are older than wanted and cannot be asked.
        #[serde(default)]
        on_unreachable: OnUnreachableWord,
        /// With `last_known`: how old the last known state may be; a day when it is left out.
        last_known_max_age_seconds: Option<u32>,
    }
}

/// Find slots
///
/// Times at which an appointment can begin: those of the users who are needed are open and known to be free, which is
/// open hours, less busy times of their selected calendars and time blocked by hand, with the buffers around. Name
/// `userIds` who all have to come, or `groups` of whom some have to, or a `sequence` of appointments. Answered from the
/// busy index; a provider is asked only when `maxStalenessSeconds` demands it. What is not covered is `unknown` and
/// never offered.
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
    let Checked { query, company } = body.check(state.engine().ambient().now())?;
    let has_periods = query.shape == Shape::Periods;
    let answer = availability::slots(state.engine(), caller.tenant, query).await;
    let answer = answer.map_err(|error| problem(error, &company))?;
    Ok(Json(Slots::new(answer, &company, has_periods)))
}

impl FindSlots {
    fn check(self, now: Timestamp) -> Result<Checked, Problem> {
        let ((people, max_staleness, on_unreachable, max_age), asked) = self.split();
        let mut checked = asked.check(now, people.unwrap_or_default())?;
        checked.query.freshness = freshness::read(max_staleness, on_unreachable, max_age)?;
        checked.query.query.max_results = Some(results(checked.query.query.max_results)?);
        Ok(checked)
    }
}

/// How many results an answer over HTTP has.
pub(super) fn results(wanted: Option<usize>) -> Result<usize, Problem> {
    let wanted = wanted.unwrap_or(DEFAULT_RESULTS);
    if (1..=MAX_RESULTS).contains(&wanted) {
        return Ok(wanted);
    }
    Err(Problem::field(
        "maxResults",
        format!("must be from 1 to {MAX_RESULTS}"),
    ))
}

/// The engine's error, with people and groups under the names they have in the request.
pub(super) fn problem(error: AvailabilityError, company: &Company) -> Problem {
    match error {
        AvailabilityError::UnknownUser { ref user } => {
            let place = company.people.iter().position(|asked| asked == user);
            let field = place.and_then(|place| company.named_at.get(place));
            Problem::unknown(field.map_or("userIds", String::as_str), &error)
        }
        AvailabilityError::Field(error) => company.invalid(error),
        error => error.into(),
    }
}
