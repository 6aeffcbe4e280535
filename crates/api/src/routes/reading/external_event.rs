//! An external event on the wire.

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
};
use kalends_core::{
    external_event::{self as core, EventEnd, OverrideRange, SeriesRole},
    time::EventTime,
};
use kalends_engine::external_events::StoredEvent;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::words::{Response, Status, Transparency, Visibility, words};

/// An event of a provider's calendar that Kalends did not create.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(examples(json!({
    "id": "01982f6e-7d20-7e33-a2b4-5f1c0d9e8b76", "calendarId": "01982f6e-5c00-7a41-8a5e-7d0f3c1b2a90",
    "providerId": "3f1c9e2b7a", "icalUid": "3f1c9e2b7a@google.com",
    "series": {"role": "master", "recurrence": ["RRULE:FREQ=WEEKLY;BYDAY=TU"]},
    "start": {"dateTime": "2026-09-01T10:00:00", "timeZone": "Europe/London"},
    "end": {"dateTime": "2026-09-01T11:00:00", "timeZone": "Europe/London"},
    "status": "confirmed", "kind": "default", "transparency": "opaque", "visibility": "default",
    "title": "Piano lesson", "updatedAt": "2026-08-20T14:03:00Z"
})))]
pub(crate) struct ExternalEvent {
    /// Its id.
    id: Uuid,
    /// Its calendar.
    calendar_id: Uuid,
    /// The provider's id of the item.
    #[schema(examples("3f1c9e2b7a"))]
    provider_id: String,
    /// The iCalendar `UID`, shared by the occurrences of a series.
    #[serde(skip_serializing_if = "Option::is_none")]
    ical_uid: Option<String>,
    /// Its part in a series; absent for an event that happens once.
    #[serde(skip_serializing_if = "Option::is_none")]
    series: Option<SeriesPart>,
    /// When it starts; only a cancelled occurrence may lack it.
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<EventPoint>,
    /// Where it ends, when it states an end; for days the first day after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<EventPoint>,
    /// How long it lasts (ISO 8601), when it states that instead of an end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("PT45M"))]
    duration: Option<String>,
    /// Whether it takes place.
    status: Status,
    /// What sort of entry it is.
    kind: Kind,
    /// Whether it takes up time.
    transparency: Transparency,
    /// Who may see its details.
    visibility: Visibility,
    /// The user's answer, when they are invited.
    #[serde(skip_serializing_if = "Option::is_none")]
    self_response: Option<Response>,
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("Piano lesson"))]
    title: Option<String>,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    /// Who organizes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    organizer: Option<String>,
    /// The provider's page of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    html_link: Option<String>,
    /// When the provider last changed it, by the provider's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<Timestamp>,
    /// The keys of the application's events that are in an open conflict with it; of a series the master has them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(examples(json!(["lesson-17"])))]
    conflicts_with: Vec<String>,
}

words! {
    /// What sort of entry an event is.
    #[schema(as = EventKind)]
    Kind of core::EventKind { Default, OutOfOffice, FocusTime, WorkingLocation, Birthday, FromMail }
}

/// A part in a series.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "role", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum SeriesPart {
    /// The event that a series is made from.
    Master {
        /// Its `RRULE`, `RDATE`, `EXDATE` and `EXRULE` lines (RFC 5545).
        #[schema(examples(json!(["RRULE:FREQ=WEEKLY;BYDAY=TU"])))]
        recurrence: Vec<String>,
    },
    /// Stands in for one occurrence, or removes it when it is cancelled.
    Override {
        /// The master's `providerId`.
        master_provider_id: String,
        /// The start that the occurrence had by the rule.
        original_start: EventPoint,
        /// Whether it changes all later occurrences too.
        and_future: bool,
    },
}

/// A point in time as the calendar states it: `date` for whole days; else `dateTime`, with `timeZone` unless it is the
/// same reading everywhere.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EventPoint {
    /// A whole day.
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<Date>,
    /// What a clock shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, examples("2026-12-01T10:00:00"))]
    date_time: Option<DateTime>,
    /// The IANA zone of that clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("Europe/Zurich"))]
    time_zone: Option<String>,
}

impl From<EventTime> for EventPoint {
    fn from(time: EventTime) -> Self {
        match time {
            EventTime::Date(date) => Self {
                date: Some(date),
                ..Self::default()
            },
            EventTime::Floating(civil) => Self {
                date_time: Some(civil),
                ..Self::default()
            },
            EventTime::Zoned { civil, zone } => Self {
                date_time: Some(civil),
                time_zone: Some(zone.name().to_owned()),
                date: None,
            },
        }
    }
}

impl SeriesPart {
    fn of(role: SeriesRole) -> Option<Self> {
        match role {
            SeriesRole::Single => None,
            SeriesRole::Master { recurrence } => Some(Self::Master { recurrence }),
            SeriesRole::Override {
                master,
                original_start,
                range,
            } => Some(Self::Override {
                master_provider_id: master,
                original_start: original_start.into(),
                and_future: range == OverrideRange::ThisAndFuture,
            }),
        }
    }
}

impl From<StoredEvent> for ExternalEvent {
    fn from(stored: StoredEvent) -> Self {
        let core::ExternalEvent { span, .. } = &stored.event;
        let start = span.as_ref().map(|span| span.start.clone().into());
        let (end, duration) = match span.as_ref().map(|span| &span.end) {
            None => (None, None),
            Some(EventEnd::At(end)) => (Some(end.clone().into()), None),
            Some(EventEnd::After { days, exact }) => (None, Some(iso_duration(*days, *exact))),
        };
        let conflicts = stored.conflicts_with.iter();
        let conflicts_with = conflicts.map(ToString::to_string).collect();
        let event = stored.event;
        Self {
            id: stored.id.0,
            calendar_id: stored.calendar.0,
            provider_id: event.provider_id,
            ical_uid: event.ical_uid,
            series: SeriesPart::of(event.role),
            start,
            end,
            duration,
            status: event.status.into(),
            kind: event.kind.into(),
            transparency: event.transparency.into(),
            visibility: event.visibility.into(),
            self_response: event.self_response.map(Into::into),
            title: event.title,
            location: event.location,
            organizer: event.organizer,
            html_link: event.html_link,
            updated_at: event.updated,
            conflicts_with,
        }
    }
}

/// ISO 8601-1 section 5.5.2: days, then the exact rest in its own units.
fn iso_duration(days: i32, exact: jiff::SignedDuration) -> String {
    let exact = exact.to_string();
    match (days, exact.strip_prefix("PT")) {
        (0, _) | (_, None) => exact,
        (days, Some("0S")) => format!("P{days}D"),
        (days, Some(rest)) => format!("P{days}DT{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn durations_are_iso() {
        assert_eq!(iso_duration(0, SignedDuration::from_mins(45)), "PT45M");
        assert_eq!(iso_duration(1, SignedDuration::ZERO), "P1D");
        assert_eq!(iso_duration(2, SignedDuration::from_mins(90)), "P2DT1H30M");
        assert_eq!(iso_duration(0, SignedDuration::ZERO), "PT0S");
    }
}
