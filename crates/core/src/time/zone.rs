//! Time zones: what turns civil time into instants and back.

use std::fmt;

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

/// A time zone with the rule of RFC 5545 section 3.3.5 for civil times that do not exist or exist twice.
#[derive(Clone, PartialEq, Eq)]
pub struct Zone {
    tz: TimeZone,
}

/// The name is no zone of the IANA time zone database.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{name}\" is not an IANA time zone such as \"Europe/Zurich\"")]
pub struct UnknownZone {
    /// The name as it was given.
    pub name: String,
}

impl Zone {
    /// Coordinated Universal Time.
    pub const UTC: Self = Self { tz: TimeZone::UTC };

    /// The zone of that name in the IANA database, in any case; the aliases of the database are zones too.
    pub fn iana(name: &str) -> Result<Self, UnknownZone> {
        TimeZone::get(name)
            .map(|tz| Self { tz })
            .map_err(|_| UnknownZone {
                name: name.to_owned(),
            })
    }

    /// The IANA name, `UTC` for UTC.
    pub fn name(&self) -> &str {
        self.tz.iana_name().unwrap_or("UTC")
    }

    /// The instant of a civil time: in a gap, the time read with the offset before the gap; in an overlap, the
    /// first of the two (RFC 5545 section 3.3.5). Times outside the calendar's range stop at its edge.
    pub fn instant(&self, civil: DateTime) -> Timestamp {
        let edge = if civil.year() < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        };
        self.tz.to_ambiguous_timestamp(civil).compatible().unwrap_or(edge)
    }

    /// The civil time that a clock in this zone shows at the instant.
    pub fn civil(&self, at: Timestamp) -> DateTime {
        self.tz.to_datetime(at)
    }

    /// The rules behind the name, for callers that walk transitions.
    pub fn rules(&self) -> &TimeZone {
        &self.tz
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(zone: &str, civil: &str, instant: &str) {
        let zone = Zone::iana(zone).unwrap();
        assert_eq!(zone.instant(civil.parse().unwrap()).to_string(), instant);
    }

    #[test]
    fn gaps_move_forward_and_overlaps_take_the_first() {
        check("Europe/Zurich", "2026-03-29T02:30", "2026-03-29T01:30:00Z");
        check("Europe/Zurich", "2026-10-25T02:30", "2026-10-25T00:30:00Z");
        check("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30:00Z");
    }

    #[test]
    fn names_are_found_in_any_case_and_unknown_names_are_said() {
        assert_eq!(Zone::iana("europe/zurich").unwrap().name(), "Europe/Zurich");
        assert_eq!(Zone::iana("Mars/Olympus").unwrap_err().name, "Mars/Olympus");
    }
}
