//! What listings and free/busy need to know of an event without reading its body.

use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use kalends_core::{recurrence, time::Zone};

use super::{
    EventResource, Status, attendees,
    resource::{EventType, ResponseStatus, Transparency, Visibility},
    series,
};
use crate::{directory::StoredEvent, google::GoogleError};

/// The facts of one event.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is one filter's answer")]
pub(crate) struct Facts {
    pub(crate) status: Status,
    pub(crate) role: Role,
    pub(crate) event_type: EventType,
    /// First instant, of a series the first of all, in microseconds since 1970.
    pub(crate) start_us: i64,
    /// First instant after it, of a series after all; `i64::MAX` for one without end.
    pub(crate) end_us: i64,
    /// Whether it takes up its calendar's time.
    pub(crate) busy: bool,
    /// Whether its details are hidden from readers.
    pub(crate) private: bool,
    /// Whether it is an invitation that waits for an answer.
    pub(crate) unanswered: bool,
    /// Whether it keeps its details when it is deleted, so that it can be restored.
    pub(crate) restorable: bool,
    /// Whether it says where it comes from, which only its creator may see.
    pub(crate) sourced: bool,
    pub(crate) updated: Timestamp,
    /// What the etag is made from.
    pub(crate) version_us: i64,
}

/// How an event relates to a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Single,
    Master,
    /// Stands in for an instance of the series with this id.
    Exception(Arc<str>),
}

impl Role {
    /// The series that an exception belongs to.
    pub(crate) fn master(&self) -> Option<&Arc<str>> {
        match self {
            Self::Exception(master) => Some(master),
            Self::Single | Self::Master => None,
        }
    }
}

impl StoredEvent {
    /// Stores a finished resource.
    pub(crate) fn new(
        resource: &EventResource,
        zone: &Zone,
        version_us: i64,
        updated: Timestamp,
    ) -> Result<Self, GoogleError> {
        let body = serde_json::to_vec(resource).map_err(|_| GoogleError::internal())?;
        Ok(Self {
            id: resource.id.as_str().into(),
            facts: Facts::of(resource, zone, version_us, updated),
            // A copy has no spare room, of which a million events would have a lot.
            body: Bytes::copy_from_slice(&body),
        })
    }

    /// The resource that was stored.
    pub(crate) fn resource(&self) -> Result<EventResource, GoogleError> {
        serde_json::from_slice(&self.body).map_err(|_| GoogleError::internal())
    }

    /// Whether it was deleted, or is an instance taken out of its series.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.facts.status == Status::Cancelled
    }
}

impl Facts {
    fn of(resource: &EventResource, zone: &Zone, version_us: i64, updated: Timestamp) -> Self {
        let role = match (&resource.recurring_event_id, &resource.recurrence) {
            (Some(master), _) => Role::Exception(master.as_str().into()),
            (None, Some(_)) => Role::Master,
            (None, None) => Role::Single,
        };
        let (start_us, end_us) = extent(resource, &role, zone);
        Self {
            status: resource.status,
            event_type: resource.event_type.unwrap_or_default(),
            busy: is_busy(resource),
            private: matches!(
                resource.visibility,
                Some(Visibility::Private | Visibility::Confidential)
            ),
            unanswered: is_unanswered(resource),
            restorable: is_restorable(resource),
            sourced: resource.source.is_some(),
            role,
            start_us,
            end_us,
            updated,
            version_us,
        }
    }
}

fn extent(resource: &EventResource, role: &Role, zone: &Zone) -> (i64, i64) {
    if *role == Role::Master
        && let Some(reach) =
            series::external(resource, zone).and_then(|event| recurrence::reach(&event, zone))
    {
        return (reach.start_us, reach.end_us.unwrap_or(i64::MAX));
    }
    let instant = |time: &Option<crate::google::EventDateTime>| {
        time.as_ref()
            .and_then(|time| time.instant(zone))
            .map(Timestamp::as_microsecond)
    };
    let start = instant(&resource.start)
        .or_else(|| instant(&resource.original_start_time))
        .unwrap_or(0);
    (start, instant(&resource.end).unwrap_or(start))
}

fn organizes(resource: &EventResource) -> bool {
    let organizer = resource.organizer.as_ref();
    organizer.is_some_and(|organizer| organizer.is_self == Some(true))
}

fn is_unanswered(resource: &EventResource) -> bool {
    let own = attendees::own(resource);
    !organizes(resource) && own.is_some_and(|own| own.response_status == ResponseStatus::NeedsAction)
}

/// The organizer's own events, and those that a guest took off their calendar (discovery document, `Event.status`).
fn is_restorable(resource: &EventResource) -> bool {
    let own = attendees::own(resource);
    organizes(resource) || own.is_some_and(|own| own.response_status == ResponseStatus::Declined)
}

/// Whether free/busy counts the event (Google Calendar API reference, `Event.transparency` and `eventType`).
fn is_busy(resource: &EventResource) -> bool {
    let declined =
        attendees::own(resource).is_some_and(|own| own.response_status == ResponseStatus::Declined);
    match resource.event_type.unwrap_or_default() {
        _ if resource.status == Status::Cancelled || declined => false,
        EventType::WorkingLocation | EventType::Birthday => false,
        EventType::OutOfOffice => true,
        EventType::Default | EventType::FocusTime | EventType::FromGmail => {
            resource.transparency != Some(Transparency::Transparent)
        }
    }
}
