//! `POST /v1/events/{key}/undo`

use axum::extract::State;
use kalends_core::event::{EventKey, Field};
use kalends_engine::events;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::answer::Event;
use crate::{
    auth::Caller,
    extract::{Json, Path},
    problem::Problem,
    state::AppState,
};

/// What is to be undone.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(examples(json!({"seq": 58})))]
pub(crate) struct Undo {
    /// The number of the change of type `event.moved_externally`, `event.edited_externally` or
    /// `event.deleted_externally` that tells of it.
    seq: i64,
}

/// What was undone.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(examples(json!({
    "fields": ["when"], "changedSince": ["location"],
    "event": {
        "key": "lesson-17", "id": "01982f6e-7d20-7e33-a2b4-5f1c0d9e8b76", "version": 3, "title": "Piano lesson",
        "start": "2026-12-01T10:00:00Z", "end": "2026-12-01T11:00:00Z", "timeZone": "Europe/London",
        "people": [{"userId": "ada", "role": "organizer"}], "syncStatus": "pending", "links": [],
        "createdAt": "2026-11-20T09:00:00Z", "updatedAt": "2026-11-20T09:30:00Z"
    }
})))]
pub(crate) struct Undone {
    /// The event as it is now.
    event: Event,
    /// The fields that have the values again that had lost; none where a deletion was undone.
    fields: Vec<&'static str>,
    /// Fields that somebody has changed since: they stay as they are.
    changed_since: Vec<&'static str>,
}

/// Undo what was decided over a person's edit
///
/// A person moved, edited or deleted the event on their calendar, and the policy decided which side stays. This gives the
/// side that lost its values back, as the application's newest version: an adopted edit is taken back, one that was set right
/// is taken over, a deletion is undone or done. Fields that somebody has changed since stay as they are and are named.
#[utoipa::path(
    post,
    path = "/v1/events/{key}/undo",
    tag = "events",
    params(("key" = String, Path, description = "The application's own name for the event.", example = "lesson-17")),
    request_body = Undo,
    responses(
        (status = 200, description = "What was undone, and the event as it is now.", body = Undone),
        (status = 404, description = "`not_found`: there is no such event, or the change tells of nothing that a person did to it."),
        (status = 409, description = "`already_undone`; `not_decided`: a person is still asked; `nothing_to_undo`: all of it was changed since, `errors` names the fields."),
    ),
)]
pub(crate) async fn undo_event(
    State(state): State<AppState>,
    caller: Caller,
    Path(key): Path<EventKey>,
    Json(body): Json<Undo>,
) -> Result<Json<Undone>, Problem> {
    let undone = events::undo(state.engine(), caller.tenant, &key, body.seq).await?;
    let words = |fields: Vec<Field>| fields.into_iter().map(Field::as_str).collect();
    Ok(Json(Undone {
        event: undone.event.into(),
        fields: words(undone.fields),
        changed_since: words(undone.changed_since),
    }))
}
