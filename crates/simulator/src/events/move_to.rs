//! `events.move`: an event changes its calendar, and with it its organizer.

use axum::{
    extract::{Path, State},
    response::Response,
};
use http::StatusCode;

use super::{
    EventResource, EventType, Status, attendees,
    commit::commit,
    conference,
    copies::invites,
    exceptions,
    mail::{self, SendUpdates},
    resource::Person,
    view::View,
    write::{Author, Visible, organizer_on},
};
use crate::{
    directory::{Directory, StoredEvent},
    google::{self, Call, GoogleError, Method},
    state::Sim,
};

/// Moves an event, a series with its exceptions, to another calendar. On the old one stays a copy when it is among
/// the guests, else a cancelled event with nothing but its id (discovery document, `Event.status`).
pub(crate) async fn move_to(
    State(sim): State<Sim>,
    call: Call,
    Path((calendar, event)): Path<(String, String)>,
) -> Result<Response, GoogleError> {
    let caller = call.authorize(&sim, Method::EventsMove)?;
    let destination = call.query.text("destination");
    let destination = destination.ok_or_else(|| GoogleError::required_parameter("destination"))?;
    let updates = SendUpdates::read(&call.query)?;
    let now = sim.now();
    let mut directory = sim.directory_mut();
    let from = directory.open_for_writing(&caller, &calendar)?;
    let to = directory.open_for_writing(&caller, destination)?;
    let view = View::read(&call, &caller, directory.open(&caller, &to)?.1)?;
    let old = movable(&directory, &from, &to, &event)?;
    let author = Author {
        email: &caller.email,
        now,
        version_us: directory.next_version(now),
    };
    let exceptions = exceptions_of(&directory, &from, &event)?;
    let stored = carry(&mut directory, (&from, &to), &old, author)?;
    for exception in exceptions {
        let author = author.again(&mut directory);
        carry(&mut directory, (&from, &to), &exception, author)?;
    }
    let moved = stored.resource()?;
    conference::watch(&mut directory, &to, &moved, now);
    mail::send(&mut directory, updates, &moved, Some(&old), now);
    Ok(google::json_bytes(StatusCode::OK, view.details(&stored)?))
}

/// The event, when it may leave its calendar for the other.
fn movable(directory: &Directory, from: &str, to: &str, id: &str) -> Result<EventResource, GoogleError> {
    let source = directory.calendar(from).ok_or_else(GoogleError::not_found)?;
    let stored = match source.events.get(id) {
        Some(stored) if stored.is_cancelled() => return Err(GoogleError::gone()),
        Some(stored) => Some(stored.resource()?),
        None => super::read_instance(source, id)?,
    };
    let event = stored.ok_or_else(GoogleError::not_found)?;
    if event.recurring_event_id.is_some() {
        return Err(GoogleError::bad(
            "cannotChangeOrganizerOfInstance",
            "Cannot change the organizer of an instance.",
        ));
    }
    if event.event_type.unwrap_or_default() != EventType::Default {
        return Err(GoogleError::bad(
            "eventTypeRestriction",
            "Only events of type default can be moved.",
        ));
    }
    if !invites(&event) {
        return Err(GoogleError::not_organizer());
    }
    if from == to {
        return Err(GoogleError::bad(
            "invalid",
            "The source and destination calendars are the same.",
        ));
    }
    let target = directory.calendar(to).ok_or_else(GoogleError::not_found)?;
    // Where the event comes home, its tombstone or its copy gives way.
    let taken = target.events.get(id).map(StoredEvent::resource).transpose()?;
    if taken.is_some_and(|taken| taken.ical_uid.is_some() && taken.ical_uid != event.ical_uid) {
        return Err(GoogleError::duplicate());
    }
    Ok(event)
}

fn exceptions_of(directory: &Directory, calendar: &str, id: &str) -> Result<Vec<EventResource>, GoogleError> {
    let calendar = directory.calendar(calendar).ok_or_else(GoogleError::not_found)?;
    calendar
        .events
        .exceptions_of(id)
        .map(StoredEvent::resource)
        .collect()
}

/// Stores one event on the other calendar and leaves behind what stays on the first.
fn carry(
    directory: &mut Directory,
    (from, to): (&str, &str),
    event: &EventResource,
    author: Author<'_>,
) -> Result<StoredEvent, GoogleError> {
    let target = directory.calendar(to).ok_or_else(GoogleError::not_found)?;
    let creator = event.creator.clone().map(|creator| Person {
        is_self: (creator.email == to).then_some(true),
        ..creator
    });
    let mut moved = EventResource {
        organizer: Some(organizer_on(target)),
        creator,
        html_link: None,
        ..event.clone()
    };
    attendees::mark(&mut moved, to);
    moved.show_in(&target.zone);
    let invited = attendees::emails(&moved).any(|email| email == from);
    if !invited {
        let left = EventResource {
            id: event.id.clone(),
            recurring_event_id: event.recurring_event_id.clone(),
            original_start_time: event.original_start_time.clone(),
            status: Status::Cancelled,
            ..EventResource::default()
        };
        let author = author.again(directory);
        exceptions::store(directory, from, &left, author, Visible::Bare)?;
    }
    commit(directory, to, &moved, Some(event), author, Visible::Yes)
}
