//! Holds: time that is taken tentatively, for a while.

mod confirm;
mod delete;
mod extend;
mod get;
mod list;
mod place;

use jiff::{SignedDuration, Timestamp};
use kalends_engine::holds;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::events::{body::EventBody, link::Link};
use crate::{layers::idempotent, state::AppState, words::words};

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(idempotent(routes!(place::place_hold)))
        .routes(routes!(list::list_holds))
        .routes(routes!(get::get_hold, delete::delete_hold))
        .routes(idempotent(routes!(confirm::confirm_hold)))
        .routes(idempotent(routes!(extend::extend_hold)))
}

/// Time that is taken tentatively.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(examples(json!({
    "id": "01982f6e-7d20-7e33-a2b4-5f1c0d9e8b76", "key": "cart-5", "state": "placed", "expiresAt": "2026-11-20T10:15:00Z",
    "event": {
        "title": "Piano lesson", "start": "2026-12-01T10:00:00Z", "end": "2026-12-01T11:00:00Z", "timeZone": "Europe/London",
        "people": [{"userId": "ada", "role": "organizer"}], "status": "tentative"
    },
    "links": [], "createdAt": "2026-11-20T10:00:00Z", "updatedAt": "2026-11-20T10:00:00Z"
})))]
pub(crate) struct Hold {
    /// Its id.
    id: Uuid,
    /// The application's own name for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("cart-5"))]
    key: Option<String>,
    /// Where it is in its life.
    state: State,
    /// When it runs out.
    expires_at: Timestamp,
    /// What is held.
    event: EventBody,
    /// The key of the event that came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    event_key: Option<String>,
    /// It on calendars.
    links: Vec<Link>,
    /// When it was placed.
    created_at: Timestamp,
    /// When it last changed.
    updated_at: Timestamp,
}

words! {
    /// `placed`: it takes time until it runs out. `confirmed`: it is an event. `released`: it was given up. `expired`: it ran out.
    #[schema(as = HoldState)]
    State of holds::HoldState { Placed, Confirmed, Released, Expired }
}

impl From<holds::Hold> for Hold {
    fn from(hold: holds::Hold) -> Self {
        Self {
            id: hold.id.0,
            key: hold.key.map(|key| key.to_string()),
            state: hold.state.into(),
            expires_at: hold.expires_at,
            event: hold.wanted.into(),
            event_key: hold.event_key.map(|key| key.to_string()),
            links: hold.links.into_iter().map(Into::into).collect(),
            created_at: hold.created_at,
            updated_at: hold.updated_at,
        }
    }
}

/// How long a hold is to last.
fn ttl(seconds: Option<u32>) -> SignedDuration {
    seconds.map_or(holds::USUAL_TTL, |seconds| {
        SignedDuration::from_secs(i64::from(seconds))
    })
}
