//! Who is invited: the form of the list, whose entry is whose, how many there may be.

use super::{
    EventResource,
    resource::{Attendee, ResponseStatus},
};
use crate::google::GoogleError;

/// The most guests that an event takes; the help pages name 200 for most accounts and 500 for the largest.
const MOST: usize = 500;
/// Beyond this many guests, answers are not passed on to them (discovery document, `EventAttendee.responseStatus`).
const MOST_WITH_ANSWERS: usize = 200;

/// Checks the list and brings it into the form that is served on the calendar.
pub(crate) fn settle(event: &mut EventResource, calendar_id: &str) -> Result<(), GoogleError> {
    for attendee in event.attendees.iter_mut().flatten() {
        attendee.email = attendee.email.trim().to_lowercase();
        let (name, domain) = attendee.email.split_once('@').unwrap_or_default();
        if name.is_empty() || domain.is_empty() || attendee.email.contains(char::is_whitespace) {
            return Err(GoogleError::bad("invalid", "Invalid attendee email."));
        }
        if attendee.additional_guests.is_some_and(|more| more < 0) {
            return Err(GoogleError::bad("invalid", "Invalid value for: additionalGuests"));
        }
        attendee.optional = attendee.optional.filter(|optional| *optional);
        attendee.resource = attendee.resource.filter(|resource| *resource);
        attendee.additional_guests = attendee.additional_guests.filter(|more| *more != 0);
    }
    let mut seen = std::collections::HashSet::new();
    if let Some(attendees) = &mut event.attendees {
        attendees.retain(|attendee| seen.insert(attendee.email.clone()));
    }
    if seen.len() > MOST {
        return Err(GoogleError::too_many_attendees(MOST));
    }
    event.attendees = event.attendees.take().filter(|attendees| !attendees.is_empty());
    event.attendees_omitted = event.attendees_omitted.filter(|omitted| *omitted);
    mark(event, calendar_id);
    Ok(())
}

/// Marks the entries of the organizer and of the calendar that this copy of the event lies on.
pub(crate) fn mark(event: &mut EventResource, calendar_id: &str) {
    let organizer = event
        .organizer
        .as_ref()
        .map_or(calendar_id, |organizer| &organizer.email)
        .to_owned();
    for attendee in event.attendees.iter_mut().flatten() {
        attendee.is_self = (attendee.email == calendar_id).then_some(true);
        attendee.organizer = (attendee.email == organizer).then_some(true);
    }
}

/// The addresses on the list.
pub(crate) fn emails(event: &EventResource) -> impl Iterator<Item = &str> {
    event
        .attendees
        .iter()
        .flatten()
        .map(|attendee| attendee.email.as_str())
}

/// The entry of the calendar that this copy lies on.
pub(crate) fn own(event: &EventResource) -> Option<&Attendee> {
    event
        .attendees
        .iter()
        .flatten()
        .find(|attendee| attendee.is_self == Some(true))
}

/// Whether the list is too long for answers to reach the guests.
pub(crate) fn keeps_answers(event: &EventResource) -> bool {
    event
        .attendees
        .as_ref()
        .is_some_and(|attendees| attendees.len() > MOST_WITH_ANSWERS)
}

/// A list with nobody's answer but that of one.
pub(crate) fn without_answers(attendees: &mut [Attendee], except: &str) {
    for attendee in attendees.iter_mut().filter(|attendee| attendee.email != except) {
        attendee.response_status = ResponseStatus::NeedsAction;
        attendee.comment = None;
    }
}
