//! Times as Google writes them.

use jiff::{Timestamp, civil::Date};
use kalends_core::time::{EventTime, Zone};
use serde::{Deserialize, Serialize};

/// `start`, `end` and `originalStartTime` of an event: a day, or an instant and the zone it was stated in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct EventDateTime {
    /// The day of an all-day event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) date: Option<String>,
    /// The instant with a numeric offset, whole seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) date_time: Option<String>,
    /// IANA name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) time_zone: Option<String>,
}

impl EventDateTime {
    /// A whole day.
    pub(crate) fn day(date: Date) -> Self {
        Self {
            date: Some(date.to_string()),
            ..Self::default()
        }
    }

    /// An instant, written as clocks in `shown` show it and stated in the zone named `stated`.
    pub(crate) fn at(instant: Timestamp, shown: &Zone, stated: &str) -> Self {
        Self {
            date: None,
            date_time: Some(local(instant, shown)),
            time_zone: Some(stated.to_owned()),
        }
    }

    /// The time in core's words; `None` unless it is in the form that this server writes.
    pub(crate) fn event_time(&self, calendar_zone: &Zone) -> Option<EventTime> {
        if let Some(date) = &self.date {
            return date.parse().ok().map(EventTime::Date);
        }
        let instant: Timestamp = self.date_time.as_ref()?.parse().ok()?;
        let zone = self
            .time_zone
            .as_ref()
            .map_or_else(|| Ok(calendar_zone.clone()), |name| Zone::iana(name));
        Some(EventTime::at(instant, zone.ok()?))
    }

    /// The first instant; days begin at midnight of the calendar's zone.
    pub(crate) fn instant(&self, calendar_zone: &Zone) -> Option<Timestamp> {
        Some(self.event_time(calendar_zone)?.instant(calendar_zone))
    }

    /// The same time as clocks in another zone show it.
    pub(crate) fn shown_in(&self, zone: &Zone) -> Self {
        let shown = self.date_time.as_ref().and_then(|text| text.parse().ok());
        Self {
            date_time: shown.map(|instant| local(instant, zone)),
            ..self.clone()
        }
    }
}

/// `2026-12-01T16:00:00+01:00`, in UTC `2026-12-01T15:00:00Z`.
pub(crate) fn local(instant: Timestamp, zone: &Zone) -> String {
    let shown = instant.to_zoned(zone.rules().clone());
    let civil = shown.datetime().strftime("%Y-%m-%dT%H:%M:%S");
    let seconds = shown.offset().seconds();
    if zone.name() == "UTC" {
        return format!("{civil}Z");
    }
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.unsigned_abs() / 60;
    format!("{civil}{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

/// `2026-12-01T15:00:00.000Z`.
pub(crate) fn utc_millis(instant: Timestamp) -> String {
    format!("{instant:.3}")
}
