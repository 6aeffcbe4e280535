//! Entries about holds: the subject is the hold's id, the user the organizer.

use jiff::Timestamp;
use kalends_core::{
    event::EventKey,
    time::{EventId, UserId},
};
use kalends_store::NewChange;
use serde_json::{Value, json};

pub(crate) fn hold_placed(
    user: Option<&UserId>,
    id: EventId,
    (key, expires_at): (Option<&EventKey>, Timestamp),
) -> NewChange {
    let key = key.map(EventKey::as_str);
    hold(
        "hold.placed",
        user,
        id,
        json!({ "key": key, "expiresAt": expires_at.to_string() }),
    )
}

pub(crate) fn hold_extended(user: Option<&UserId>, id: EventId, expires_at: Timestamp) -> NewChange {
    hold(
        "hold.extended",
        user,
        id,
        json!({ "expiresAt": expires_at.to_string() }),
    )
}

/// The hold is the event of that key from now on.
pub(crate) fn hold_confirmed(user: Option<&UserId>, id: EventId, key: &EventKey, version: i64) -> NewChange {
    let data = json!({ "eventKey": key.as_str(), "version": version });
    hold("hold.confirmed", user, id, data)
}

pub(crate) fn hold_released(user: Option<&UserId>, id: EventId) -> NewChange {
    hold("hold.released", user, id, json!({}))
}

pub(crate) fn hold_expired(user: Option<&UserId>, id: EventId) -> NewChange {
    hold("hold.expired", user, id, json!({}))
}

fn hold(kind: &'static str, user: Option<&UserId>, id: EventId, data: Value) -> NewChange {
    NewChange {
        kind,
        user: user.cloned(),
        subject: id.to_string(),
        data,
    }
}
