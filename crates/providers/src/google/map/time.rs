//! Google's times as [`EventTime`].
//!
//! A `dateTime` carries an offset that may be rendered for another zone than the event's, so its instant counts, and
//! the civil reading is taken in the event's own zone: there its recurrence runs.

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
};
use kalends_core::time::{EventTime, Zone};

use crate::google::wire::{Moment, Stated};

/// The stated time; `None` when it states neither date nor time.
///
/// Times without a zone, or with one that nobody knows ([`is_zone_unknown`]), are read in the calendar's.
pub(super) fn event_time(stated: &Stated, calendar: &Zone) -> Option<EventTime> {
    let civil = series_time(stated, calendar)?;
    match stated.date_time {
        // The second of two readings (end of daylight saving time) cannot be said in civil time.
        Some(Moment::Instant(instant)) if civil.instant(calendar) != instant => {
            Some(EventTime::at(instant, Zone::UTC))
        }
        _ => Some(civil),
    }
}

/// The stated time of a series, always in its own zone, where its rules run.
pub(super) fn series_time(stated: &Stated, calendar: &Zone) -> Option<EventTime> {
    let zone = || zone_or(stated.time_zone.as_deref(), calendar);
    match (stated.date_time, stated.date) {
        (Some(Moment::Instant(instant)), _) => Some(EventTime::at(instant, zone())),
        (Some(Moment::Civil(civil)), _) => Some(EventTime::Zoned { civil, zone: zone() }),
        (None, Some(date)) => Some(EventTime::Date(date)),
        (None, None) => None,
    }
}

/// The zone and the instant of a stated time, in whole seconds; `None` when it states no time.
pub(in crate::google) fn stated_time(stated: &Stated, calendar: &Zone) -> Option<(Zone, Timestamp)> {
    let EventTime::Zoned { civil, zone } = series_time(stated, calendar)? else {
        return None;
    };
    let instant = match stated.date_time {
        Some(Moment::Instant(instant)) => instant,
        _ => zone.instant(civil),
    };
    Some((zone, Timestamp::from_second(instant.as_second()).ok()?))
}

/// Whether it states a zone that nobody knows.
pub(super) fn is_zone_unknown(stated: &Stated) -> bool {
    let name = stated.time_zone.as_deref();
    name.is_some_and(|name| Zone::named(name).is_err())
}

/// The zone of that name, else the other.
fn zone_or(name: Option<&str>, other: &Zone) -> Zone {
    name.and_then(|name| Zone::named(name).ok())
        .unwrap_or_else(|| other.clone())
}

/// The original start that the id of an exception ends with: `<master>_20261208T150000Z`, all-day `_20261208`.
pub(super) fn from_instance_id(id: &str) -> Option<EventTime> {
    let (_, suffix) = id.rsplit_once('_')?;
    match suffix.strip_suffix('Z') {
        Some(time) => {
            let civil = DateTime::strptime("%Y%m%dT%H%M%S", time).ok()?;
            Some(EventTime::Zoned {
                civil,
                zone: Zone::UTC,
            })
        }
        None => Date::strptime("%Y%m%d", suffix).ok().map(EventTime::Date),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, civil: &str, zone: &str) {
        let stated: Stated = serde_json::from_str(json).unwrap();
        let time = event_time(&stated, &Zone::iana("Asia/Jerusalem").unwrap()).unwrap();
        let expect = EventTime::Zoned {
            civil: civil.parse().unwrap(),
            zone: Zone::iana(zone).unwrap(),
        };
        assert_eq!(time, expect);
    }

    #[test]
    fn the_instant_counts_and_is_read_in_the_events_zone() {
        check(
            r#"{"dateTime":"2026-12-01T16:00:00+01:00","timeZone":"Europe/Zurich"}"#,
            "2026-12-01T16:00",
            "Europe/Zurich",
        );
        check(
            r#"{"dateTime":"2026-12-01T17:00:00+02:00","timeZone":"Europe/Zurich"}"#,
            "2026-12-01T16:00",
            "Europe/Zurich",
        );
        check(
            r#"{"dateTime":"2026-12-01T15:00:00Z"}"#,
            "2026-12-01T17:00",
            "Asia/Jerusalem",
        );
        check(
            r#"{"dateTime":"2026-12-01T15:00:00Z","timeZone":"Mars/Olympus"}"#,
            "2026-12-01T17:00",
            "Asia/Jerusalem",
        );
        check(
            r#"{"dateTime":"2026-12-01T16:00:00","timeZone":"Europe/Zurich"}"#,
            "2026-12-01T16:00",
            "Europe/Zurich",
        );
    }

    #[test]
    fn the_second_of_two_readings_keeps_its_instant() {
        check(
            r#"{"dateTime":"2026-10-25T02:30:00+02:00","timeZone":"Europe/Zurich"}"#,
            "2026-10-25T02:30",
            "Europe/Zurich",
        );
        check(
            r#"{"dateTime":"2026-10-25T02:30:00+01:00","timeZone":"Europe/Zurich"}"#,
            "2026-10-25T01:30",
            "UTC",
        );
    }

    #[test]
    fn dates_and_nothing() {
        let date: Stated =
            serde_json::from_str(r#"{"date":"2026-12-24","timeZone":"Europe/Zurich"}"#).unwrap();
        assert_eq!(
            event_time(&date, &Zone::UTC),
            Some(EventTime::Date("2026-12-24".parse().unwrap()))
        );
        assert_eq!(event_time(&Stated::default(), &Zone::UTC), None);
    }

    #[test]
    fn instance_ids_tell_the_original_start() {
        let utc = |civil: &str| EventTime::Zoned {
            civil: civil.parse().unwrap(),
            zone: Zone::UTC,
        };
        assert_eq!(
            from_instance_id("abc_20261208T150000Z"),
            Some(utc("2026-12-08T15:00"))
        );
        assert_eq!(
            from_instance_id("a_b_20261208"),
            Some(EventTime::Date("2026-12-08".parse().unwrap()))
        );
        for not in ["abc", "abc_R20261208T150000", "abc_2026", "abc_Z", "_"] {
            assert_eq!(from_instance_id(not), None, "{not}");
        }
    }
}
