//! `calendars.get`, `insert`, `patch` and `update`: what a calendar is for everyone who sees it.

use axum::{
    body::Bytes,
    extract::{Path, State},
    response::Response,
};
use http::StatusCode;
use kalends_core::time::Zone;
use serde_json::{Map, Value, json};

use super::body::{etag, object};
use crate::{
    directory::{AccessList, AccessRole, Calendar, Directory, EventStore, ListEntry},
    events::{Conferences, rezone},
    google::{self, Call, Caller, GoogleError, Method, if_none_match, precondition},
    quota::Quota,
    state::Sim,
};

/// The four things that an owner may say about a calendar.
#[derive(Debug, PartialEq)]
struct Properties {
    summary: String,
    description: Option<String>,
    location: Option<String>,
    zone: Zone,
}

/// A calendar's own properties, the same for everyone who sees it.
pub(crate) async fn get(
    State(sim): State<Sim>,
    call: Call,
    Path(calendar): Path<String>,
) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::CalendarsGet)?;
    let directory = sim.directory();
    let (calendar, _) = directory.open(&caller, &calendar)?;
    let unchanged = if_none_match(&call.headers, &etag(calendar.version_us));
    Ok(unchanged.unwrap_or_else(|| google::json(StatusCode::OK, &write(calendar, &directory.conferences))))
}

/// A new calendar of the caller's, which is put on their list.
pub(crate) async fn insert(State(sim): State<Sim>, call: Call, body: Bytes) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::CalendarsInsert)?;
    let members = object(&body)?;
    let now = sim.now();
    let mut directory = sim.directory_mut();
    let user = directory.user(&caller.email).ok_or_else(GoogleError::not_found)?;
    let zone = Zone::iana(user.time_zone()).unwrap_or(Zone::UTC);
    let properties = Properties::replaced(&members, zone)?;
    sim.meter()
        .charge(&caller.email, Quota::CalendarsPerDay, 1, now)?;
    let id = new_id(sim.random());
    let version_us = directory.next_version(now);
    let calendar = Calendar {
        id: id.clone(),
        summary: properties.summary,
        description: properties.description,
        location: properties.location,
        zone: properties.zone,
        owner: caller.email.to_string(),
        acl: AccessList::default(),
        version_us,
        events: EventStore::default(),
        free_busy_error: None,
    };
    let answer = write(&calendar, &directory.conferences);
    directory.insert_calendar(calendar);
    if let Some(user) = directory.user_mut(&caller.email) {
        user.set_entry(ListEntry::new(&id, version_us));
    }
    Ok(google::json(StatusCode::OK, &answer))
}

/// Changes the properties that the body names.
pub(crate) async fn patch(
    State(sim): State<Sim>,
    call: Call,
    Path(calendar): Path<String>,
    body: Bytes,
) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::CalendarsPatch)?;
    let members = object(&body)?;
    change(&sim, &call, &caller, &calendar, |old| old.patched(&members))
}

/// Replaces all properties; a zone that is left out stays.
pub(crate) async fn update(
    State(sim): State<Sim>,
    call: Call,
    Path(calendar): Path<String>,
    body: Bytes,
) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::CalendarsUpdate)?;
    let members = object(&body)?;
    change(&sim, &call, &caller, &calendar, |old| {
        Properties::replaced(&members, old.zone)
    })
}

fn change(
    sim: &Sim,
    call: &Call,
    caller: &Caller,
    calendar: &str,
    apply: impl FnOnce(Properties) -> Result<Properties, GoogleError>,
) -> Result<Response, GoogleError> {
    let now = sim.now();
    let mut directory = sim.directory_mut();
    let id = open_as_owner(&directory, caller, calendar)?.id.clone();
    let version_us = directory.next_version(now);
    let calendar = directory.calendar_mut(&id).ok_or_else(GoogleError::not_found)?;
    precondition(&call.headers, &etag(calendar.version_us))?;
    let new = apply(Properties::of(calendar))?;
    if new.zone.name() != calendar.zone.name() {
        rezone(calendar, new.zone)?;
    }
    calendar.summary = new.summary;
    calendar.description = new.description;
    calendar.location = new.location;
    calendar.version_us = version_us;
    let calendar = directory.calendar(&id).ok_or_else(GoogleError::not_found)?;
    Ok(google::json(
        StatusCode::OK,
        &write(calendar, &directory.conferences),
    ))
}

/// An id as Google gives it: 64 hexadecimal digits.
fn new_id(random: [u8; 32]) -> String {
    let mut digits = String::with_capacity(64);
    for byte in random {
        for half in [byte >> 4, byte & 15] {
            digits.extend(char::from_digit(half.into(), 16));
        }
    }
    format!("c_{digits}@group.calendar.google.com")
}

/// The calendar, when the caller may decide about it.
pub(super) fn open_as_owner<'a>(
    directory: &'a Directory,
    caller: &Caller,
    id: &str,
) -> Result<&'a Calendar, GoogleError> {
    match directory.open(caller, id)? {
        (calendar, AccessRole::Owner) => Ok(calendar),
        _ => Err(GoogleError::needs_owner()),
    }
}

fn write(calendar: &Calendar, conferences: &Conferences) -> Value {
    let mut body = json!({
        "kind": "calendar#calendar", "etag": etag(calendar.version_us), "id": calendar.id,
        "summary": calendar.summary, "timeZone": calendar.zone.name(),
        "conferenceProperties": {"allowedConferenceSolutionTypes": conferences.solutions(&calendar.id)},
    });
    for (name, text) in [
        ("description", &calendar.description),
        ("location", &calendar.location),
    ] {
        if let Some(text) = text {
            body[name] = text.as_str().into();
        }
    }
    if !calendar.is_primary() && calendar.owner.contains('@') {
        body["dataOwner"] = calendar.owner.as_str().into();
    }
    body
}

impl Properties {
    fn of(calendar: &Calendar) -> Self {
        Self {
            summary: calendar.summary.clone(),
            description: calendar.description.clone(),
            location: calendar.location.clone(),
            zone: calendar.zone.clone(),
        }
    }

    /// What a whole body says; `zone` serves where it names none.
    fn replaced(members: &Map<String, Value>, zone: Zone) -> Result<Self, GoogleError> {
        let missing = || GoogleError::bad("required", "Missing title.");
        Ok(Self {
            summary: text(members, "summary")?.ok_or_else(missing)?,
            description: text(members, "description")?,
            location: text(members, "location")?,
            zone: named_zone(members)?.unwrap_or(zone),
        })
    }

    /// What is left of these when a body changes some; null takes away what may be missing.
    fn patched(self, members: &Map<String, Value>) -> Result<Self, GoogleError> {
        let given = |name| members.contains_key(name);
        Ok(Self {
            summary: text(members, "summary")?.unwrap_or(self.summary),
            description: if given("description") {
                text(members, "description")?
            } else {
                self.description
            },
            location: if given("location") {
                text(members, "location")?
            } else {
                self.location
            },
            zone: named_zone(members)?.unwrap_or(self.zone),
        })
    }
}

fn text(members: &Map<String, Value>, name: &str) -> Result<Option<String>, GoogleError> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
        Some(_) => Err(GoogleError::bad(
            "invalid",
            &format!("Invalid value for: {name} must be a string"),
        )),
    }
}

fn named_zone(members: &Map<String, Value>) -> Result<Option<Zone>, GoogleError> {
    let zone = text(members, "timeZone")?.map(|name| {
        Zone::iana(&name).map_err(|_| GoogleError::bad("invalid", &format!("Invalid time zone: {name}.")))
    });
    zone.transpose()
}
