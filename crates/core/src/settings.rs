//! What a person decided about each integration, as typed values with bounds.
//!
//! To add a setting, add its field with a default and a bound here; the wire form follows at the edges.

use std::str::FromStr;

use crate::{
    busy::BusyRules,
    invalid_field::InvalidField,
    slots::OpenHours,
    two_way::{Direction, Policy},
};

/// The settings a user has, each kind on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SettingKind {
    /// [`CalendarRead`].
    CalendarRead,
    /// [`CalendarWrite`].
    CalendarWrite,
    /// [`Drive`].
    Drive,
    /// [`Meet`].
    Meet,
    /// [`Sync`].
    Sync,
    /// [`OpenHours`]; without this setting a user is open at all times.
    WorkingHours,
}

/// The settings of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    /// How calendars are read.
    CalendarRead(CalendarRead),
    /// How events are written.
    CalendarWrite(CalendarWrite),
    /// Whether files are copied.
    Drive(Drive),
    /// Whether events get a meeting link.
    Meet(Meet),
    /// When calendars are synced.
    Sync(Sync),
    /// When the user takes appointments.
    WorkingHours(Box<OpenHours>),
}

/// How a user's calendars are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CalendarRead {
    /// Which doubtful events block.
    pub busy: BusyRules,
    /// Days before today that are kept, 0 to 366.
    pub window_back_days: u32,
    /// Days after today that are kept, 1 to 732.
    pub window_ahead_days: u32,
}

/// When a user's calendars are synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sync {
    /// Off: nothing is read or written until it is on again.
    pub sync_enabled: bool,
    /// Off: only when asked to.
    pub auto_sync: bool,
    /// Which way the application's events travel.
    pub direction: Direction,
    /// Which side stays when the person edits one of them on their calendar; the tenant's policy when `None`.
    pub policy: Option<Policy>,
    interval_seconds: u32,
}

/// How events are written to a user's calendars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CalendarWrite {
    /// Whether events are written at all.
    pub enabled: bool,
    /// Which events a newly connected calendar gets.
    pub bulk_sync: BulkSync,
}

/// Which events a newly connected calendar gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BulkSync {
    /// Those that are not over.
    Upcoming,
    /// All.
    All,
}

/// Whether a user's events get a Google Meet link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Meet {
    /// Whether links are made at all.
    pub enabled: bool,
    /// Every event gets one, not only those that ask for it.
    pub auto: bool,
}

/// Whether a user's events carry files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drive {
    /// Whether files are copied at all.
    pub enabled: bool,
}

/// The name is no kind of setting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{name}\" is no kind of setting; the kinds are {}", names())]
pub struct UnknownSettingKind {
    /// The name as it was given.
    pub name: String,
}

impl SettingKind {
    /// All kinds, by name.
    pub const ALL: [Self; 6] = [
        Self::CalendarRead,
        Self::CalendarWrite,
        Self::Drive,
        Self::Meet,
        Self::Sync,
        Self::WorkingHours,
    ];

    /// The name in paths and tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CalendarRead => "calendar_read",
            Self::CalendarWrite => "calendar_write",
            Self::Drive => "drive",
            Self::Meet => "meet",
            Self::Sync => "sync",
            Self::WorkingHours => "working_hours",
        }
    }
}

impl FromStr for SettingKind {
    type Err = UnknownSettingKind;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let kind = Self::ALL.into_iter().find(|kind| kind.as_str() == name);
        kind.ok_or_else(|| UnknownSettingKind {
            name: name.to_owned(),
        })
    }
}

impl Setting {
    /// Its kind.
    pub const fn kind(&self) -> SettingKind {
        match self {
            Self::CalendarRead(_) => SettingKind::CalendarRead,
            Self::CalendarWrite(_) => SettingKind::CalendarWrite,
            Self::Drive(_) => SettingKind::Drive,
            Self::Meet(_) => SettingKind::Meet,
            Self::Sync(_) => SettingKind::Sync,
            Self::WorkingHours(_) => SettingKind::WorkingHours,
        }
    }
}

impl CalendarRead {
    /// Checks the bounds.
    pub fn check(&self) -> Result<(), InvalidField> {
        InvalidField::unless_within("windowBackDays", self.window_back_days, 0..=366)?;
        InvalidField::unless_within("windowAheadDays", self.window_ahead_days, 1..=732)?;
        Ok(())
    }
}

impl Default for CalendarRead {
    fn default() -> Self {
        Self {
            busy: BusyRules::default(),
            window_back_days: 30,
            window_ahead_days: 90,
        }
    }
}

impl Sync {
    /// Syncs by itself every so many minutes, 1 to 1,440.
    pub fn every_minutes(minutes: u32) -> Result<Self, InvalidField> {
        let minutes = InvalidField::unless_within("syncIntervalMinutes", minutes, 1..=1_440)?;
        Ok(Self {
            interval_seconds: minutes * 60,
            ..Self::default()
        })
    }

    /// Syncs by itself every so many seconds, 1 to 86,400. This is for servers that poll their own simulator;
    /// providers are asked by the minute.
    pub fn every_seconds(seconds: u32) -> Result<Self, InvalidField> {
        let interval_seconds = InvalidField::unless_within("syncIntervalSeconds", seconds, 1..=86_400)?;
        Ok(Self {
            interval_seconds,
            ..Self::default()
        })
    }

    /// Seconds from one sync to the next.
    pub const fn interval_seconds(self) -> u32 {
        self.interval_seconds
    }

    /// Minutes from one sync to the next, rounded up.
    pub const fn interval_minutes(self) -> u32 {
        self.interval_seconds.div_ceil(60)
    }
}

impl Default for Sync {
    /// On, every 15 minutes.
    fn default() -> Self {
        Self {
            sync_enabled: true,
            auto_sync: true,
            direction: Direction::TwoWay,
            policy: None,
            interval_seconds: 15 * 60,
        }
    }
}

impl Default for CalendarWrite {
    /// Off until the user turns it on.
    fn default() -> Self {
        Self {
            enabled: false,
            bulk_sync: BulkSync::Upcoming,
        }
    }
}

fn names() -> String {
    SettingKind::ALL.map(SettingKind::as_str).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_found_by_name() {
        for kind in SettingKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        let error = "colour".parse::<SettingKind>().unwrap_err().to_string();
        assert_eq!(
            error,
            "\"colour\" is no kind of setting; the kinds are calendar_read, calendar_write, drive, meet, sync, \
             working_hours"
        );
    }

    #[test]
    fn numbers_out_of_bounds_name_their_field() {
        #[track_caller]
        fn check<T: std::fmt::Debug>(given: Result<T, InvalidField>, expect: &str) {
            assert_eq!(given.unwrap_err().to_string(), expect);
        }
        check(
            Sync::every_minutes(0),
            "syncIntervalMinutes must be from 1 to 1440",
        );
        check(
            Sync::every_minutes(1441),
            "syncIntervalMinutes must be from 1 to 1440",
        );
        check(
            Sync::every_seconds(0),
            "syncIntervalSeconds must be from 1 to 86400",
        );
        let reading = CalendarRead {
            window_ahead_days: 0,
            ..CalendarRead::default()
        };
        check(reading.check(), "windowAheadDays must be from 1 to 732");
        let reading = CalendarRead {
            window_back_days: 367,
            ..CalendarRead::default()
        };
        check(reading.check(), "windowBackDays must be from 0 to 366");
    }

    #[test]
    fn intervals_are_seconds_inside() {
        assert_eq!(Sync::default().interval_minutes(), 15);
        assert_eq!(Sync::every_minutes(1).unwrap().interval_seconds(), 60);
        let demo = Sync::every_seconds(2).unwrap();
        assert_eq!((demo.interval_seconds(), demo.interval_minutes()), (2, 1));
    }
}
