//! `events.import`: a private copy of an event that lives elsewhere.

use axum::{
    body::Bytes,
    extract::{Path, State},
    response::Response,
};
use http::StatusCode;

use super::{
    EventResource, EventType, Status, attendees, conference,
    draft::{Draft, New},
    exceptions, ids, rules,
    series::instance_id,
    use_limits,
    view::View,
    write::{self, Author, Visible},
};
use crate::{
    directory::{Calendar, StoredEvent},
    google::{self, Call, GoogleError, Method},
    state::Sim,
};

/// Takes the event as it is told, under its iCalUID; the same iCalUID again replaces it. Nobody is invited.
pub(crate) async fn import(
    State(sim): State<Sim>,
    call: Call,
    Path(calendar): Path<String>,
    body: Bytes,
) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::EventsImport)?;
    let mut event = Draft::read(&body, &call, New::Imported)?.create()?;
    if !event.id.is_empty() {
        return Err(GoogleError::bad("invalid", "Invalid resource id value."));
    }
    let uid = event.ical_uid.clone().filter(|uid| !uid.is_empty());
    let uid = uid.ok_or_else(|| GoogleError::bad("required", "Missing iCalUID."))?;
    as_default(&mut event);
    let now = sim.now();
    let mut directory = sim.directory_mut();
    let calendar_id = directory.open_for_writing(&caller, &calendar)?;
    let view = View::read(&call, &caller, directory.open(&caller, &calendar_id)?.1)?;
    let version_us = directory.next_version(now);
    let calendar = directory
        .calendar(&calendar_id)
        .ok_or_else(GoogleError::not_found)?;
    place(&mut event, &uid, calendar)?;
    check_participant(&event, calendar)?;
    let old = calendar
        .events
        .get(&event.id)
        .map(StoredEvent::resource)
        .transpose()?;
    if let Some(old) = &old {
        let stays = old.sequence.unwrap_or(0);
        if *event.sequence.get_or_insert(stays) < stays {
            return Err(rules::low_sequence());
        }
        event.created.clone_from(&old.created);
    }
    let author = Author {
        email: &caller.email,
        now,
        version_us,
    };
    write::introduce(&mut event, calendar, author);
    let own = event.organizer.as_ref().and_then(|organizer| organizer.is_self);
    event.private_copy = (own != Some(true)).then_some(true);
    // A cancelled instance needs nothing but its place in the series.
    if event.status != Status::Cancelled || event.start.is_some() {
        rules::settle(&mut event, &calendar.id, &calendar.zone)?;
    }
    conference::settle(&mut event, old.as_ref(), &directory, calendar, &sim)?;
    use_limits::charge(&sim, &caller.email, (&event, old.as_ref()), now)?;
    let (stored, _) = exceptions::store(&mut directory, &calendar_id, &event, author, Visible::Yes)?;
    Ok(google::json_bytes(StatusCode::OK, view.details(&stored)?))
}

/// Other sorts of events become ordinary ones (discovery document, `events.import`).
fn as_default(event: &mut EventResource) {
    event.event_type = Some(EventType::Default);
    event.focus_time_properties = None;
    event.out_of_office_properties = None;
    event.working_location_properties = None;
    event.birthday_properties = None;
}

/// Gives the event its id, and to one that stands in for an instance its series.
fn place(event: &mut EventResource, uid: &str, calendar: &Calendar) -> Result<(), GoogleError> {
    let id = ids::of_uid(uid);
    let Some(original) = event.original_start_time.take() else {
        event.recurring_event_id = None;
        event.id = id;
        return Ok(());
    };
    let original = rules::settle_time(&original, &calendar.zone, "original start")?;
    let start = original.instant(&calendar.zone);
    let start = start.ok_or_else(|| GoogleError::bad("invalid", "Invalid original start time."))?;
    let series = event.recurring_event_id.get_or_insert(id);
    event.id = instance_id(
        series,
        original.date.is_some(),
        &calendar.zone,
        start.as_microsecond(),
    );
    event.recurrence = None;
    event.original_start_time = Some(original);
    Ok(())
}

fn check_participant(event: &EventResource, calendar: &Calendar) -> Result<(), GoogleError> {
    let organizes = event
        .organizer
        .as_ref()
        .is_none_or(|organizer| organizer.email.eq_ignore_ascii_case(&calendar.id));
    if organizes || attendees::emails(event).any(|email| email.eq_ignore_ascii_case(&calendar.id)) {
        Ok(())
    } else {
        Err(GoogleError::no_participant())
    }
}
