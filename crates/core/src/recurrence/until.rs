//! The end of a rule (`UNTIL`), whatever the type of its value.
//!
//! RFC 5545 section 3.3.10 wants the value in the type of the start; real calendars mix them, and are read by what
//! they evidently mean: a date takes in that whole day, a local time is read in the series' zone, an instant beside
//! an all-day start means its day in the calendar's zone.

use jiff::civil::Date;

use super::{
    anchor::{Anchor, SECOND},
    days::{self, CIVIL_END, DAY},
    rule::Until,
};
use crate::time::Zone;

/// Where a rule ends for one series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limit {
    /// No start at this civil second or later.
    pub(super) civil_end: i64,
    /// No start after this instant, in seconds since 1970.
    pub(super) last_instant: Option<i64>,
}

impl Limit {
    pub(super) fn of(until: Option<Until>, anchor: &Anchor) -> Self {
        let day_after = |date: Date| Self {
            civil_end: (days::from_date(date) + 1) * DAY,
            last_instant: None,
        };
        match until {
            None => Self {
                civil_end: CIVIL_END,
                last_instant: None,
            },
            Some(Until::Date(date)) => day_after(date),
            Some(Until::Local(civil)) if anchor.all_day => day_after(civil.date()),
            Some(Until::Local(civil)) => Self {
                civil_end: days::from_civil(civil) + 1,
                last_instant: None,
            },
            Some(Until::Utc(civil)) => {
                let instant = Zone::UTC.instant(civil);
                let local = anchor.zone.civil(instant);
                if anchor.all_day {
                    return day_after(local.date());
                }
                Self {
                    // A clock set back shows later times before the instant than at it.
                    civil_end: days::from_civil(local) + DAY,
                    last_instant: Some(instant.as_microsecond().div_euclid(SECOND)),
                }
            }
        }
    }
}
