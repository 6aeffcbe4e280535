//! An event on the wire.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use jiff::Timestamp;
use kalends_engine::events;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    body::EventBody,
    exception::Exception,
    link::{Link, SyncStatus},
};
use crate::extract::{Json, etag};

/// An event of the application with what became of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(examples(json!({
    "key": "lesson-17", "id": "01982f6e-7d20-7e33-a2b4-5f1c0d9e8b76", "version": 1,
    "title": "Piano lesson", "start": "2026-12-01T10:00:00Z", "end": "2026-12-01T11:00:00Z", "timeZone": "Europe/London",
    "people": [{"userId": "ada", "role": "organizer"}],
    "syncStatus": "synced", "syncedAt": "2026-11-20T09:00:01Z", "hasConflict": false,
    "links": [{
        "id": "01982f6e-7d21-7b10-9c55-2a8f3e6d1c04", "userId": "ada",
        "calendarId": "01982f6e-5c00-7a41-8a5e-7d0f3c1b2a90", "connectionId": "01982f6e-5bf0-7f02-b1c3-9e4d2a7f6015",
        "provider": "google", "status": "synced", "off": false, "hasConflict": false, "responses": [],
        "page": "https://www.google.com/calendar/event?eid=b3Zlcm", "syncedAt": "2026-11-20T09:00:01Z"
    }],
    "createdAt": "2026-11-20T09:00:00Z", "updatedAt": "2026-11-20T09:00:00Z"
})))]
pub(crate) struct Event {
    /// The application's own name for it.
    #[schema(examples("lesson-17"))]
    key: String,
    /// Its id.
    id: Uuid,
    /// Counts its changes, from 1; also in the header `ETag`.
    version: i64,
    #[serde(flatten)]
    wanted: EventBody,
    /// The times of a series that differ from the others, by the start that its rule gives them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    exceptions: Vec<Exception>,
    /// How it stands on calendars, which is how the worst of its links does; absent when it belongs on none.
    #[serde(skip_serializing_if = "Option::is_none")]
    sync_status: Option<SyncStatus>,
    /// When one of its calendars last showed what is wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    synced_at: Option<Timestamp>,
    /// The code of the failure of one of its links.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<String>,
    /// Whether one of its people must look at a conflict; see the conflicts.
    has_conflict: bool,
    /// The event on calendars.
    links: Vec<Link>,
    /// When it was first put.
    created_at: Timestamp,
    /// When it last changed.
    updated_at: Timestamp,
}

/// The answer with one event, whose version is its `ETag`.
#[derive(Debug)]
pub(crate) struct Answered(pub(crate) StatusCode, pub(crate) Box<Event>);

impl IntoResponse for Answered {
    fn into_response(self) -> Response {
        let Self(status, event) = self;
        let tag = HeaderValue::try_from(etag(event.version)).ok();
        let mut response = (status, Json(event)).into_response();
        response.headers_mut().extend(tag.map(|tag| (header::ETAG, tag)));
        response
    }
}

impl From<events::Event> for Event {
    fn from(mut event: events::Event) -> Self {
        let exceptions = std::mem::take(&mut event.wanted.exceptions);
        Self {
            key: event.key.to_string(),
            id: event.id.0,
            version: event.version,
            wanted: event.wanted.into(),
            exceptions: exceptions.into_iter().map(Into::into).collect(),
            sync_status: event.sync_status.map(Into::into),
            synced_at: event.synced_at,
            last_error: event.last_error,
            has_conflict: event.has_conflict,
            links: event.links.into_iter().map(Into::into).collect(),
            created_at: event.created_at,
            updated_at: event.updated_at,
        }
    }
}
