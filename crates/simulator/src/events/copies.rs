//! Copies of an event on the calendars of its guests.
//!
//! A guest's copy has the id and the iCalUID of the organizer's event and all that guests share. What belongs to one
//! copy stays the guest's own: reminders, colour, transparency, visibility, private extended properties
//! (discovery document, schema `Event`).

use super::{
    EventResource, Status, attendees, auto_decline, exceptions, guests, read_instance,
    resource::{ExtendedProperties, ResponseStatus},
    write::{Author, Visible},
};
use crate::{
    directory::{Calendar, Directory},
    google::GoogleError,
};

/// Whether this is the organizer's event, whose changes reach its guests.
pub(crate) fn invites(event: &EventResource) -> bool {
    let organizes = event.organizer.as_ref().and_then(|organizer| organizer.is_self);
    organizes == Some(true) && event.private_copy != Some(true)
}

/// Whether there is anybody who might have a copy.
pub(crate) fn concern(event: &EventResource) -> bool {
    attendees::emails(event).next().is_some()
}

/// Brings the guests' copies in line with the organizer's event; `before` is the event before its last change.
pub(crate) fn spread(
    directory: &mut Directory,
    home: &str,
    event: &EventResource,
    before: Option<&EventResource>,
    author: Author<'_>,
) -> Result<(), GoogleError> {
    if !invites(event) {
        return Ok(());
    }
    let mut declining = Vec::new();
    for guest in attendees::emails(event).filter(|guest| *guest != home) {
        let message = copy_to(directory, guest, event, author)?;
        declining.extend(message.map(|message| (guest, message)));
    }
    let gone = before.into_iter().flat_map(attendees::emails);
    for guest in gone.filter(|guest| *guest != home && attendees::emails(event).all(|one| one != *guest)) {
        withdraw_from(directory, guest, event, author)?;
    }
    for (guest, message) in declining {
        decline(directory, guest, &event.id, &message, author)?;
    }
    Ok(())
}

/// What a guest's calendar has under the event's id.
enum Existing {
    Nothing,
    Copy(Box<EventResource>),
    /// An event of the guest's own, which stays.
    Another,
}

fn existing(calendar: &Calendar, event: &EventResource) -> Result<Existing, GoogleError> {
    let found = match calendar.events.get(&event.id) {
        Some(stored) => Some(exceptions::whole(calendar, stored.resource()?)?),
        None => read_instance(calendar, &event.id)?,
    };
    Ok(match found {
        None => Existing::Nothing,
        Some(found) if found.ical_uid.is_some() && found.ical_uid != event.ical_uid => Existing::Another,
        Some(found) => Existing::Copy(Box::new(found)),
    })
}

/// Makes or changes a guest's copy. Tells the message when the guest's calendar declines it at once.
fn copy_to(
    directory: &mut Directory,
    guest: &str,
    event: &EventResource,
    author: Author<'_>,
) -> Result<Option<String>, GoogleError> {
    // Guests without a calendar here only get mail.
    let Some(calendar) = directory.calendar(guest) else {
        return Ok(None);
    };
    let old = match existing(calendar, event)? {
        Existing::Nothing if event.status == Status::Cancelled => return Ok(None),
        Existing::Another => return Ok(None),
        Existing::Nothing => None,
        Existing::Copy(old) => Some(old),
    };
    let mut new = copy_for(event, guest, old.as_deref());
    new.show_in(&calendar.zone);
    let asked = attendees::own(&new).is_some_and(|own| own.response_status == ResponseStatus::NeedsAction);
    let message = match &old {
        Some(old) if same(old, &new) => return Ok(None),
        None if asked => auto_decline::message(calendar, &new)?,
        _ => None,
    };
    let author = author.again(directory);
    exceptions::store(directory, guest, &new, author, Visible::Yes)?;
    Ok(message)
}

/// Declines an invitation for a guest.
pub(super) fn decline(
    directory: &mut Directory,
    guest: &str,
    id: &str,
    message: &str,
    author: Author<'_>,
) -> Result<(), GoogleError> {
    let calendar = directory.calendar(guest).ok_or_else(GoogleError::not_found)?;
    let copy = calendar.events.get(id).ok_or_else(GoogleError::not_found)?;
    let old = copy.resource()?;
    let mut new = old.clone();
    for own in new
        .attendees
        .iter_mut()
        .flatten()
        .filter(|one| one.is_self == Some(true))
    {
        own.response_status = ResponseStatus::Declined;
        own.comment = Some(message.to_owned()).filter(|message| !message.is_empty());
    }
    let author = author.again(directory);
    exceptions::store(directory, guest, &new, author, Visible::Yes)?;
    guests::tell_organizer(directory, &old, &new, author)
}

/// Takes the event off the calendar of somebody who is no longer invited.
fn withdraw_from(
    directory: &mut Directory,
    guest: &str,
    event: &EventResource,
    author: Author<'_>,
) -> Result<(), GoogleError> {
    let Some(calendar) = directory.calendar(guest) else {
        return Ok(());
    };
    let Existing::Copy(copy) = existing(calendar, event)? else {
        return Ok(());
    };
    if copy.status == Status::Cancelled {
        return Ok(());
    }
    let cancelled = EventResource {
        status: Status::Cancelled,
        ..*copy
    };
    let author = author.again(directory);
    exceptions::store(directory, guest, &cancelled, author, Visible::Yes).map(drop)
}

/// The event as it lies on a guest's calendar.
fn copy_for(event: &EventResource, guest: &str, old: Option<&EventResource>) -> EventResource {
    let mut copy = EventResource {
        etag: String::new(),
        html_link: old.and_then(|old| old.html_link.clone()),
        reminders: old
            .and_then(|old| old.reminders.clone())
            .or_else(|| Some(<_>::default())),
        color_id: old.and_then(|old| old.color_id.clone()),
        transparency: old.map_or(event.transparency, |old| old.transparency),
        visibility: old.map_or(event.visibility, |old| old.visibility),
        extended_properties: properties_for(event, old),
        private_copy: None,
        ..event.clone()
    };
    for person in [&mut copy.organizer, &mut copy.creator].into_iter().flatten() {
        person.is_self = (person.email == guest).then_some(true);
    }
    let created_it = copy
        .creator
        .as_ref()
        .is_some_and(|creator| creator.email == guest);
    if !created_it {
        copy.source = None;
    }
    attendees::mark(&mut copy, guest);
    let silent = attendees::keeps_answers(&copy);
    if let Some(list) = &mut copy.attendees {
        if silent {
            attendees::without_answers(list, guest);
        }
        if event.guests_can_see_other_guests == Some(false) {
            let all = list.len();
            list.retain(|one| one.is_self == Some(true) || one.organizer == Some(true));
            copy.attendees_omitted = (list.len() < all).then_some(true);
        }
    }
    // Who took the event off their calendar has declined it, and keeps it off.
    let declined = attendees::own(&copy).is_some_and(|own| own.response_status == ResponseStatus::Declined);
    if declined && old.is_some_and(|old| old.status == Status::Cancelled) {
        copy.status = Status::Cancelled;
    }
    copy
}

fn properties_for(event: &EventResource, old: Option<&EventResource>) -> Option<ExtendedProperties> {
    let properties = |event: &EventResource| event.extended_properties.clone().unwrap_or_default();
    let both = ExtendedProperties {
        private: old.map(properties).unwrap_or_default().private,
        shared: properties(event).shared,
    };
    (!both.private.is_empty() || !both.shared.is_empty()).then_some(both)
}

/// Whether two states of a copy differ in nothing but their version.
fn same(old: &EventResource, new: &EventResource) -> bool {
    EventResource {
        etag: old.etag.clone(),
        updated: old.updated.clone(),
        html_link: old.html_link.clone(),
        ..new.clone()
    } == *old
}
