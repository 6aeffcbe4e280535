//! An event on one calendar, on the wire.

use jiff::Timestamp;
use kalends_core::{sync::push, time::UserId};
use kalends_engine::events;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::words::{Provider, Response, words};

/// An event on one calendar.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EventLink)]
pub(crate) struct Link {
    /// Its id.
    id: Uuid,
    /// Whose calendar it is.
    #[schema(value_type = String, examples("ada"))]
    user_id: String,
    /// The calendar.
    calendar_id: Uuid,
    /// The connection that lists it.
    connection_id: Uuid,
    /// Who holds it.
    provider: Provider,
    /// How far the calendar is.
    status: SyncStatus,
    /// Why it is blocked, for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("needs_consent"))]
    reason: Option<&'static str>,
    /// What to tell its person, when they can do something about it or wonder.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("Allow changes to your calendar to see your events there."))]
    message: Option<&'static str>,
    /// Whether it was taken off this calendar by hand, and stays off until it is restored.
    off: bool,
    /// Whether its person must look at a conflict.
    has_conflict: bool,
    /// The provider's page of the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<String>,
    /// Its meeting link; absent when it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    meeting: Option<Meeting>,
    /// What its attendees answered.
    responses: Vec<AttendeeResponse>,
    /// When the calendar last showed what is wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    synced_at: Option<Timestamp>,
    /// The code of the last failure since.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<String>,
}

words! {
    /// How far a calendar is: something is to be sent; it shows what is wanted; sending was given up for now; the event is off
    /// it; or the provider does not take it until something changes.
    #[schema(as = EventSyncStatus)]
    SyncStatus of events::LinkStatus { Pending, Synced, Failed, Removed, Blocked }
}

/// A meeting link.
#[derive(Debug, Serialize, ToSchema)]
struct Meeting {
    /// How far it is.
    status: MeetingStatus,
    /// Its address, when it is ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

/// How far a meeting link is.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum MeetingStatus {
    /// The provider is making it.
    Pending,
    /// It is there.
    Ready,
    /// The provider could not make it.
    Failed,
}

/// What an attendee answered.
#[derive(Debug, Serialize, ToSchema)]
struct AttendeeResponse {
    /// Who.
    #[schema(examples("eve@example.com"))]
    email: String,
    /// What.
    response: Response,
}

impl From<events::Link> for Link {
    fn from(link: events::Link) -> Self {
        Self {
            id: link.id.0,
            message: link.advice(),
            reason: link.refusal.map(push::Refusal::code),
            user_id: UserId::as_str(&link.user).to_owned(),
            calendar_id: link.calendar.0,
            connection_id: link.connection.0,
            provider: link.provider.into(),
            status: link.status.into(),
            off: link.is_off,
            has_conflict: link.has_conflict,
            page: link.page,
            meeting: meeting(link.meeting),
            responses: link
                .answers
                .into_iter()
                .map(|(email, answer)| AttendeeResponse {
                    email,
                    response: answer.into(),
                })
                .collect(),
            synced_at: link.synced_at,
            last_error: link.last_error,
        }
    }
}

fn meeting(meeting: push::Meeting) -> Option<Meeting> {
    let (status, url) = match meeting {
        push::Meeting::Absent => return None,
        push::Meeting::Pending => (MeetingStatus::Pending, None),
        push::Meeting::Ready(url) => (MeetingStatus::Ready, Some(url)),
        push::Meeting::Failed => (MeetingStatus::Failed, None),
    };
    Some(Meeting { status, url })
}
