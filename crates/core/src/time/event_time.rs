//! A start or end as a calendar states it.

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
};

use super::Zone;

/// A point of a calendar event, in the form the calendar stated it (RFC 5545 sections 3.3.4 and 3.3.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventTime {
    /// Civil time in a zone; `…Z` times have the zone UTC.
    Zoned {
        /// What a clock in the zone shows.
        civil: DateTime,
        /// The zone of that clock.
        zone: Zone,
    },
    /// Civil time without a zone: the same reading wherever the calendar is looked at.
    Floating(DateTime),
    /// A whole day.
    Date(Date),
}

impl EventTime {
    /// An instant, stated in a zone.
    pub fn at(instant: Timestamp, zone: Zone) -> Self {
        Self::Zoned {
            civil: zone.civil(instant),
            zone,
        }
    }

    /// The instant; floating times and dates are read in `calendar_zone`, dates as the day's first moment.
    pub fn instant(&self, calendar_zone: &Zone) -> Timestamp {
        match self {
            Self::Zoned { civil, zone } => zone.instant(*civil),
            Self::Floating(civil) => calendar_zone.instant(*civil),
            Self::Date(date) => calendar_zone.instant(date.to_datetime(jiff::civil::Time::midnight())),
        }
    }

    /// The civil reading; midnight for dates.
    pub fn civil(&self) -> DateTime {
        match self {
            Self::Zoned { civil, .. } | Self::Floating(civil) => *civil,
            Self::Date(date) => date.to_datetime(jiff::civil::Time::midnight()),
        }
    }

    /// Whether this is a whole day.
    pub const fn is_date(&self) -> bool {
        matches!(self, Self::Date(_))
    }
}
