//! Events and windows made from short text, for tables.

use jiff::civil::DateTime;
use kalends_core::{
    external_event::{
        EventEnd, EventKind, EventSpan, EventStatus, ExternalEvent, OverrideRange, SeriesRole, Transparency,
        Visibility,
    },
    recurrence::{Occurrence, Series, expand},
    time::{EventTime, Interval, Zone},
};

/// `2026-01-05`, `2026-01-05T09:00` (floating), `2026-01-05T09:00 Europe/Berlin`.
pub(crate) fn time(text: &str) -> EventTime {
    match text.split_once(' ') {
        Some((civil, zone)) => EventTime::Zoned {
            civil: civil.parse().unwrap(),
            zone: Zone::iana(zone).unwrap(),
        },
        None if text.contains('T') => EventTime::Floating(text.parse().unwrap()),
        None => EventTime::Date(text.parse().unwrap()),
    }
}

/// A confirmed event from one time to another.
pub(crate) fn event(id: &str, start: &str, end: &str, role: SeriesRole) -> ExternalEvent {
    ExternalEvent {
        provider_id: id.to_owned(),
        ical_uid: None,
        etag: None,
        role,
        span: Some(EventSpan {
            start: time(start),
            end: EventEnd::At(time(end)),
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
    }
}

/// A master with recurrence lines.
pub(crate) fn master(start: &str, end: &str, lines: &[&str]) -> ExternalEvent {
    let recurrence = lines.iter().map(|&line| line.to_owned()).collect();
    event("master", start, end, SeriesRole::Master { recurrence })
}

/// What stands in for one occurrence of [`master`].
pub(crate) fn instead(of: &str, start: &str, end: &str, range: OverrideRange) -> ExternalEvent {
    let role = SeriesRole::Override {
        master: "master".to_owned(),
        original_start: time(of),
        range,
    };
    event("override", start, end, role)
}

/// `[from, to)` in UTC; both dates or civil times.
pub(crate) fn window(from: &str, to: &str) -> Interval {
    let instant = |text: &str| Zone::UTC.instant(time(text).civil());
    Interval::new(instant(from), instant(to)).unwrap()
}

/// `start/end` of every occurrence in civil time of a zone, prefixed by the event's id for overrides.
pub(crate) fn shown(found: &[Occurrence<'_>], zone: &Zone) -> Vec<String> {
    let civil = |us: i64| -> DateTime { zone.civil(jiff::Timestamp::from_microsecond(us).unwrap()) };
    let short = |us: i64| civil(us).strftime("%Y-%m-%dT%H:%M").to_string();
    found
        .iter()
        .map(|one| {
            let mark = if one.event.provider_id == "override" {
                "*"
            } else {
                ""
            };
            format!("{mark}{}/{}", short(one.start_us), short(one.end_us))
        })
        .collect()
}

/// The occurrences of a series in a window, shown in a zone that is also the calendar's.
pub(crate) fn expanded(
    master: &ExternalEvent,
    overrides: &[&ExternalEvent],
    window: Interval,
    zone: &str,
) -> Vec<String> {
    let zone = Zone::iana(zone).unwrap();
    let expansion = expand(&Series { master, overrides }, &zone, window);
    assert_eq!(expansion.faults, []);
    shown(&expansion.occurrences, &zone)
}
