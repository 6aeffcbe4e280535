//! The tenant's feed of changes: reading it, and the entries that this crate writes.
//!
//! To add a type, add a function here that makes its entry; whoever causes it puts the entry among the effects of the
//! commit that makes it true.

mod conflicts;
mod holds;
mod list;

use kalends_core::{
    event::{EventKey, Field},
    external_event::{EventStatus, Response},
    provider::ProviderKind,
    time::{CalendarId, ConnectionId, EventEditId, UserId},
};
use kalends_store::NewChange;
use serde_json::json;

pub(crate) use conflicts::{Told, conflict_detected, conflict_resolved, conflict_updated};
pub(crate) use holds::{hold_confirmed, hold_expired, hold_extended, hold_placed, hold_released};
pub use list::{Change, ChangeError, Changes, list};

pub(crate) fn connection_created(user: &UserId, id: ConnectionId, provider: ProviderKind) -> NewChange {
    connection(
        "connection.created",
        user,
        id,
        json!({ "provider": provider.as_str() }),
    )
}

pub(crate) fn connection_updated(user: &UserId, id: ConnectionId, provider: ProviderKind) -> NewChange {
    connection(
        "connection.updated",
        user,
        id,
        json!({ "provider": provider.as_str() }),
    )
}

pub(crate) fn connection_recovered(user: &UserId, id: ConnectionId, provider: ProviderKind) -> NewChange {
    connection(
        "connection.recovered",
        user,
        id,
        json!({ "provider": provider.as_str() }),
    )
}

pub(crate) fn connection_degraded(user: &UserId, id: ConnectionId, reason: &str) -> NewChange {
    connection("connection.degraded", user, id, json!({ "reason": reason }))
}

pub(crate) fn connection_reauth_required(user: &UserId, id: ConnectionId, reason: &str) -> NewChange {
    connection(
        "connection.reauth_required",
        user,
        id,
        json!({ "reason": reason }),
    )
}

pub(crate) fn connection_disconnected(user: &UserId, id: ConnectionId) -> NewChange {
    connection("connection.disconnected", user, id, json!({}))
}

pub(crate) fn calendar_added(user: &UserId, connection: ConnectionId, id: CalendarId) -> NewChange {
    calendar("calendar.added", user, connection, id, json!({}))
}

pub(crate) fn calendar_updated(user: &UserId, connection: ConnectionId, id: CalendarId) -> NewChange {
    calendar("calendar.updated", user, connection, id, json!({}))
}

pub(crate) fn calendar_removed(user: &UserId, connection: ConnectionId, id: CalendarId) -> NewChange {
    calendar("calendar.removed", user, connection, id, json!({}))
}

pub(crate) fn calendar_lost(user: &UserId, connection: ConnectionId, id: CalendarId) -> NewChange {
    calendar("calendar.lost", user, connection, id, json!({}))
}

pub(crate) fn calendar_synced(user: &UserId, connection: ConnectionId, id: CalendarId) -> NewChange {
    calendar("calendar.synced", user, connection, id, json!({}))
}

pub(crate) fn calendar_sync_failed(
    user: &UserId,
    connection: ConnectionId,
    id: CalendarId,
    error: &str,
) -> NewChange {
    calendar(
        "calendar.sync_failed",
        user,
        connection,
        id,
        json!({ "error": error }),
    )
}

/// The application made an event; the user is its organizer.
pub(crate) fn event_created(user: Option<&UserId>, key: &EventKey, status: EventStatus) -> NewChange {
    event(
        "event.created",
        user,
        key,
        json!({ "version": 1, "status": status_word(status) }),
    )
}

/// The application changed these fields.
pub(crate) fn event_updated(
    user: Option<&UserId>,
    key: &EventKey,
    version: i64,
    fields: &[&str],
) -> NewChange {
    event(
        "event.updated",
        user,
        key,
        json!({ "version": version, "fields": fields }),
    )
}

/// The application cancelled an event, and perhaps changed other fields with it.
pub(crate) fn event_cancelled(
    user: Option<&UserId>,
    key: &EventKey,
    version: i64,
    fields: &[&str],
) -> NewChange {
    event(
        "event.cancelled",
        user,
        key,
        json!({ "version": version, "fields": fields }),
    )
}

/// A decision over what a person did that was taken back.
#[derive(Clone, Copy)]
pub(crate) struct Undoing<'a> {
    /// What they did.
    pub(crate) edit: EventEditId,
    /// The event's version.
    pub(crate) version: i64,
    /// The fields that are as they were.
    pub(crate) fields: &'a [Field],
    /// Those that somebody changed since.
    pub(crate) changed_since: &'a [Field],
}

/// A decision over what the user did was taken back.
pub(crate) fn event_undone(user: &UserId, key: &EventKey, undoing: Undoing<'_>) -> NewChange {
    let words = |fields: &[Field]| -> Vec<&str> { fields.iter().map(|field| field.as_str()).collect() };
    let data = json!({
        "editId": undoing.edit.to_string(),
        "version": undoing.version,
        "fields": words(undoing.fields),
        "changedSince": words(undoing.changed_since),
    });
    event("event.undone", Some(user), key, data)
}

/// Entries about events name them by the application's key.
pub(crate) fn event(
    kind: &'static str,
    user: Option<&UserId>,
    key: &EventKey,
    data: serde_json::Value,
) -> NewChange {
    NewChange {
        kind,
        user: user.cloned(),
        subject: key.to_string(),
        data,
    }
}

/// The API's word for whether an event takes place.
pub(crate) const fn status_word(status: EventStatus) -> &'static str {
    match status {
        EventStatus::Confirmed => "confirmed",
        EventStatus::Tentative => "tentative",
        EventStatus::Cancelled => "cancelled",
    }
}

/// The API's word for an attendee's answer.
pub(crate) const fn response_word(response: Response) -> &'static str {
    match response {
        Response::NeedsAction => "needs_action",
        Response::Accepted => "accepted",
        Response::Tentative => "tentative",
        Response::Declined => "declined",
    }
}

fn connection(kind: &'static str, user: &UserId, id: ConnectionId, data: serde_json::Value) -> NewChange {
    NewChange {
        kind,
        user: Some(user.clone()),
        subject: id.to_string(),
        data,
    }
}

/// Entries about a calendar name its connection besides.
fn calendar(
    kind: &'static str,
    user: &UserId,
    connection: ConnectionId,
    id: CalendarId,
    mut data: serde_json::Value,
) -> NewChange {
    data["connectionId"] = json!(connection.to_string());
    NewChange {
        kind,
        user: Some(user.clone()),
        subject: id.to_string(),
        data,
    }
}
