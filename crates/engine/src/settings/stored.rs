//! Settings as they are stored: JSON in which a missing field has its default, so that old rows stay readable.

use jiff::civil::Date;
use kalends_core::{
    busy::BusyRules,
    invalid_field::InvalidField,
    settings::{BulkSync, CalendarRead, CalendarWrite, Drive, Meet, Setting, SettingKind, Sync},
    slots::{DateOverride, DayWindow, MinuteOfDay, OpenHours, WeeklyWindow},
    time::Zone,
    two_way::{Direction, Policy},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::SettingsError;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch that a person sets by itself"
)]
struct StoredRead {
    tentative_blocks: bool,
    unaccepted_blocks: bool,
    out_of_office_blocks: bool,
    all_day_blocks: bool,
    window_back_days: u32,
    window_ahead_days: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct StoredSync {
    sync_enabled: bool,
    auto_sync: bool,
    interval_seconds: u32,
    direction: String,
    policy: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct StoredWrite {
    enabled: bool,
    all: bool,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct StoredMeet {
    enabled: bool,
    auto: bool,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct StoredDrive {
    enabled: bool,
}

#[derive(Serialize, Deserialize)]
struct StoredHours {
    zone: String,
    weekly: Vec<StoredWeekly>,
    #[serde(default)]
    overrides: Vec<StoredOverride>,
}

#[derive(Serialize, Deserialize)]
struct StoredWeekly {
    days: Vec<u8>,
    /// Minutes since midnight: start and end.
    window: (u16, u16),
}

#[derive(Serialize, Deserialize)]
struct StoredOverride {
    date: Date,
    windows: Vec<(u16, u16)>,
}

/// Reads settings of any kind.
pub(super) fn read(kind: SettingKind, value: &Value) -> Result<Setting, SettingsError> {
    Ok(match kind {
        SettingKind::CalendarRead => Setting::CalendarRead(calendar_read(value)?),
        SettingKind::Sync => Setting::Sync(sync(value)?),
        SettingKind::WorkingHours => Setting::WorkingHours(Box::new(working_hours(value)?)),
        SettingKind::CalendarWrite => Setting::CalendarWrite(calendar_write(value)?),
        SettingKind::Meet => Setting::Meet(meet(value)?),
        SettingKind::Drive => {
            let StoredDrive { enabled } = parse(kind, value)?;
            Setting::Drive(Drive { enabled })
        }
    })
}

pub(super) fn calendar_read(value: &Value) -> Result<CalendarRead, SettingsError> {
    let stored: StoredRead = parse(SettingKind::CalendarRead, value)?;
    Ok(CalendarRead {
        busy: BusyRules {
            tentative_blocks: stored.tentative_blocks,
            unaccepted_blocks: stored.unaccepted_blocks,
            out_of_office_blocks: stored.out_of_office_blocks,
            all_day_blocks: stored.all_day_blocks,
        },
        window_back_days: stored.window_back_days,
        window_ahead_days: stored.window_ahead_days,
    })
}

pub(super) fn sync(value: &Value) -> Result<Sync, SettingsError> {
    let stored: StoredSync = parse(SettingKind::Sync, value)?;
    let mut sync = Sync::every_seconds(stored.interval_seconds)?;
    sync.sync_enabled = stored.sync_enabled;
    sync.auto_sync = stored.auto_sync;
    let word = |field, expected| move || InvalidField::new(field, expected);
    sync.direction = Direction::of_word(&stored.direction)
        .ok_or_else(word("direction", "to_provider, from_provider or two_way"))?;
    let policy = stored.policy.as_deref().map(|policy| {
        Policy::of_word(policy).ok_or_else(word("policy", "newest_wins, app_wins, provider_wins or ask"))
    });
    sync.policy = policy.transpose()?;
    Ok(sync)
}

pub(super) fn calendar_write(value: &Value) -> Result<CalendarWrite, SettingsError> {
    let StoredWrite { enabled, all } = parse(SettingKind::CalendarWrite, value)?;
    let bulk_sync = if all { BulkSync::All } else { BulkSync::Upcoming };
    Ok(CalendarWrite { enabled, bulk_sync })
}

pub(super) fn working_hours(value: &Value) -> Result<OpenHours, SettingsError> {
    let stored: StoredHours = parse(SettingKind::WorkingHours, value)?;
    let zone = Zone::iana(&stored.zone).map_err(|error| InvalidField::new("timeZone", error.to_string()))?;
    let weekly = stored.weekly.into_iter().map(|hours| {
        Ok(WeeklyWindow {
            days: hours.days,
            window: window(hours.window)?,
        })
    });
    let overrides = stored.overrides.into_iter().map(|hours| {
        Ok(DateOverride {
            date: hours.date,
            windows: hours.windows.into_iter().map(window).collect::<Result<_, _>>()?,
        })
    });
    let weekly = weekly.collect::<Result<_, InvalidField>>()?;
    Ok(OpenHours::new(
        zone,
        weekly,
        overrides.collect::<Result<_, InvalidField>>()?,
    )?)
}

pub(super) fn meet(value: &Value) -> Result<Meet, SettingsError> {
    let StoredMeet { enabled, auto } = parse(SettingKind::Meet, value)?;
    Ok(Meet { enabled, auto })
}

/// The value to store.
pub(super) fn write(setting: &Setting) -> Value {
    match setting {
        Setting::CalendarRead(read) => json!({
            "tentativeBlocks": read.busy.tentative_blocks,
            "unacceptedBlocks": read.busy.unaccepted_blocks,
            "outOfOfficeBlocks": read.busy.out_of_office_blocks,
            "allDayBlocks": read.busy.all_day_blocks,
            "windowBackDays": read.window_back_days,
            "windowAheadDays": read.window_ahead_days,
        }),
        Setting::Sync(sync) => json!({
            "syncEnabled": sync.sync_enabled,
            "autoSync": sync.auto_sync,
            "intervalSeconds": sync.interval_seconds(),
            "direction": sync.direction.as_str(),
            "policy": sync.policy.map(Policy::as_str),
        }),
        Setting::CalendarWrite(write) => json!({
            "enabled": write.enabled,
            "all": write.bulk_sync == BulkSync::All,
        }),
        Setting::Meet(meet) => json!({ "enabled": meet.enabled, "auto": meet.auto }),
        Setting::Drive(drive) => json!({ "enabled": drive.enabled }),
        Setting::WorkingHours(hours) => hours_value(hours),
    }
}

fn hours_value(hours: &OpenHours) -> Value {
    let minutes = |window: &DayWindow| json!([window.start().minutes(), window.end().minutes()]);
    let weekly: Vec<Value> = hours
        .weekly()
        .iter()
        .map(|hours| json!({ "days": hours.days, "window": minutes(&hours.window) }))
        .collect();
    let overrides: Vec<Value> = hours
        .overrides()
        .iter()
        .map(|hours| {
            let windows: Vec<Value> = hours.windows.iter().map(minutes).collect();
            json!({ "date": hours.date.to_string(), "windows": windows })
        })
        .collect();
    json!({ "zone": hours.zone().name(), "weekly": weekly, "overrides": overrides })
}

fn window((start, end): (u16, u16)) -> Result<DayWindow, InvalidField> {
    let minute = |minutes| {
        MinuteOfDay::new(minutes)
            .map_err(|_| InvalidField::new("openHours", "times of day from 00:00 to 24:00"))
    };
    DayWindow::new(minute(start)?, minute(end)?)
}

fn parse<T: DeserializeOwned>(kind: SettingKind, value: &Value) -> Result<T, SettingsError> {
    T::deserialize(value).map_err(|source| SettingsError::Unreadable { kind, source })
}

impl Default for StoredRead {
    fn default() -> Self {
        let CalendarRead {
            busy,
            window_back_days,
            window_ahead_days,
        } = CalendarRead::default();
        Self {
            tentative_blocks: busy.tentative_blocks,
            unaccepted_blocks: busy.unaccepted_blocks,
            out_of_office_blocks: busy.out_of_office_blocks,
            all_day_blocks: busy.all_day_blocks,
            window_back_days,
            window_ahead_days,
        }
    }
}

impl Default for StoredSync {
    fn default() -> Self {
        let sync = Sync::default();
        Self {
            sync_enabled: sync.sync_enabled,
            auto_sync: sync.auto_sync,
            interval_seconds: sync.interval_seconds(),
            direction: sync.direction.as_str().to_owned(),
            policy: sync.policy.map(|policy| policy.as_str().to_owned()),
        }
    }
}

impl Default for StoredWrite {
    fn default() -> Self {
        let write = CalendarWrite::default();
        Self {
            enabled: write.enabled,
            all: write.bulk_sync == BulkSync::All,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(setting: &Setting) {
        let value = write(setting);
        assert_eq!(&read(setting.kind(), &value).unwrap(), setting);
    }

    #[test]
    fn what_is_written_is_read() {
        check(&Setting::CalendarRead(CalendarRead {
            busy: BusyRules {
                out_of_office_blocks: false,
                all_day_blocks: false,
                ..BusyRules::default()
            },
            window_back_days: 7,
            ..CalendarRead::default()
        }));
        let mut sync = Sync::every_seconds(2).unwrap();
        sync.auto_sync = false;
        sync.direction = Direction::FromProvider;
        sync.policy = Some(Policy::Ask);
        check(&Setting::Sync(sync));
        check(&Setting::CalendarWrite(CalendarWrite {
            enabled: true,
            bulk_sync: BulkSync::All,
        }));
        check(&Setting::Meet(Meet {
            enabled: true,
            auto: true,
        }));
        check(&Setting::Drive(Drive { enabled: true }));
        let nine_to_five = window((540, 1020)).unwrap();
        let weekly = vec![WeeklyWindow {
            days: vec![1, 2, 5],
            window: nine_to_five,
        }];
        let overrides = vec![
            DateOverride {
                date: "2026-12-24".parse().unwrap(),
                windows: vec![window((0, 1440)).unwrap()],
            },
            DateOverride {
                date: "2026-12-25".parse().unwrap(),
                windows: Vec::new(),
            },
        ];
        let zone = Zone::iana("Europe/Zurich").unwrap();
        check(&Setting::WorkingHours(Box::new(
            OpenHours::new(zone, weekly, overrides).unwrap(),
        )));
    }

    #[test]
    fn a_row_of_an_older_version_has_defaults_for_what_it_lacks() {
        let sync = sync(&json!({ "autoSync": false })).unwrap();
        assert_eq!(
            (sync.sync_enabled, sync.auto_sync, sync.interval_seconds()),
            (true, false, 900)
        );
    }

    #[test]
    fn an_unreadable_row_names_its_kind() {
        let error = read(SettingKind::Meet, &json!({ "auto": "yes" })).unwrap_err();
        assert_eq!(error.to_string(), "the stored meet settings cannot be read");
    }
}
