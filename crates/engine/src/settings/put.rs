//! Stores settings, and sets in motion what follows from them.

use jiff::Timestamp;
use kalends_core::{
    provider::Feature,
    settings::Setting,
    time::{TenantId, UserId},
};
use kalends_store::{Calendar, CalendarFilter, Effects, NewTask, StoreError};

use super::{SettingsError, of_user, stored};
use crate::{
    Engine, channels,
    connections::{self, Trigger, Want},
    runner::task::{self, Bulk},
};

/// Replaces a user's settings of one kind. What follows is enqueued in the same transaction: new rules about what
/// blocks, or a wider window, recompile the index; another rhythm begins with a pull, and with a
/// look at push channels; events that may be written now are, and an account that has not allowed it yet says so.
pub async fn put(
    engine: &Engine,
    tenant: TenantId,
    user: &UserId,
    setting: Setting,
) -> Result<(), SettingsError> {
    if let Setting::CalendarRead(read) = &setting {
        read.check()?;
    }
    let kind = setting.kind();
    let value = stored::write(&setting);
    let effects = follow_up(engine, tenant, user, &setting).await?;
    if let Some(wanted) = wanted(&setting) {
        connections::want(engine, tenant, user, wanted).await?;
    }
    match engine
        .store()
        .put_setting(tenant, user, (kind.as_str(), &value), effects)
        .await
    {
        Err(StoreError::NotFound { .. }) => Err(SettingsError::UnknownUser),
        result => Ok(result?),
    }
}

/// What the setting makes of a feature that the person's account has to allow.
fn wanted(setting: &Setting) -> Option<(Feature, Want)> {
    let (feature, is_on) = match setting {
        Setting::CalendarWrite(write) => (Feature::CalendarWrite, write.enabled),
        Setting::Meet(meet) => (Feature::Meet, meet.enabled),
        _ => return None,
    };
    Some((feature, if is_on { Want::On } else { Want::Off }))
}

/// Lets the account of a person's new write target say what it has not allowed yet.
pub(crate) async fn want_what_is_on(
    engine: &Engine,
    tenant: TenantId,
    user: &UserId,
) -> Result<(), SettingsError> {
    let settings = of_user(engine, tenant, user).await?;
    for (feature, is_on) in [
        (Feature::CalendarWrite, settings.write.enabled),
        (Feature::Meet, settings.meet.enabled),
    ] {
        if is_on {
            connections::want(engine, tenant, user, (feature, Want::On)).await?;
        }
    }
    Ok(())
}

async fn follow_up(
    engine: &Engine,
    tenant: TenantId,
    user: &UserId,
    setting: &Setting,
) -> Result<Effects, StoreError> {
    let bulk = |bulk| task::bulk_push(tenant, user, bulk, engine.ambient().now());
    let of_calendar: Option<fn(&Calendar, Timestamp) -> NewTask> = match setting {
        Setting::CalendarRead(_) => {
            Some(|calendar, now| task::recompile(calendar.connection, calendar.id, None, now))
        }
        Setting::Sync(sync) if sync.sync_enabled && sync.auto_sync => {
            Some(|calendar, now| task::pull(calendar.connection, calendar.id, Trigger::Poll, now))
        }
        Setting::Sync(_) => None,
        Setting::WorkingHours(_) => {
            let look = task::conflicts(tenant, user, engine.ambient().now());
            return Ok(Effects::none().task(look));
        }
        Setting::CalendarWrite(write) if write.enabled => {
            return Ok(Effects::none().task(bulk(Bulk::Owed)));
        }
        Setting::Meet(_) => return Ok(Effects::none().task(bulk(Bulk::Meetings))),
        Setting::CalendarWrite(_) | Setting::Drive(_) => return Ok(Effects::none()),
    };
    let filter = CalendarFilter {
        user: Some(user),
        ..CalendarFilter::default()
    };
    let calendars = engine.store().calendars(tenant, filter).await?;
    let now = engine.ambient().now();
    let selected = calendars
        .iter()
        .filter(|calendar| calendar.selected && calendar.lost_at.is_none());
    let mut effects = Effects::none();
    if matches!(setting, Setting::CalendarRead(_)) {
        effects = effects.task(task::conflicts(tenant, user, now));
    }
    if matches!(setting, Setting::Sync(sync) if sync.sync_enabled) {
        effects = effects.task(bulk(Bulk::Owed));
    }
    for calendar in selected {
        effects.tasks.extend(of_calendar.map(|task| task(calendar, now)));
        if matches!(setting, Setting::Sync(_)) {
            let provider = engine
                .store()
                .connection(tenant, calendar.connection)
                .await?
                .provider;
            let named = (tenant, calendar.connection, calendar.id);
            effects = effects.and(channels::watch_of_calendar(engine, provider, named));
        }
    }
    Ok(effects)
}
