//! What a guest may change on their copy, and what the organizer's event takes from it.

use super::{
    EventResource, Status, attendees,
    commit::commit,
    conference,
    copies::invites,
    read_instance,
    resource::{Attendee, ResponseStatus},
    rules,
    write::{Author, Visible},
};
use crate::{directory::Directory, google::GoogleError};

/// Refuses what only the organizer may change (Google Calendar API guide "Handle API errors",
/// `forbiddenForNonOrganizer`); on private copies everything is the calendar's own but the answers of others.
pub(crate) fn check(old: &EventResource, new: &mut EventResource) -> Result<(), GoogleError> {
    if old.private_copy == Some(true) {
        keep_answers(old, new);
        return Ok(());
    }
    if invites(old) || old.guests_can_modify == Some(true) {
        return Ok(());
    }
    let mut with_invited = shared(old);
    if old.guests_can_invite_others != Some(false) {
        let known = |attendee: &&Attendee| attendees::emails(old).all(|email| email != attendee.email);
        let invited: Vec<Attendee> = shared(new)
            .attendees
            .iter()
            .flatten()
            .filter(known)
            .cloned()
            .collect();
        with_invited.attendees.get_or_insert_default().extend(invited);
    }
    if with_invited == shared(new) {
        Ok(())
    } else {
        Err(GoogleError::not_organizer())
    }
}

/// Passes on to the organizer what a guest's copy says anew: the own answer, who else is invited, and what guests
/// may modify.
pub(crate) fn tell_organizer(
    directory: &mut Directory,
    old: &EventResource,
    new: &EventResource,
    author: Author<'_>,
) -> Result<(), GoogleError> {
    if new.private_copy == Some(true) {
        return Ok(());
    }
    let Some((home, before)) = home_of(directory, new)? else {
        return Ok(());
    };
    let mut event = before.clone();
    if old.guests_can_modify == Some(true) && shared(old) != shared(new) {
        take_shared(&mut event, new);
        if let Some(calendar) = directory.calendar(&home) {
            event.show_in(&calendar.zone);
        }
    }
    let invited = new.attendees.iter().flatten();
    for attendee in invited.filter(|one| attendees::emails(old).all(|email| email != one.email)) {
        if attendees::emails(&event).all(|email| email != attendee.email) {
            event.attendees.get_or_insert_default().push(attendee.clone());
        }
    }
    if let Some(own) = attendees::own(new) {
        let entry = event
            .attendees
            .iter_mut()
            .flatten()
            .find(|one| one.email == own.email);
        if let Some(entry) = entry {
            entry.response_status = own.response_status;
            entry.comment.clone_from(&own.comment);
            entry.additional_guests = own.additional_guests;
        }
    }
    attendees::mark(&mut event, &home);
    if event == before {
        return Ok(());
    }
    event.sequence = Some(rules::next_sequence(&before, &event)?);
    let author = author.again(directory);
    commit(directory, &home, &event, Some(&before), author, Visible::Yes)?;
    conference::watch(directory, &home, &event, author.now);
    Ok(())
}

/// The copy of a guest who took the event off their calendar: cancelled and declined.
pub(crate) fn declined(event: &EventResource) -> EventResource {
    let mut event = event.clone();
    event.status = Status::Cancelled;
    for attendee in event.attendees.iter_mut().flatten() {
        if attendee.is_self == Some(true) {
            attendee.response_status = ResponseStatus::Declined;
        }
    }
    event
}

/// The organizer's event that this is a copy of, with its calendar; `None` when the organizer lives elsewhere or
/// has cancelled it.
fn home_of(
    directory: &Directory,
    copy: &EventResource,
) -> Result<Option<(String, EventResource)>, GoogleError> {
    let organizer = copy.organizer.as_ref().map_or("", |organizer| &organizer.email);
    let Some(calendar) = directory.calendar(organizer) else {
        return Ok(None);
    };
    let found = match calendar.events.get(&copy.id) {
        Some(stored) => Some(stored.resource()?),
        None => read_instance(calendar, &copy.id)?,
    };
    let found = found.filter(|event| {
        event.ical_uid == copy.ical_uid && event.status != Status::Cancelled && invites(event)
    });
    Ok(found.map(|event| (calendar.id.clone(), event)))
}

/// Takes everything that guests share from a copy, except the guest list and the answers.
fn take_shared(event: &mut EventResource, copy: &EventResource) {
    let properties = event.extended_properties.get_or_insert_default();
    properties.shared = copy.extended_properties.clone().unwrap_or_default().shared;
    event.extended_properties = event
        .extended_properties
        .take()
        .filter(|both| !both.private.is_empty() || !both.shared.is_empty());
    event.summary.clone_from(&copy.summary);
    event.description.clone_from(&copy.description);
    event.location.clone_from(&copy.location);
    event.start.clone_from(&copy.start);
    event.end.clone_from(&copy.end);
    event.recurrence.clone_from(&copy.recurrence);
    event.conference_data.clone_from(&copy.conference_data);
    event.hangout_link.clone_from(&copy.hangout_link);
    event.attachments.clone_from(&copy.attachments);
}

/// On a private copy a patch does not answer for others.
fn keep_answers(old: &EventResource, new: &mut EventResource) {
    for attendee in new.attendees.iter_mut().flatten() {
        let before = old
            .attendees
            .iter()
            .flatten()
            .find(|one| one.email == attendee.email);
        if attendee.is_self != Some(true) {
            attendee.response_status = before.map_or(ResponseStatus::NeedsAction, |one| one.response_status);
        }
    }
}

/// The event without what belongs to one copy of it.
fn shared(event: &EventResource) -> EventResource {
    let attendees = event.attendees.iter().flatten().map(|attendee| {
        if attendee.is_self == Some(true) {
            Attendee {
                response_status: ResponseStatus::NeedsAction,
                comment: None,
                additional_guests: None,
                ..attendee.clone()
            }
        } else {
            attendee.clone()
        }
    });
    let mut extended = event.extended_properties.clone().unwrap_or_default();
    extended.private.clear();
    EventResource {
        attendees: Some(attendees.collect()),
        attendees_omitted: None,
        extended_properties: Some(extended),
        reminders: None,
        color_id: None,
        transparency: None,
        visibility: None,
        status: Status::Confirmed,
        sequence: None,
        ..event.clone()
    }
}
