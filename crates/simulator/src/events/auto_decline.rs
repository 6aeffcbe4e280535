//! Out of office and focus time that decline invitations by themselves (discovery document, `autoDeclineMode`).

use kalends_core::time::Interval;

use super::{
    EventResource, EventType, ResponseStatus, Role, attendees, copies, series::instances_in, write::Author,
};
use crate::{
    directory::{Calendar, Directory, StoredEvent},
    google::{EventDateTime, GoogleError},
};

/// The message with which a calendar declines a new invitation; `None` when it leaves that to its owner, as always
/// with series.
pub(super) fn message(calendar: &Calendar, event: &EventResource) -> Result<Option<String>, GoogleError> {
    let Some(window) = span(event, calendar) else {
        return Ok(None);
    };
    for away in calendar.events.touching(window.start_us(), window.end_us()) {
        if let Some(message) = answer(calendar, away, window)? {
            return Ok(Some(message));
        }
    }
    Ok(None)
}

/// Declines the invitations that conflict with new time away, where it says so; series keep theirs.
pub(super) fn clear(
    directory: &mut Directory,
    calendar_id: &str,
    away: &EventResource,
    author: Author<'_>,
) -> Result<(), GoogleError> {
    let Some((mode, message)) = orders(away) else {
        return Ok(());
    };
    let calendar = directory
        .calendar(calendar_id)
        .ok_or_else(GoogleError::not_found)?;
    let Some(window) = span(away, calendar).filter(|_| mode == "declineAllConflictingInvitations") else {
        return Ok(());
    };
    let mut conflicting = Vec::new();
    for event in calendar.events.touching(window.start_us(), window.end_us()) {
        let facts = &event.facts;
        let overlaps = facts.start_us < window.end_us() && window.start_us() < facts.end_us;
        if facts.role == Role::Master || !overlaps || event.is_cancelled() {
            continue;
        }
        let full = event.resource()?;
        let open = attendees::own(&full).is_some_and(|own| own.response_status != ResponseStatus::Declined);
        if open && !copies::invites(&full) {
            conflicting.push(full.id);
        }
    }
    for id in conflicting {
        copies::decline(directory, calendar_id, &id, &message, author)?;
    }
    Ok(())
}

/// How an event declines invitations, and by which message; `None` for events that do not.
fn orders(event: &EventResource) -> Option<(String, String)> {
    let properties = event
        .out_of_office_properties
        .as_ref()
        .or(event.focus_time_properties.as_ref())?;
    let text = |name: &str| properties[name].as_str().unwrap_or_default().to_owned();
    let mode = text("autoDeclineMode");
    let declines = !mode.is_empty() && mode != "declineNone";
    declines.then(|| (mode, text("declineMessage")))
}

fn span(event: &EventResource, calendar: &Calendar) -> Option<Interval> {
    let instant = |time: &Option<EventDateTime>| {
        let instant = time.as_ref()?.instant(&calendar.zone)?;
        Some(instant.as_microsecond())
    };
    Interval::from_micros(instant(&event.start)?, instant(&event.end)?).filter(|_| event.recurrence.is_none())
}

fn answer(calendar: &Calendar, away: &StoredEvent, window: Interval) -> Result<Option<String>, GoogleError> {
    let facts = &away.facts;
    let declines = matches!(facts.event_type, EventType::OutOfOffice | EventType::FocusTime);
    let overlaps = facts.start_us < window.end_us() && window.start_us() < facts.end_us;
    if !declines || !overlaps || away.is_cancelled() {
        return Ok(None);
    }
    let full = away.resource()?;
    if facts.role == Role::Master && instances_in(&full, &calendar.zone, window).is_empty() {
        return Ok(None);
    }
    Ok(orders(&full).map(|(_, message)| message))
}
