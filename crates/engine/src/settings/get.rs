//! Reads settings.

use std::collections::BTreeMap;

use kalends_core::{
    settings::{CalendarRead, CalendarWrite, Drive, Meet, Setting, SettingKind, Sync},
    slots::{DayWindow, OpenHours, WeeklyWindow},
    time::{TenantId, UserId},
};
use kalends_store::UserSettings;
use serde_json::Value;

use super::{SettingsError, stored};
use crate::Engine;

/// The settings that pulls, pushes and answers go by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InForce {
    pub(crate) read: CalendarRead,
    pub(crate) sync: Sync,
    pub(crate) write: CalendarWrite,
    pub(crate) meet: Meet,
    /// `None` when the user never set any: open at all times.
    pub(crate) hours: Option<OpenHours>,
}

/// A user's settings of one kind: what was stored, or the defaults.
pub async fn get(
    engine: &Engine,
    tenant: TenantId,
    user: &UserId,
    kind: SettingKind,
) -> Result<Setting, SettingsError> {
    let user = row(engine, tenant, user).await?;
    match user.settings.get(kind.as_str()) {
        Some(value) => stored::read(kind, value),
        None => defaults(engine, kind, &user),
    }
}

/// The settings in force for one user.
pub(crate) async fn of_user(
    engine: &Engine,
    tenant: TenantId,
    user: &UserId,
) -> Result<InForce, SettingsError> {
    let user = row(engine, tenant, user).await?;
    read(engine, &user.settings)
}

/// The settings in force by a user's stored values.
pub(crate) fn read(engine: &Engine, values: &BTreeMap<String, Value>) -> Result<InForce, SettingsError> {
    let value = |kind: SettingKind| values.get(kind.as_str());
    Ok(InForce {
        read: match value(SettingKind::CalendarRead) {
            Some(value) => stored::calendar_read(value)?,
            None => CalendarRead::default(),
        },
        sync: match value(SettingKind::Sync) {
            Some(value) => stored::sync(value)?,
            None => default_sync(engine)?,
        },
        write: match value(SettingKind::CalendarWrite) {
            Some(value) => stored::calendar_write(value)?,
            None => CalendarWrite::default(),
        },
        meet: match value(SettingKind::Meet) {
            Some(value) => stored::meet(value)?,
            None => Meet::default(),
        },
        hours: value(SettingKind::WorkingHours)
            .map(stored::working_hours)
            .transpose()?,
    })
}

async fn row(engine: &Engine, tenant: TenantId, user: &UserId) -> Result<UserSettings, SettingsError> {
    let found = engine
        .store()
        .users_with_settings(tenant, std::slice::from_ref(user))
        .await?;
    found.into_iter().next().ok_or(SettingsError::UnknownUser)
}

fn default_sync(engine: &Engine) -> Result<Sync, SettingsError> {
    let seconds = engine.settings().poll_interval.as_secs();
    Ok(Sync::every_seconds(u32::try_from(seconds).unwrap_or(u32::MAX))?)
}

fn defaults(engine: &Engine, kind: SettingKind, user: &UserSettings) -> Result<Setting, SettingsError> {
    Ok(match kind {
        SettingKind::CalendarRead => Setting::CalendarRead(CalendarRead::default()),
        SettingKind::CalendarWrite => Setting::CalendarWrite(CalendarWrite::default()),
        SettingKind::Drive => Setting::Drive(Drive::default()),
        SettingKind::Meet => Setting::Meet(Meet::default()),
        SettingKind::Sync => Setting::Sync(default_sync(engine)?),
        SettingKind::WorkingHours => Setting::WorkingHours(Box::new(always_open(user)?)),
    })
}

/// Open at all times, in the user's zone.
fn always_open(user: &UserSettings) -> Result<OpenHours, SettingsError> {
    let every_day = WeeklyWindow {
        days: (1..=7).collect(),
        window: DayWindow::DAY,
    };
    Ok(OpenHours::new(
        user.user.zone.clone(),
        vec![every_day],
        Vec::new(),
    )?)
}
