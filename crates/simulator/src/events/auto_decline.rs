//! Out of office and focus time that decline new invitations by themselves (discovery document, `autoDeclineMode`).

use kalends_core::time::Interval;

use super::{EventResource, EventType, Role, series::instances_in};
use crate::{
    directory::{Calendar, StoredEvent},
    google::{EventDateTime, GoogleError},
};

/// The message with which a calendar declines a new invitation; `None` when it leaves that to its owner, as always
/// with series.
pub(super) fn message(calendar: &Calendar, event: &EventResource) -> Result<Option<String>, GoogleError> {
    let instant = |time: &Option<EventDateTime>| {
        let instant = time.as_ref()?.instant(&calendar.zone)?;
        Some(instant.as_microsecond())
    };
    let (Some(start), Some(end)) = (instant(&event.start), instant(&event.end)) else {
        return Ok(None);
    };
    let Some(window) = Interval::from_micros(start, end).filter(|_| event.recurrence.is_none()) else {
        return Ok(None);
    };
    for away in calendar.events.touching(start, end) {
        if let Some(message) = answer(calendar, away, window)? {
            return Ok(Some(message));
        }
    }
    Ok(None)
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
    let properties = full.out_of_office_properties.or(full.focus_time_properties);
    let properties = properties.unwrap_or_default();
    let mode = properties["autoDeclineMode"].as_str().unwrap_or("declineNone");
    let message = properties["declineMessage"].as_str().unwrap_or_default();
    Ok((mode != "declineNone").then(|| message.to_owned()))
}
