//! The settings of a user on the wire, one shape a kind.

use kalends_core::{
    busy::BusyRules,
    settings::{BulkSync, CalendarRead, CalendarWrite, Drive, Meet, Setting, SettingKind, Sync},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::hours::WorkingHours;

use crate::{
    extract::JsonBytes,
    fields,
    problem::Problem,
    words::{Direction, Policy},
};

/// The settings of one kind; the kind is in the path.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Settings {
    /// `calendar_read`
    CalendarRead(CalendarReadSettings),
    /// `calendar_write`
    CalendarWrite(CalendarWriteSettings),
    /// `drive`
    Drive(DriveSettings),
    /// `meet`
    Meet(MeetSettings),
    /// `sync`
    Sync(SyncSettings),
    /// `working_hours`
    WorkingHours(WorkingHours),
}

/// `calendar_read`: how the user's calendars are read.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schema(examples(json!({
    "tentativeBlocks": true, "unacceptedBlocks": true, "outOfOfficeBlocks": true, "allDayBlocks": true,
    "windowBackDays": 30, "windowAheadDays": 90
})))]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch that a person sets by itself"
)]
pub(crate) struct CalendarReadSettings {
    /// Whether events that may take place, or were answered "maybe", block.
    #[schema(default = true)]
    tentative_blocks: bool,
    /// Whether invitations that were not answered block.
    #[schema(default = true)]
    unaccepted_blocks: bool,
    /// Whether absences ("out of office") block, whatever else they say.
    #[schema(default = true)]
    out_of_office_blocks: bool,
    /// Whether events of whole days block, unless they are transparent; absences have their own rule.
    #[schema(default = true)]
    all_day_blocks: bool,
    /// Days before today that are kept.
    #[schema(default = 30, minimum = 0, maximum = 366)]
    window_back_days: u32,
    /// Days after today that are kept; later times are unknown, never free.
    #[schema(default = 90, minimum = 1, maximum = 732)]
    window_ahead_days: u32,
}

/// `calendar_write`: how events are written to the user's calendars.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schema(examples(json!({"enabled": true, "bulkSync": "upcoming"})))]
pub(crate) struct CalendarWriteSettings {
    /// Whether events are written at all.
    #[schema(default = false)]
    enabled: bool,
    /// Which events a newly connected calendar gets.
    bulk_sync: BulkSyncWord,
}

/// Which events a newly connected calendar gets: those that are not over, or all.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BulkSync)]
enum BulkSyncWord {
    Upcoming,
    All,
}

/// `drive`: whether the user's events carry files.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schema(examples(json!({"enabled": false})))]
pub(crate) struct DriveSettings {
    /// Whether files are copied at all.
    #[schema(default = false)]
    enabled: bool,
}

/// `meet`: whether the user's events get a meeting link.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schema(examples(json!({"enabled": true, "auto": false})))]
pub(crate) struct MeetSettings {
    /// Whether links are made at all.
    #[schema(default = false)]
    enabled: bool,
    /// Whether every event gets one, not only those that ask for it.
    #[schema(default = false)]
    auto: bool,
}

/// `sync`: when the user's calendars are synced.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schema(examples(json!({"syncEnabled": true, "autoSync": true, "syncIntervalMinutes": 15, "direction": "two_way", "policy": null})))]
pub(crate) struct SyncSettings {
    /// Off: nothing is read or written until it is on again.
    #[schema(default = true)]
    sync_enabled: bool,
    /// Off: only when asked to.
    #[schema(default = true)]
    auto_sync: bool,
    /// Minutes from one sync to the next.
    #[schema(default = 15, minimum = 1, maximum = 1440)]
    sync_interval_minutes: u32,
    /// Which way the application's events travel: `to_provider` sets edits on the calendar right, `from_provider` takes
    /// them over and sends nothing.
    direction: Direction,
    /// Which side stays when the person edits one of the application's events on their calendar; `null` leaves it to the
    /// tenant's policy.
    policy: Option<Policy>,
}

/// Reads the settings of a kind.
pub(super) fn read(kind: SettingKind, body: &JsonBytes) -> Result<Setting, Problem> {
    match kind {
        SettingKind::CalendarRead => body.read::<CalendarReadSettings>()?.into_core(),
        SettingKind::CalendarWrite => Ok(Setting::CalendarWrite(
            body.read::<CalendarWriteSettings>()?.into(),
        )),
        SettingKind::Drive => {
            let DriveSettings { enabled } = body.read()?;
            Ok(Setting::Drive(Drive { enabled }))
        }
        SettingKind::Meet => {
            let MeetSettings { enabled, auto } = body.read()?;
            Ok(Setting::Meet(Meet { enabled, auto }))
        }
        SettingKind::Sync => body.read::<SyncSettings>()?.into_core(),
        SettingKind::WorkingHours => body
            .read::<WorkingHours>()?
            .into_core()
            .map(|hours| Setting::WorkingHours(Box::new(hours))),
    }
}

impl From<Setting> for Settings {
    fn from(setting: Setting) -> Self {
        match setting {
            Setting::CalendarRead(read) => Self::CalendarRead(read.into()),
            Setting::CalendarWrite(write) => Self::CalendarWrite(write.into()),
            Setting::Drive(Drive { enabled }) => Self::Drive(DriveSettings { enabled }),
            Setting::Meet(Meet { enabled, auto }) => Self::Meet(MeetSettings { enabled, auto }),
            Setting::Sync(sync) => Self::Sync(sync.into()),
            Setting::WorkingHours(hours) => Self::WorkingHours(hours.as_ref().into()),
        }
    }
}

impl CalendarReadSettings {
    fn into_core(self) -> Result<Setting, Problem> {
        let read = CalendarRead {
            busy: BusyRules {
                tentative_blocks: self.tentative_blocks,
                unaccepted_blocks: self.unaccepted_blocks,
                out_of_office_blocks: self.out_of_office_blocks,
                all_day_blocks: self.all_day_blocks,
            },
            window_back_days: self.window_back_days,
            window_ahead_days: self.window_ahead_days,
        };
        read.check().map_err(fields::invalid)?;
        Ok(Setting::CalendarRead(read))
    }
}

impl From<CalendarRead> for CalendarReadSettings {
    fn from(read: CalendarRead) -> Self {
        Self {
            tentative_blocks: read.busy.tentative_blocks,
            unaccepted_blocks: read.busy.unaccepted_blocks,
            out_of_office_blocks: read.busy.out_of_office_blocks,
            all_day_blocks: read.busy.all_day_blocks,
            window_back_days: read.window_back_days,
            window_ahead_days: read.window_ahead_days,
        }
    }
}

impl Default for CalendarReadSettings {
    fn default() -> Self {
        CalendarRead::default().into()
    }
}

impl From<CalendarWriteSettings> for CalendarWrite {
    fn from(write: CalendarWriteSettings) -> Self {
        Self {
            enabled: write.enabled,
            bulk_sync: match write.bulk_sync {
                BulkSyncWord::Upcoming => BulkSync::Upcoming,
                BulkSyncWord::All => BulkSync::All,
            },
        }
    }
}

impl From<CalendarWrite> for CalendarWriteSettings {
    fn from(write: CalendarWrite) -> Self {
        Self {
            enabled: write.enabled,
            bulk_sync: match write.bulk_sync {
                BulkSync::Upcoming => BulkSyncWord::Upcoming,
                BulkSync::All => BulkSyncWord::All,
            },
        }
    }
}

impl Default for CalendarWriteSettings {
    fn default() -> Self {
        CalendarWrite::default().into()
    }
}

impl SyncSettings {
    fn into_core(self) -> Result<Setting, Problem> {
        let mut sync = Sync::every_minutes(self.sync_interval_minutes).map_err(fields::invalid)?;
        sync.sync_enabled = self.sync_enabled;
        sync.auto_sync = self.auto_sync;
        sync.direction = self.direction.into();
        sync.policy = self.policy.map(Into::into);
        Ok(Setting::Sync(sync))
    }
}

impl From<Sync> for SyncSettings {
    fn from(sync: Sync) -> Self {
        Self {
            sync_enabled: sync.sync_enabled,
            auto_sync: sync.auto_sync,
            sync_interval_minutes: sync.interval_minutes(),
            direction: sync.direction.into(),
            policy: sync.policy.map(Into::into),
        }
    }
}

impl Default for SyncSettings {
    fn default() -> Self {
        Sync::default().into()
    }
}
