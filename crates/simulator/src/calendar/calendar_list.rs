//! `calendarList.list` and `calendarList.get`.

use axum::{
    extract::{Path, State},
    response::Response,
};
use http::StatusCode;
use serde_json::{Value, json};

use super::default_reminders;
use crate::{
    directory::{AccessRole, Directory, ListEntry, User},
    google::{self, Call, GoogleError, Method, Position, if_none_match},
    state::Sim,
};

/// Background colors by `colorId`, as `colors.get` lists them; the foreground is always black.
const COLORS: [&str; 24] = [
    "#ac725e", "#d06b64", "#f83a22", "#fa573c", "#ff7537", "#ffad46", "#42d692", "#16a765", "#7bd148",
    "#b3dc6c", "#fbe983", "#fad165", "#92e1c0", "#9fe1e7", "#9fc6e7", "#4986e7", "#9a9cff", "#b99aff",
    "#c2c2c2", "#cabdbf", "#cca6ac", "#f691b2", "#cd74e6", "#a47ae2",
];

/// The person's calendars.
pub(crate) async fn list(State(sim): State<Sim>, call: Call) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::CalendarListList)?;
    let directory = sim.directory();
    let user = directory.user(&caller.email).ok_or_else(GoogleError::not_found)?;
    let query = &call.query;
    let since = since(&sim, &call, user)?;
    let size = query
        .size("maxResults", 100, 250)?
        .min(call.knobs.page_size.unwrap_or(usize::MAX));
    let min_role = match query.text("minAccessRole") {
        None => None,
        Some(name) => Some(
            AccessRole::named(name)
                .ok_or_else(|| GoogleError::parameter("minAccessRole", &format!("Invalid value: {name}")))?,
        ),
    };
    let deleted = since.is_some() || query.flag("showDeleted")?.unwrap_or(false);
    let hidden = since.is_some() || query.flag("showHidden")?.unwrap_or(false);
    let shown = |entry: &&ListEntry, role: Option<AccessRole>| {
        (deleted || !gone(entry, role))
            && (hidden || !entry.hidden)
            && entry.revision > since.unwrap_or(0)
            && (min_role.is_none() || role >= min_role)
    };
    let page_question = format!(
        "calendarList page {} {}",
        user.email,
        query.without(&["pageToken", "maxResults", "fields"])
    );
    let from = match query.text("pageToken") {
        None => 0,
        Some(token) => match sim.tokens().read(token, &page_question) {
            Ok(Position::Log { revision, .. }) => revision,
            _ => return Err(GoogleError::bad_page_token()),
        },
    };
    let mut entries: Vec<&ListEntry> = user.list.iter().filter(|entry| entry.revision >= from).collect();
    entries.retain(|entry| shown(entry, role_of(&directory, user, entry)));
    entries.sort_by_key(|entry| entry.revision);
    let rest = entries.split_off(size.min(entries.len()));
    let items: Vec<Value> = entries
        .into_iter()
        .map(|entry| write(&directory, user, entry))
        .collect();
    let mut body = json!({"kind": "calendar#calendarList", "etag": format!("\"p{:x}0g\"", user.list_revision),
        "items": items});
    if let Some(next) = rest.first() {
        let position = Position::Log {
            revision: next.revision,
            skip: 0,
            snapshot: user.list_revision,
        };
        body["nextPageToken"] = sim.tokens().write(&position, &page_question).into();
    } else {
        let position = Position::Sync {
            revision: user.list_revision,
            epoch: user.list_epoch,
            given: sim.now().as_second(),
        };
        body["nextSyncToken"] = sim.tokens().write(&position, &sync_question(user)).into();
    }
    Ok(google::json(StatusCode::OK, &body))
}

/// One calendar of the list; `primary` is the person's own.
pub(crate) async fn get(
    State(sim): State<Sim>,
    call: Call,
    Path(calendar): Path<String>,
) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::CalendarListGet)?;
    let directory = sim.directory();
    let user = directory.user(&caller.email).ok_or_else(GoogleError::not_found)?;
    let id = if calendar == "primary" {
        &user.email
    } else {
        &calendar
    };
    let entry = user.list.iter().find(|entry| entry.calendar == *id);
    let entry = entry
        .filter(|entry| !gone(entry, role_of(&directory, user, entry)))
        .ok_or_else(GoogleError::not_found)?;
    let body = write(&directory, user, entry);
    let unchanged = if_none_match(&call.headers, body["etag"].as_str().unwrap_or_default());
    Ok(unchanged.unwrap_or_else(|| google::json(StatusCode::OK, &body)))
}

/// The revision that a sync token stands for.
fn since(sim: &Sim, call: &Call, user: &User) -> Result<Option<u64>, GoogleError> {
    let query = &call.query;
    let Some(token) = query.text("syncToken") else {
        return Ok(None);
    };
    if let Some(name) = ["minAccessRole", "showOwnOrganizationOnly"]
        .into_iter()
        .find(|name| query.has(name))
    {
        return Err(GoogleError::token_with(name));
    }
    for name in ["showDeleted", "showHidden"] {
        if query.flag(name)? == Some(false) {
            return Err(GoogleError::token_with(name));
        }
    }
    match sim.tokens().read(token, &sync_question(user)) {
        Ok(Position::Sync { revision, epoch, .. }) if epoch == user.list_epoch => Ok(Some(revision)),
        Ok(Position::Sync { .. }) => Err(GoogleError::full_sync_required()),
        _ => Err(GoogleError::bad_sync_token()),
    }
}

fn sync_question(user: &User) -> String {
    format!("calendarList sync {}", user.email)
}

fn role_of(directory: &Directory, user: &User, entry: &ListEntry) -> Option<AccessRole> {
    directory.calendar(&entry.calendar)?.role_of(&user.email)
}

/// Taken off the list, or no longer shared.
fn gone(entry: &ListEntry, role: Option<AccessRole>) -> bool {
    entry.deleted || role.is_none()
}

fn write(directory: &Directory, user: &User, entry: &ListEntry) -> Value {
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
