//! `POST /v1/availability/explain`

pub(crate) mod because;
pub(crate) mod sentence;
pub(crate) mod verdicts;

use axum::extract::State;
use jiff::Timestamp;
use kalends_engine::availability;
use serde::Deserialize;
use utoipa::ToSchema;

use self::{because::Names, verdicts::Explained};
use super::{
    freshness::{self, OnUnreachableWord},
    slots::{
        people::PersonBody,
        problem,
        question::{Checked, question},
        results,
    },
};
use crate::{auth::Caller, extract::Json, problem::Problem, state::AppState};

question! {
    /// A question for slots, and the instant to explain.
    #[derive(Debug, Deserialize, ToSchema)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[schema(examples(json!({
        "at": "2026-12-01T10:00:00Z",
        "userIds": ["ada"],
        "from": "2026-12-01T00:00:00Z",
        "to": "2026-12-08T00:00:00Z",
        "durationMinutes": 45
    })))]
    pub(crate) struct ExplainInstant {
        /// The start of an appointment, offered or not.
        at: Timestamp,
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

/// Explain why an instant is offered or not
///
/// Takes a question for slots and says of one instant whether `POST /v1/slots` offers it as a start, and why: every rule
/// in the order in which they are asked, whether it holds, and for whom, with the time and the calendar that decide.
/// The first rule that fails is the reason. No titles are named; `GET /v1/external-events` has the events.
#[utoipa::path(
    post,
    path = "/v1/availability/explain",
    tag = "reading",
    request_body = ExplainInstant,
    responses(
        (status = 200, description = "The chain of rules.", body = Explained),
        (status = 404, description = "`not_found`: there is no such user."),
    ),
)]
pub(crate) async fn explain(
    State(state): State<AppState>,
    caller: Caller,
    Json(body): Json<ExplainInstant>,
) -> Result<Json<Explained>, Problem> {
    let (at, Checked { query, company }) = body.check(state.engine().ambient().now())?;
    let answer = availability::explain(state.engine(), caller.tenant, (query, at)).await;
    let answer = answer.map_err(|error| problem(error, &company))?;
    let names = Names {
        company: &company,
        query: &answer.query.query,
        sources: &answer.sources,
        hours_zones: &answer.hours_zones,
    };
    let mut explained = Explained::new(&answer.explanation, &names);
    explained.users = answer.users.into_iter().map(Into::into).collect();
    Ok(Json(explained))
}

impl ExplainInstant {
    fn check(self, now: Timestamp) -> Result<(Timestamp, Checked), Problem> {
        let ((at, people, max_staleness, on_unreachable, max_age), asked) = self.split();
        let mut checked = asked.check(now, people.unwrap_or_default())?;
        checked.query.freshness = freshness::read(max_staleness, on_unreachable, max_age)?;
        checked.query.query.max_results = Some(results(checked.query.query.max_results)?);
        Ok((at, checked))
    }
}
