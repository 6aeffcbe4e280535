//! An entry of `calendarList` as it goes over the wire (discovery document of Calendar v3, schema `CalendarListEntry`).

use serde_json::{Value, json};

use super::{body::etag, colors, default_reminders};
use crate::directory::{Directory, ListEntry, Notification, NotificationKind, NotificationMethod, User};

/// The entry; of a calendar that is no longer shared only a tombstone.
pub(super) fn write(directory: &Directory, user: &User, entry: &ListEntry) -> Value {
    let etag = etag(entry.version_us);
    let calendar = directory.calendar(&entry.calendar);
    let Some((calendar, role)) =
        calendar.and_then(|calendar| Some((calendar, calendar.role_of(&user.email)?)))
    else {
        return json!({"kind": "calendar#calendarListEntry", "etag": etag, "id": entry.calendar, "deleted": true});
    };
    let mut body = json!({
        "kind": "calendar#calendarListEntry", "etag": etag, "id": calendar.id, "summary": calendar.summary,
        "timeZone": calendar.zone.name(), "colorId": entry.color_id, "backgroundColor": background(entry),
        "foregroundColor": entry.foreground.as_deref().unwrap_or("#000000"),
        "accessRole": role.name(),
        "defaultReminders": default_reminders(directory, &user.email, calendar),
        "conferenceProperties": {"allowedConferenceSolutionTypes": directory.conferences.solutions(&calendar.id)},
    });
    let flags = [
        ("selected", entry.selected),
        ("hidden", entry.hidden),
        ("deleted", entry.deleted),
        ("primary", calendar.id == user.email),
    ];
    for (name, _) in flags.into_iter().filter(|(_, set)| *set) {
        body[name] = true.into();
    }
    let texts = [
        ("description", &calendar.description),
        ("location", &calendar.location),
        ("summaryOverride", &entry.summary_override),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            body[name] = text.as_str().into();
        }
    }
    if let Some(notifications) = notifications(user, entry) {
        body["notificationSettings"] = json!({"notifications": notifications});
    }
    if !calendar.is_primary() && calendar.owner.contains('@') {
        body["dataOwner"] = calendar.owner.as_str().into();
    }
    body
}

/// What the person chose, else what everybody begins with on their own calendar.
fn notifications(user: &User, entry: &ListEntry) -> Option<Vec<Notification>> {
    use NotificationKind::{EventCancellation, EventChange, EventCreation, EventResponse};
    let method = NotificationMethod::Email;
    match &entry.notifications {
        Some(chosen) => Some(chosen.clone()),
        None if entry.calendar == user.email => {
            let kinds = [EventCreation, EventChange, EventCancellation, EventResponse];
            Some(kinds.map(|kind| Notification { kind, method }).to_vec())
        }
        None => None,
    }
}

fn background(entry: &ListEntry) -> &str {
    let of_palette = || colors::background(&entry.color_id).or(colors::background("14"));
    entry
        .background
        .as_deref()
        .or_else(of_palette)
        .unwrap_or_default()
}
