//! What people must look at, and what they do about it.

mod list;
mod resolve;
mod suggestions;

use jiff::Timestamp;
use kalends_core::conflict as core;
use kalends_engine::conflicts::{self, Resolution, With};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{layers::idempotent, state::AppState, words::words};

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list_conflicts))
        .routes(routes!(suggestions::conflict_suggestions))
        .routes(idempotent(routes!(resolve::resolve_conflict)))
}

/// Something about an event that one of its people must look at.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(examples(json!({
    "id": "01982f6e-8a40-7d05-b6f1-4c7e2d9a3b18", "eventKey": "lesson-17", "userId": "ada", "kind": "overlap",
    "state": "open",
    "with": {"type": "external_event", "id": "01982f6e-7d20-7e33-a2b4-5f1c0d9e8b76"},
    "overlap": {"start": "2026-12-01T10:30:00Z", "end": "2026-12-01T11:00:00Z", "times": 1},
    "openedAt": "2026-11-20T09:00:00Z", "updatedAt": "2026-11-20T09:00:00Z"
})))]
pub(crate) struct Conflict {
    /// Its id.
    id: Uuid,
    /// The application's name for the event.
    #[schema(examples("lesson-17"))]
    event_key: String,
    /// For whom.
    #[schema(examples("ada"))]
    user_id: String,
    /// Why.
    kind: Kind,
    /// Whether somebody must still look at it.
    state: State,
    /// What the event is in conflict with.
    with: Opponent,
    /// Where they first meet; absent when it is not about time.
    #[serde(skip_serializing_if = "Option::is_none")]
    overlap: Option<Overlap>,
    /// How it was resolved.
    #[serde(skip_serializing_if = "Option::is_none")]
    resolution: Option<How>,
    /// When it was resolved.
    #[serde(skip_serializing_if = "Option::is_none")]
    resolved_at: Option<Timestamp>,
    /// When it was found.
    opened_at: Timestamp,
    /// When it last changed.
    updated_at: Timestamp,
}

words! {
    /// Why a conflict is one. `overlap`: something else came to lie over the event, or the application put the event over
    /// something else. `moved_into_conflict`: a person moved the event there. `competing_edit`: a person's edit and the
    /// application's meet, or somebody is asked what becomes of an edit. `outside_hours`: the event is not all within the
    /// person's working hours. `calendar_lost`: the calendar that shows the event is gone.
    #[schema(as = ConflictKind)]
    Kind of core::ConflictKind { Overlap, MovedIntoConflict, CompetingEdit, OutsideHours, CalendarLost }

    /// How a conflict was resolved. `gone`: by itself.
    #[schema(as = ConflictResolution)]
    How of Resolution { Gone, Moved, KeptBoth, CancelledOurs, UndidTheirs, KeptTheirs }
}

/// Whether a conflict is still to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ConflictState)]
pub(crate) enum State {
    /// It is.
    Open,
    /// It has gone by itself, or somebody has resolved it.
    Resolved,
}

/// What an event is in conflict with.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ConflictOpponent)]
struct Opponent {
    /// What sort of thing.
    #[serde(rename = "type")]
    sort: Sort,
    /// Its id; working hours and the application's own events have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Uuid>,
    /// The application's name for its event.
    #[serde(skip_serializing_if = "Option::is_none")]
    event_key: Option<String>,
}

/// What sort of thing an event is in conflict with. `event`: another of the application's events; of the two, the one that was
/// made later has the conflict. `edit`: what a person did to the event on their calendar.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ConflictOpponentType)]
enum Sort {
    ExternalEvent,
    Event,
    Block,
    WorkingHours,
    Edit,
    Calendar,
}

/// Where two things meet.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Overlap {
    /// First instant that they share; of working hours, that is outside.
    start: Timestamp,
    /// First instant after it.
    end: Timestamp,
    /// How often they meet, as far as calendars are covered; more than once for series.
    times: u32,
}

impl From<conflicts::Conflict> for Conflict {
    fn from(conflict: conflicts::Conflict) -> Self {
        let state = match conflict.resolved {
            None => State::Open,
            Some(_) => State::Resolved,
        };
        let (resolution, resolved_at) = conflict.resolved.unzip();
        Self {
            id: conflict.id.0,
            event_key: conflict.key.to_string(),
            user_id: conflict.user.to_string(),
            kind: conflict.kind.into(),
            state,
            with: conflict.with.into(),
            overlap: conflict.overlap.map(Into::into),
            resolution: resolution.map(Into::into),
            resolved_at,
            opened_at: conflict.opened_at,
            updated_at: conflict.updated_at,
        }
    }
}

impl From<With> for Opponent {
    fn from(with: With) -> Self {
        let (sort, id, event_key) = match with {
            With::External(id) => (Sort::ExternalEvent, Some(id.0), None),
            With::Event(key) => (Sort::Event, None, key.map(|key| key.to_string())),
            With::Block(id) => (Sort::Block, Some(id.0), None),
            With::Hours => (Sort::WorkingHours, None, None),
            With::Edit(id) => (Sort::Edit, Some(id.0), None),
            With::Calendar(id) => (Sort::Calendar, Some(id.0), None),
        };
        Self { sort, id, event_key }
    }
}

impl From<core::Overlap> for Overlap {
    fn from(overlap: core::Overlap) -> Self {
        Self {
            start: overlap.first.start(),
            end: overlap.first.end(),
            times: overlap.times,
        }
    }
}
