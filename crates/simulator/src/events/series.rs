//! Instances of a series: their ids, their times, their resources.
//!
//! Expansion itself is `kalends_core::recurrence`, which independent engines prove.

use jiff::{SignedDuration, Timestamp, civil::Date};
use kalends_core::{
    external_event::{
        EventEnd, EventKind, EventSpan, EventStatus, ExternalEvent, SeriesRole, Transparency, Visibility,
    },
    recurrence::{self, Series},
    time::{EventTime, Interval, Zone},
};

use super::{EventResource, Role, write::link_of_instance};
use crate::{
    directory::Calendar,
    google::{EventDateTime, GoogleError},
};

/// How far instances of a series without end are listed beyond the present when nothing else says.
const HORIZON: SignedDuration = SignedDuration::from_hours(24 * 730);

/// One time of a series by its rule.
#[derive(Clone, Debug)]
pub(crate) struct Instance {
    /// `<series>_20261208T150000Z`, for days `<series>_20261208`.
    pub(crate) id: String,
    pub(crate) start_us: i64,
    pub(crate) end_us: i64,
}

/// Where listing a series without end stops, in microseconds since 1970.
pub(crate) fn horizon_us(now: Timestamp) -> i64 {
    now.checked_add(HORIZON)
        .unwrap_or(Timestamp::MAX)
        .as_microsecond()
}

/// The instances by the rule that overlap the window, those with exceptions too.
pub(crate) fn instances_in(master: &EventResource, zone: &Zone, window: Interval) -> Vec<Instance> {
    let Some(event) = external(master, zone) else {
        return Vec::new();
    };
    let series = Series {
        master: &event,
        overrides: &[],
    };
    let expansion = recurrence::expand(&series, zone, window);
    let found = expansion.occurrences.iter().map(|occurrence| Instance {
        id: instance_id(&master.id, all_day(master), zone, occurrence.start_us),
        start_us: occurrence.start_us,
        end_us: occurrence.end_us,
    });
    found.collect()
}

/// Refuses recurrence lines that cannot be read.
pub(crate) fn check_recurrence(master: &EventResource, zone: &Zone) -> Result<(), GoogleError> {
    let refused = || GoogleError::bad("invalid", "Invalid recurrence rule.");
    let event = external(master, zone).ok_or_else(refused)?;
    let start = event
        .span
        .as_ref()
        .map(|span| span.start.instant(zone).as_microsecond())
        .ok_or_else(refused)?;
    let window = Interval::from_micros(start, start + 1).ok_or_else(refused)?;
    let series = Series {
        master: &event,
        overrides: &[],
    };
    let faults = recurrence::expand(&series, zone, window).faults;
    let unreadable = faults.iter().any(|fault| {
        use recurrence::RecurrenceError as Fault;
        !matches!(
            fault,
            Fault::TooManyOccurrences { .. } | Fault::TooMuchWork { .. }
        )
    });
    if unreadable { Err(refused()) } else { Ok(()) }
}

/// The resource of an instance without an exception.
pub(crate) fn write_instance(master: &EventResource, zone: &Zone, instance: &Instance) -> EventResource {
    let time = |us: i64| {
        let instant = Timestamp::from_microsecond(us).unwrap_or(Timestamp::MAX);
        match &master.start {
            Some(start) if start.date.is_some() => EventDateTime::day(zone.civil(instant).date()),
            start => {
                let stated = start.as_ref().and_then(|start| start.time_zone.as_deref());
                EventDateTime::at(instant, zone, stated.unwrap_or(zone.name()))
            }
        }
    };
    EventResource {
        id: instance.id.clone(),
        start: Some(time(instance.start_us)),
        end: Some(time(instance.end_us)),
        original_start_time: Some(time(instance.start_us)),
        recurring_event_id: Some(master.id.clone()),
        recurrence: None,
        html_link: master
            .html_link
            .as_ref()
            .map(|link| link_of_instance(link, &instance.id)),
        ..master.clone()
    }
}

/// An instance that has no exception yet, by its id; `None` when no live series has it.
pub(crate) fn read_instance(calendar: &Calendar, id: &str) -> Result<Option<EventResource>, GoogleError> {
    let Some((master_id, stamp)) = id.rsplit_once('_') else {
        return Ok(None);
    };
    let Some(stored) = calendar
        .events
        .get(master_id)
        .filter(|stored| stored.facts.role == Role::Master && !stored.is_cancelled())
    else {
        return Ok(None);
    };
    let master = stored.resource()?;
    let zone = &calendar.zone;
    let window = stamp_instant(stamp, zone)
        .map(Timestamp::as_microsecond)
        .and_then(|start| Interval::from_micros(start, start + 1));
    let Some(window) = window else {
        return Ok(None);
    };
    let instances = instances_in(&master, zone, window);
    let found = instances.iter().find(|instance| instance.id == id);
    Ok(found.map(|instance| write_instance(&master, zone, instance)))
}

/// The event in core's words, as far as recurrence needs it; `None` when it has no time.
pub(crate) fn external(resource: &EventResource, zone: &Zone) -> Option<ExternalEvent> {
    let start = resource.start.as_ref()?.event_time(zone)?;
    let end = resource.end.as_ref()?.event_time(zone)?;
    let role = match &resource.recurrence {
        Some(recurrence) => SeriesRole::Master {
            recurrence: recurrence.clone(),
        },
        None => SeriesRole::Single,
    };
    Some(ExternalEvent {
        provider_id: resource.id.clone(),
        ical_uid: None,
        etag: None,
        role,
        span: Some(EventSpan {
            start,
            end: EventEnd::At(end),
        }),
        status: EventStatus::Confirmed,
        kind: EventKind::Default,
        transparency: Transparency::Opaque,
        visibility: Visibility::Default,
        self_response: None,
        title: None,
        location: None,
        organizer: None,
        html_link: None,
        updated: None,
    })
}

/// The id of the instance of a series that begins at `start_us` by the rule.
pub(crate) fn instance_id(master_id: &str, all_day: bool, zone: &Zone, start_us: i64) -> String {
    let instant = Timestamp::from_microsecond(start_us).unwrap_or(Timestamp::MAX);
    let stamp = if all_day {
        zone.civil(instant).date().strftime("%Y%m%d").to_string()
    } else {
        instant.strftime("%Y%m%dT%H%M%SZ").to_string()
    };
    format!("{master_id}_{stamp}")
}

fn all_day(master: &EventResource) -> bool {
    master.start.as_ref().is_some_and(|start| start.date.is_some())
}

fn stamp_instant(stamp: &str, zone: &Zone) -> Option<Timestamp> {
    if stamp.len() == 8 {
        let date: Date = stamp.parse().ok()?;
        return Some(EventTime::Date(date).instant(zone));
    }
    let civil = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", stamp).ok()?;
    Some(Zone::UTC.instant(civil))
}
