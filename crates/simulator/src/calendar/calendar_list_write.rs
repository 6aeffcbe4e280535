//! `calendarList.insert`, `patch`, `update` and `delete`: what a person sees of a calendar, and whether.

use axum::{
    body::Bytes,
    extract::{Path, State},
    response::{IntoResponse as _, Response},
};
use http::StatusCode;
use serde_json::{Map, Value};

use super::{
    body::{etag, object},
    colors,
    list_entry::write,
};
use crate::{
    directory::{Directory, ListEntry, Notification},
    events::Reminder,
    google::{self, Call, Caller, GoogleError, Method, precondition},
    state::Sim,
};

/// Puts a calendar that exists on the caller's list.
pub(crate) async fn insert(State(sim): State<Sim>, call: Call, body: Bytes) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::CalendarListInsert)?;
    let members = object(&body)?;
    let id = match members.get("id") {
        Some(Value::String(id)) if !id.is_empty() => id.clone(),
        _ => return Err(GoogleError::bad("required", "Missing calendar identifier.")),
    };
    put(&sim, &call, &caller, &id, Known::OrNew, |old| {
        apply(old, &members, &call)
    })
}

/// Changes what the body names.
pub(crate) async fn patch(
    State(sim): State<Sim>,
    call: Call,
    Path(calendar): Path<String>,
    body: Bytes,
) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::CalendarListPatch)?;
    let members = object(&body)?;
    put(&sim, &call, &caller, &calendar, Known::Only, |old| {
        apply(old, &members, &call)
    })
}

/// Replaces what the person may choose; what the body leaves out is reset.
pub(crate) async fn update(
    State(sim): State<Sim>,
    call: Call,
    Path(calendar): Path<String>,
    body: Bytes,
) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::CalendarListUpdate)?;
    let members = object(&body)?;
    put(&sim, &call, &caller, &calendar, Known::Only, |old| {
        let bare = ListEntry {
            selected: false,
            ..ListEntry::new(&old.calendar, old.version_us)
        };
        apply(bare, &members, &call)
    })
}

/// Takes a calendar off the caller's list; the calendar itself stays.
pub(crate) async fn delete(
    State(sim): State<Sim>,
    call: Call,
    Path(calendar): Path<String>,
) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::CalendarListDelete)?;
    put(&sim, &call, &caller, &calendar, Known::Only, |old| {
        if *old.calendar == *caller.email {
            return Err(GoogleError::new(
                StatusCode::FORBIDDEN,
                "calendar",
                "cannotChangeOwnPrimarySubscription",
                "Cannot change the subscription to one's own primary calendar.",
            ));
        }
        Ok(ListEntry { deleted: true, ..old })
    })?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Whether the calendar must be on the list already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    Only,
    OrNew,
}

fn put(
    sim: &Sim,
    call: &Call,
    caller: &Caller,
    id: &str,
    known: Known,
    change: impl FnOnce(ListEntry) -> Result<ListEntry, GoogleError>,
) -> Result<Response, GoogleError> {
    let now = sim.now();
    let mut directory = sim.directory_mut();
    let id = if id == "primary" { &*caller.email } else { id };
    let visible = directory
        .calendar(id)
        .and_then(|calendar| calendar.role_of(&caller.email));
    visible.ok_or_else(GoogleError::not_found)?;
    let version_us = directory.next_version(now);
    let listed = listed(&directory, caller, id);
    let old = match (listed, known) {
        (Some(entry), _) => {
            precondition(&call.headers, &etag(entry.version_us))?;
            entry.clone()
        }
        (None, Known::OrNew) => ListEntry::new(id, version_us),
        (None, Known::Only) => return Err(GoogleError::not_found()),
    };
    let new = ListEntry {
        version_us,
        ..change(old)?
    };
    if let Some(user) = directory.user_mut(&caller.email) {
        user.set_entry(new.clone());
    }
    let user = directory.user(&caller.email).ok_or_else(GoogleError::not_found)?;
    Ok(google::json(StatusCode::OK, &write(&directory, user, &new)))
}

fn listed<'a>(directory: &'a Directory, caller: &Caller, id: &str) -> Option<&'a ListEntry> {
    let list = &directory.user(&caller.email)?.list;
    list.iter().find(|entry| entry.calendar == id && !entry.deleted)
}

/// The entry with what the body says of it.
fn apply(mut entry: ListEntry, members: &Map<String, Value>, call: &Call) -> Result<ListEntry, GoogleError> {
    entry.deleted = false;
    let given = |name: &str| members.get(name).map(|value| (!value.is_null()).then_some(value));
    if let Some(value) = given("summaryOverride") {
        entry.summary_override = value.map(|value| text("summaryOverride", value)).transpose()?;
        entry.summary_override = entry.summary_override.filter(|text| !text.is_empty());
    }
    if let Some(value) = given("selected") {
        entry.selected = value.map_or(Ok(false), |value| flag("selected", value))?;
    }
    if let Some(value) = given("hidden") {
        entry.hidden = value.map_or(Ok(false), |value| flag("hidden", value))?;
        // What is hidden is not shown either.
        entry.selected &= !entry.hidden;
    }
    if call.query.flag("colorRgbFormat")?.unwrap_or(false) {
        for (name, part) in [
            ("backgroundColor", &mut entry.background),
            ("foregroundColor", &mut entry.foreground),
        ] {
            if let Some(value) = given(name) {
                *part = value.map(|value| color(name, value)).transpose()?;
            }
        }
        if let Some(id) = entry.background.as_deref().and_then(colors::nearest) {
            entry.color_id = id;
        }
    } else if let Some(Some(value)) = given("colorId") {
        let id = text("colorId", value)?;
        if colors::background(&id).is_none() {
            return Err(GoogleError::bad("invalid", "Invalid calendar color id."));
        }
        (entry.color_id, entry.background, entry.foreground) = (id, None, None);
    }
    if let Some(value) = given("defaultReminders") {
        entry.reminders = value.map(reminders).transpose()?;
    }
    if let Some(value) = given("notificationSettings") {
        entry.notifications = value.map(notifications).transpose()?;
    }
    Ok(entry)
}

fn reminders(value: &Value) -> Result<Vec<Reminder>, GoogleError> {
    let reminders: Vec<Reminder> = read("defaultReminders", value)?;
    if reminders.len() > 5 || reminders.iter().any(|one| !(0..=40_320).contains(&one.minutes)) {
        let message = "At most 5 default reminders of 0 to 40320 minutes are allowed.";
        return Err(GoogleError::bad("invalid", message));
    }
    Ok(reminders)
}

fn notifications(value: &Value) -> Result<Vec<Notification>, GoogleError> {
    read(
        "notificationSettings",
        value.get("notifications").unwrap_or(&Value::Array(Vec::new())),
    )
}

fn text(name: &str, value: &Value) -> Result<String, GoogleError> {
    value.as_str().map(str::to_owned).ok_or_else(|| invalid(name))
}

fn flag(name: &str, value: &Value) -> Result<bool, GoogleError> {
    value.as_bool().ok_or_else(|| invalid(name))
}

fn color(name: &str, value: &Value) -> Result<String, GoogleError> {
    let color = text(name, value)?.to_lowercase();
    colors::nearest(&color)
        .map(|_| color)
        .ok_or_else(|| invalid(name))
}

fn read<T: serde::de::DeserializeOwned>(name: &str, value: &Value) -> Result<T, GoogleError> {
    T::deserialize(value).map_err(|_| invalid(name))
}

fn invalid(name: &str) -> GoogleError {
    GoogleError::bad("invalid", &format!("Invalid value for: {name}"))
}
