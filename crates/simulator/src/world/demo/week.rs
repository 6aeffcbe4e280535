//! Words for writing a person's week: days are counted from the Monday of the present week in the person's zone.

use jiff::{Span, Timestamp, civil};
use kalends_core::time::Zone;

use crate::{
    events::{Attendee, EventResource, EventType, Person, ResponseStatus, Status, Transparency, Visibility},
    google::EventDateTime,
    world::WorldError,
};

/// How many weeks before the present the series begin: enough that each has met a change of the clocks.
const SERIES_AGE: i32 = 30;

/// The present week of someone.
pub(super) struct Week {
    monday: civil::Date,
    zone: Zone,
}

impl Week {
    pub(super) fn around(now: Timestamp, zone: &str) -> Result<Self, WorldError> {
        let zone = Zone::iana(zone).map_err(|_| WorldError::Zone {
            place: "the demo".to_owned(),
            zone: zone.to_owned(),
        })?;
        let today = zone.civil(now).date();
        let monday = shifted(today, -i32::from(today.weekday().to_monday_zero_offset()));
        Ok(Self { monday, zone })
    }

    pub(super) fn zone_name(&self) -> &str {
        self.zone.name()
    }

    /// An event on a day from a time such as `15:30` for some minutes.
    pub(super) fn event(&self, summary: &str, day: i32, at: &str, minutes: i64) -> EventResource {
        self.event_in(&self.zone, summary, day, (at, minutes))
    }

    /// An event stated in another zone.
    pub(super) fn event_in(
        &self,
        zone: &Zone,
        summary: &str,
        day: i32,
        (at, minutes): (&str, i64),
    ) -> EventResource {
        let start = self.time(zone, day, at);
        let end = start
            .checked_add(jiff::SignedDuration::from_mins(minutes))
            .unwrap_or(start);
        EventResource {
            summary: Some(summary.to_owned()),
            start: Some(EventDateTime::at(start, &self.zone, zone.name())),
            end: Some(EventDateTime::at(end, &self.zone, zone.name())),
            ..EventResource::default()
        }
    }

    /// Whole days.
    pub(super) fn days(&self, summary: &str, day: i32, count: i32) -> EventResource {
        EventResource {
            summary: Some(summary.to_owned()),
            start: Some(EventDateTime::day(shifted(self.monday, day))),
            end: Some(EventDateTime::day(shifted(self.monday, day + count))),
            ..EventResource::default()
        }
    }

    /// A series by `rule`, long under way; `id` names it for exceptions. `weekday` counts from Monday as 0.
    pub(super) fn series(
        &self,
        id: &str,
        summary: &str,
        weekday: i32,
        (at, minutes): (&str, i64),
        rule: &str,
    ) -> EventResource {
        EventResource {
            id: id.to_owned(),
            recurrence: Some(vec![format!("RRULE:{rule}")]),
            ..self.event(summary, weekday - 7 * SERIES_AGE, at, minutes)
        }
    }

    /// What stands in for the instance of `series` that was due on a day; the day may be another one now.
    pub(super) fn moved(&self, series: &EventResource, due: i32, to: (i32, &str)) -> EventResource {
        let (original, minutes) = self.due(series, due);
        let summary = series.summary.clone().unwrap_or_default();
        EventResource {
            recurring_event_id: Some(series.id.clone()),
            original_start_time: Some(original),
            ical_uid: Some(format!("{}@google.com", series.id)),
            ..self.event(&summary, to.0, to.1, minutes)
        }
    }

    /// The instance of `series` that was due on a day does not take place.
    pub(super) fn dropped(&self, series: &EventResource, due: i32) -> EventResource {
        EventResource {
            status: Status::Cancelled,
            recurring_event_id: Some(series.id.clone()),
            original_start_time: Some(self.due(series, due).0),
            ical_uid: Some(format!("{}@google.com", series.id)),
            ..EventResource::default()
        }
    }

    fn due(&self, series: &EventResource, day: i32) -> (EventDateTime, i64) {
        let instant = |time: &Option<EventDateTime>| time.as_ref().and_then(|time| time.instant(&self.zone));
        let start = instant(&series.start).unwrap_or_default();
        let end = instant(&series.end).unwrap_or_default();
        let clock = self.zone.civil(start).time().strftime("%H:%M").to_string();
        let original = EventDateTime::at(self.time(&self.zone, day, &clock), &self.zone, self.zone.name());
        (original, start.duration_until(end).as_mins())
    }

    fn time(&self, zone: &Zone, day: i32, at: &str) -> Timestamp {
        let (hours, minutes) = at.split_once(':').unwrap_or((at, "0"));
        let time = civil::time(hours.parse().unwrap_or(0), minutes.parse().unwrap_or(0), 0, 0);
        zone.instant(shifted(self.monday, day).to_datetime(time))
    }
}

/// The person said no.
pub(super) fn declined(event: EventResource, own: &str, organizer: &str) -> EventResource {
    invited(event, own, organizer, ResponseStatus::Declined)
}

/// Someone else's event with the person among its guests.
pub(super) fn invited(
    event: EventResource,
    own: &str,
    organizer: &str,
    response: ResponseStatus,
) -> EventResource {
    let guest = |email: &str, response_status| Attendee {
        email: email.to_owned(),
        response_status,
        ..Attendee::default()
    };
    EventResource {
        organizer: Some(Person {
            email: organizer.to_owned(),
            ..Person::default()
        }),
        creator: Some(Person {
            email: organizer.to_owned(),
            ..Person::default()
        }),
        attendees: Some(vec![
            guest(organizer, ResponseStatus::Accepted),
            guest(own, response),
        ]),
        ..event
    }
}

/// The person's own event with guests who have accepted.
pub(super) fn with_guests(event: EventResource, guests: &[&str]) -> EventResource {
    let attendees = guests.iter().map(|email| Attendee {
        email: (*email).to_owned(),
        response_status: ResponseStatus::Accepted,
        ..Attendee::default()
    });
    EventResource {
        attendees: Some(attendees.collect()),
        ..event
    }
}

pub(super) fn tentative(event: EventResource) -> EventResource {
    EventResource {
        status: Status::Tentative,
        ..event
    }
}

pub(super) fn transparent(event: EventResource) -> EventResource {
    EventResource {
        transparency: Some(Transparency::Transparent),
        ..event
    }
}

pub(super) fn private(event: EventResource) -> EventResource {
    EventResource {
        visibility: Some(Visibility::Private),
        ..event
    }
}

pub(super) fn at_place(event: EventResource, location: &str) -> EventResource {
    EventResource {
        location: Some(location.to_owned()),
        ..event
    }
}

pub(super) fn out_of_office(event: EventResource) -> EventResource {
    EventResource {
        event_type: Some(EventType::OutOfOffice),
        out_of_office_properties: Some(serde_json::json!({
            "autoDeclineMode": "declineAllConflictingInvitations", "declineMessage": "I am away."})),
        ..event
    }
}

pub(super) fn focus_time(event: EventResource) -> EventResource {
    EventResource {
        event_type: Some(EventType::FocusTime),
        focus_time_properties: Some(serde_json::json!({
            "autoDeclineMode": "declineNone", "chatStatus": "doNotDisturb"})),
        ..event
    }
}

pub(super) fn works_from_home(event: EventResource) -> EventResource {
    transparent(EventResource {
        event_type: Some(EventType::WorkingLocation),
        working_location_properties: Some(serde_json::json!({"type": "homeOffice", "homeOffice": {}})),
        visibility: Some(Visibility::Public),
        ..event
    })
}

fn shifted(date: civil::Date, days: i32) -> civil::Date {
    date.saturating_add(Span::new().days(days))
}
