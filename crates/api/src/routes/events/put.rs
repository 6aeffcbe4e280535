//! `PUT /v1/events/{key}`

use axum::extract::State;
use http::StatusCode;
use kalends_core::event::EventKey;
use kalends_engine::events::{self, Put, PutEvent};

use super::{
    answer::{Answered, Event},
    body::EventBody,
};
use crate::{
    auth::Caller,
    extract::{IfVersion, Json, Path},
    problem::Problem,
    state::AppState,
};

/// Put an event
///
/// Makes the event of that key or changes it to what the body says; fields that are left out get their defaults. The same
/// body again changes nothing. What its people's calendars need is done in the background: the answer comes at once and
/// does not fail because a provider does; `links` say how far each calendar is. With `status` `cancelled` the event goes
/// from calendars, with another one it comes back.
///
/// An event gets a link for each of its people who has chosen a calendar for events (`writeTarget`) and turned
/// `calendar_write` on.
#[utoipa::path(
    put,
    path = "/v1/events/{key}",
    tag = "events",
    params(
        ("key" = String, Path, description = "The application's own name for the event, 1 to 200 bytes.", example = "lesson-17"),
        ("If-Match" = Option<String>, Header, description = "Change it only if it is of this version: an `ETag`, or `*` for any."),
        ("If-None-Match" = Option<String>, Header, description = "`*`: make it only if there is none."),
    ),
    request_body = EventBody,
    responses(
        (status = 200, description = "The event as it is now.", body = Event, headers(("ETag" = String, description = "Its version."))),
        (status = 201, description = "The event was made.", body = Event, headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "`not_found`: one of the people is no user; `errors` names them."),
        (status = 409, description = "`not_free`: with `requireFree`, the time is taken; the problem says whose and by what, and when all of the people can."),
        (status = 412, description = "`version_mismatch`: it is not of the version that was asked for; the header `ETag` has its version."),
    ),
)]
pub(crate) async fn put_event(
    State(state): State<AppState>,
    caller: Caller,
    Path(key): Path<EventKey>,
    IfVersion(condition): IfVersion,
    Json(body): Json<EventBody>,
) -> Result<Answered, Problem> {
    let require = body.require_free()?;
    let put = PutEvent {
        key,
        event: body.into_core()?,
        condition,
    };
    let put = match &require {
        Some(require) => events::put_where_free(state.engine(), caller.tenant, put, require).await?,
        None => events::put(state.engine(), caller.tenant, put).await?,
    };
    Ok(match put {
        Put::Created(event) => Answered(StatusCode::CREATED, Box::new(event.into())),
        Put::Stored(event) => Answered(StatusCode::OK, Box::new(event.into())),
    })
}
