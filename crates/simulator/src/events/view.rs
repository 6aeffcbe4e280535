//! How an event looks to who asks: their role, their time zone, how many attendees they want.

use std::sync::Arc;

use bytes::Bytes;
use kalends_core::time::Zone;

use super::{EventResource, Status, resource::Visibility};
use crate::{
    directory::{AccessRole, StoredEvent},
    google::{Call, Caller, EventDateTime, GoogleError},
};

/// One event of a listing before it is written. Gathering these needs the calendars, writing them does not.
#[derive(Debug)]
pub(crate) enum Part {
    /// As it is stored.
    Ready(Bytes),
    /// A stored event that this view shows otherwise.
    Details(Box<StoredEvent>),
    /// A stored event of which only its id is told.
    Tombstone(Box<StoredEvent>),
    /// An event that is not stored as such.
    Whole {
        resource: Box<EventResource>,
        private: bool,
    },
    /// The same, cancelled.
    Bare(Box<EventResource>),
}

/// The looks of every event of one answer.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) role: AccessRole,
    pub(super) viewer: Arc<str>,
    /// Another zone than the calendar's.
    zone: Option<Zone>,
    max_attendees: Option<usize>,
}

impl View {
    /// Reads `timeZone` and `maxAttendees`.
    pub(crate) fn read(call: &Call, caller: &Caller, role: AccessRole) -> Result<Self, GoogleError> {
        let zone = call.query.text("timeZone").map(|name| {
            Zone::iana(name)
                .map_err(|_| GoogleError::parameter("timeZone", &format!("Invalid time zone: '{name}'.")))
        });
        let max_attendees = match call.query.text("maxAttendees") {
            Some(_) => Some(call.query.size("maxAttendees", 1, usize::MAX)?),
            None => None,
        };
        Ok(Self {
            role,
            viewer: caller.email.clone(),
            zone: zone.transpose()?,
            max_attendees,
        })
    }

    /// The zone that the answer names.
    pub(crate) fn zone_name<'a>(&'a self, calendar: &'a Zone) -> &'a str {
        self.zone.as_ref().unwrap_or(calendar).name()
    }

    /// A stored event with its details; its body as it is where nothing needs to change.
    pub(crate) fn details(&self, event: &StoredEvent) -> Result<Bytes, GoogleError> {
        if self.leaves(event) {
            return Ok(event.body.clone());
        }
        self.write(event.resource()?, event.facts.private)
    }

    /// The same, to be written when no lock is held any more.
    pub(crate) fn later(&self, event: &StoredEvent) -> Part {
        if self.leaves(event) {
            Part::Ready(event.body.clone())
        } else {
            Part::Details(Box::new(event.clone()))
        }
    }

    /// What an answer says in the place of `part`.
    pub(crate) fn show(&self, part: Part) -> Result<Bytes, GoogleError> {
        match part {
            Part::Ready(body) => Ok(body),
            Part::Details(event) => self.details(&event),
            Part::Tombstone(event) => self.tombstone(&event),
            Part::Whole { resource, private } => self.write(*resource, private),
            Part::Bare(resource) => self.bare(*resource),
        }
    }

    /// Whether the event is shown as it is stored.
    fn leaves(&self, event: &StoredEvent) -> bool {
        self.role.sees(event.facts.private)
            && self.zone.is_none()
            && self.max_attendees.is_none()
            && !event.facts.sourced
    }

    /// What is guaranteed of a cancelled event: its id, and of which instance it takes the place.
    pub(crate) fn tombstone(&self, event: &StoredEvent) -> Result<Bytes, GoogleError> {
        self.bare(event.resource()?)
    }

    /// The same for an instance that is not stored.
    pub(crate) fn bare(&self, full: EventResource) -> Result<Bytes, GoogleError> {
        let original = full.original_start_time.as_ref().map(|time| self.localize(time));
        let bare = EventResource {
            kind: full.kind,
            etag: full.etag,
            id: full.id,
            status: Status::Cancelled,
            recurring_event_id: full.recurring_event_id,
            original_start_time: original,
            ..EventResource::default()
        };
        serde_json::to_vec(&bare)
            .map(Bytes::from)
            .map_err(|_| GoogleError::internal())
    }

    /// What of an event the viewer may know.
    pub(crate) fn visible(&self, resource: EventResource, private: bool) -> EventResource {
        if self.role.sees(private) {
            resource
        } else {
            redact(resource)
        }
    }

    /// A resource that is not stored as such, for instance an instance of a series.
    pub(crate) fn write(&self, resource: EventResource, private: bool) -> Result<Bytes, GoogleError> {
        let mut shown = self.visible(resource, private);
        // Only who made an event sees where it comes from (discovery document, `Event.source`).
        let made_it = shown
            .creator
            .as_ref()
            .is_some_and(|creator| creator.email == *self.viewer);
        shown.source = shown.source.filter(|_| made_it);
        shown.start = shown.start.as_ref().map(|time| self.localize(time));
        shown.end = shown.end.as_ref().map(|time| self.localize(time));
        shown.original_start_time = shown.original_start_time.as_ref().map(|time| self.localize(time));
        if let (Some(max), Some(attendees)) = (self.max_attendees, &mut shown.attendees)
            && attendees.len() > max
        {
            attendees.retain(|attendee| attendee.is_self == Some(true));
            shown.attendees_omitted = Some(true);
        }
        serde_json::to_vec(&shown)
            .map(Bytes::from)
            .map_err(|_| GoogleError::internal())
    }

    fn localize(&self, time: &EventDateTime) -> EventDateTime {
        self.zone
            .as_ref()
            .map_or_else(|| time.clone(), |zone| time.shown_in(zone))
    }
}

/// What someone sees who may only know that the time is taken.
fn redact(full: EventResource) -> EventResource {
    EventResource {
        kind: full.kind,
        etag: full.etag,
        id: full.id,
        status: full.status,
        html_link: full.html_link,
        updated: full.updated,
        start: full.start,
        end: full.end,
        recurrence: full.recurrence,
        recurring_event_id: full.recurring_event_id,
        original_start_time: full.original_start_time,
        transparency: full.transparency,
        visibility: Some(Visibility::Private),
        ical_uid: full.ical_uid,
        sequence: full.sequence,
        event_type: full.event_type,
        ..EventResource::default()
    }
}
