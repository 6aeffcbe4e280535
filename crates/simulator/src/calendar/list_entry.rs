//! An entry of `calendarList` as it goes over the wire (discovery document of Calendar v3, schema `CalendarListEntry`).

use serde_json::{Value, json};

use super::default_reminders;
use crate::directory::{Directory, ListEntry, User};

/// Background colors by `colorId`, as `colors.get` lists them; the foreground is always black.
const COLORS: [&str; 24] = [
    "#ac725e", "#d06b64", "#f83a22", "#fa573c", "#ff7537", "#ffad46", "#42d692", "#16a765", "#7bd148",
    "#b3dc6c", "#fbe983", "#fad165", "#92e1c0", "#9fe1e7", "#9fc6e7", "#4986e7", "#9a9cff", "#b99aff",
    "#c2c2c2", "#cabdbf", "#cca6ac", "#f691b2", "#cd74e6", "#a47ae2",
];

/// The entry; of a calendar that is no longer shared only a tombstone.
pub(super) fn write(directory: &Directory, user: &User, entry: &ListEntry) -> Value {
    let etag = format!("\"{}\"", i128::from(entry.version_us) * 2);
    let calendar = directory.calendar(&entry.calendar);
    let Some((calendar, role)) =
        calendar.and_then(|calendar| Some((calendar, calendar.role_of(&user.email)?)))
    else {
        return json!({"kind": "calendar#calendarListEntry", "etag": etag, "id": entry.calendar, "deleted": true});
    };
    let mut body = json!({
        "kind": "calendar#calendarListEntry", "etag": etag, "id": calendar.id, "summary": calendar.summary,
        "timeZone": calendar.zone.name(), "colorId": entry.color_id, "backgroundColor": background(&entry.color_id),
        "foregroundColor": "#000000", "accessRole": role.name(),
        "defaultReminders": default_reminders(calendar, role),
        "conferenceProperties": {"allowedConferenceSolutionTypes": ["hangoutsMeet"]},
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
    if calendar.id == user.email {
        let kinds = [
            "eventCreation",
            "eventChange",
            "eventCancellation",
            "eventResponse",
        ];
        let settings = kinds.map(|kind| json!({"type": kind, "method": "email"}));
        body["notificationSettings"] = json!({"notifications": settings});
    } else if !calendar.is_primary() && calendar.owner.contains('@') {
        body["dataOwner"] = calendar.owner.as_str().into();
    }
    body
}

fn background(color_id: &str) -> &'static str {
    let index = color_id.parse::<usize>().unwrap_or(14).saturating_sub(1);
    COLORS.get(index).copied().unwrap_or(COLORS[13])
}
