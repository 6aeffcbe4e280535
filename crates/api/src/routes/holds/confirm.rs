//! `POST /v1/holds/{holdId}/confirm`

use axum::extract::State;
use kalends_core::{
    event::{self, EventKey},
    time::EventId,
};
use kalends_engine::{
    claims::RequireFree,
    holds::{self, Confirm, HoldError},
};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::Hold;
use crate::{
    auth::Caller,
    extract::{Json, Path, json},
    problem::Problem,
    routes::events::body::EventBody,
    state::AppState,
};

/// How often a hold that a person changes on their calendar meanwhile is read again.
const TRIES: usize = 3;

/// The event that a hold becomes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({"eventKey": "lesson-17", "event": {"title": "Piano lesson with Bob"}})))]
pub(crate) struct ConfirmHold {
    /// The application's own name for the event, 1 to 200 bytes.
    #[schema(examples("lesson-17"))]
    event_key: String,
    /// Fields of the event that are to be others than those that were held; the rest stays. Other times, and other people's,
    /// have to be free.
    #[serde(default)]
    #[schema(value_type = Object)]
    event: Map<String, Value>,
}

/// Make a hold an event
///
/// The hold becomes the confirmed event of that key, and what calendars show of it becomes the event's. What was held stays
/// taken, whatever calendars say by now. Confirming it again with the same key changes nothing.
#[utoipa::path(
    post,
    path = "/v1/holds/{holdId}/confirm",
    tag = "holds",
    params(("holdId" = Uuid, Path, description = "The hold's id.")),
    request_body = ConfirmHold,
    responses(
        (status = 200, description = "The hold as it is now; the event is at `/v1/events/{eventKey}`.", body = Hold),
        (status = 404, description = "`not_found`: there is no such hold, or one of the people is no user."),
        (status = 409, description = "`hold_ended`: it is over. `event_exists`: there is another event of that key. `not_free`: it is to take time that is not free."),
    ),
)]
pub(crate) async fn confirm_hold(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<EventId>,
    Json(body): Json<ConfirmHold>,
) -> Result<Json<Hold>, Problem> {
    let refused = |error: kalends_core::event::EventKeyError| Problem::field("eventKey", error.to_string());
    let key = EventKey::new(body.event_key).map_err(refused)?;
    let engine = state.engine();
    let mut tries = 0;
    loop {
        let (event, require_free) = if body.event.is_empty() {
            (None, RequireFree::default())
        } else {
            let hold = holds::get(engine, caller.tenant, id).await?;
            let (event, require) = changed(hold.wanted, &body.event)?;
            (Some((event, hold.version)), require)
        };
        let confirm = Confirm {
            key: key.clone(),
            event,
            require_free,
        };
        tries += 1;
        match holds::confirm(engine, caller.tenant, (id, confirm)).await {
            Err(HoldError::Changed) if tries < TRIES => {}
            result => return Ok(Json(result?.into())),
        }
    }
}

/// What was held with other fields, and the terms on which other time has to be free.
fn changed(held: event::Event, fields: &Map<String, Value>) -> Result<(event::Event, RequireFree), Problem> {
    let held = serde_json::to_value(EventBody::from(held)).map_err(|error| Problem::internal(&error))?;
    let Value::Object(mut all) = held else {
        return Err(Problem::field("event", "must be a JSON object"));
    };
    all.extend(fields.iter().map(|(name, value)| (name.clone(), value.clone())));
    let bytes = serde_json::to_vec(&all).map_err(|error| Problem::internal(&error))?;
    let inside = |problem: Problem| problem.inside("event");
    let body: EventBody = json::read(&bytes).map_err(inside)?;
    let require = body.require_free().map_err(inside)?.unwrap_or_default();
    Ok((body.into_core().map_err(inside)?, require))
}
