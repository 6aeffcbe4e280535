//! Time zones: what turns civil time into instants and back.

use std::{fmt, sync::Arc};

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use super::{zone_history::ZoneHistory, zone_name};

/// A time zone with the rule of RFC 5545 section 3.3.5 for civil times that do not exist or exist twice.
#[derive(Clone, PartialEq, Eq)]
pub struct Zone {
    tz: TimeZone,
    /// The name of a zone that is not in the IANA database: its rule, with its past changes.
    rule: Option<Arc<str>>,
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
    pub const UTC: Self = Self {
        tz: TimeZone::UTC,
        rule: None,
    };

    /// The zone of that name in the IANA database, in any case; the aliases of the database are zones too.
    pub fn iana(name: &str) -> Result<Self, UnknownZone> {
        TimeZone::get(name)
            .map(|tz| Self { tz, rule: None })
            .map_err(|_| UnknownZone {
                name: name.to_owned(),
            })
    }

    /// The zone that a calendar means by a name: one that is [known](Zone::known), an offset such as "UTC+1", a
    /// country's name before a city, or what [`Zone::name`] gave.
    pub fn named(name: &str) -> Result<Self, UnknownZone> {
        let found = Self::known(name).or_else(|| zone_name::likely(name));
        found.ok_or_else(|| UnknownZone {
            name: name.to_owned(),
        })
    }

    /// The zone by a name that stands for one zone wherever it is found: an IANA name in any case, one with a vendor's
    /// prefix, a Windows name, a label such as "(UTC+01:00) Amsterdam, Berlin", or what [`Zone::name`] gave.
    pub(crate) fn known(name: &str) -> Option<Self> {
        Self::iana(name.trim()).ok().or_else(|| zone_name::known(name))
    }

    /// The offset of a label whose places are not known, such as "(UTC+01:00) Wherever": right in half of the year.
    pub(crate) fn with_stated_offset(name: &str) -> Option<Self> {
        zone_name::stated_offset(name)
    }

    /// The zone that follows a rule in the form of POSIX's `TZ` variable with a quoted abbreviation, such as
    /// `<+01>-1<+02>,M3.5.0,M10.5.0/3`, for zones that a calendar defines itself.
    pub fn following(rule: &str) -> Result<Self, UnknownZone> {
        let known = TimeZone::posix(rule).ok().filter(|_| rule.starts_with('<'));
        let tz = known.ok_or_else(|| UnknownZone {
            name: rule.to_owned(),
        })?;
        Ok(Self {
            tz,
            rule: Some(rule.into()),
        })
    }

    /// A zone with past changes of its own. `None` when the history cannot be followed.
    pub(crate) fn with_history(history: &ZoneHistory) -> Option<Self> {
        let tz = history.zone().filter(|_| history.rule.starts_with('<'))?;
        Some(Self {
            tz,
            rule: Some(history.name().into()),
        })
    }

    /// The zone that [`Zone::name`] wrote for one that a calendar defined.
    pub(super) fn defined(name: &str) -> Option<Self> {
        match ZoneHistory::read(name) {
            Some(history) => Self::with_history(&history),
            None => Self::following(name).ok(),
        }
    }

    /// The name by which [`Zone::named`] finds the zone again: the IANA name, `UTC` for UTC, or the rule of a zone
    /// that a calendar defined, with its past changes.
    pub fn name(&self) -> &str {
        self.rule
            .as_deref()
            .or_else(|| self.tz.iana_name())
            .unwrap_or("UTC")
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
    fn zones_by_rule_keep_their_rule_as_name() {
        let berlin = Zone::following("<+01>-1<+02>,M3.5.0,M10.5.0/3").unwrap();
        assert_eq!(Zone::named(berlin.name()).unwrap(), berlin);
        assert_eq!(
            berlin.instant("2026-07-01T12:00".parse().unwrap()).to_string(),
            "2026-07-01T10:00:00Z"
        );
        assert!(Zone::following("<+01>-1<+02>,M13.5.0").is_err());
    }

    #[test]
    fn names_are_found_in_any_case_and_unknown_names_are_said() {
        assert_eq!(Zone::iana("europe/zurich").unwrap().name(), "Europe/Zurich");
        assert_eq!(Zone::iana("Mars/Olympus").unwrap_err().name, "Mars/Olympus");
    }
}
