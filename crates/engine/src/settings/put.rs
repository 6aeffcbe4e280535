//! Stores settings, and sets in motion what follows from them.

use jiff::Timestamp;
use kalends_core::{
    settings::Setting,
    time::{TenantId, UserId},
};
use kalends_store::{Calendar, CalendarFilter, Effects, NewTask, StoreError};

use super::{SettingsError, stored};
use crate::{Engine, channels, connections::Trigger, links, runner::task};

/// Replaces a user's settings of one kind. What follows is enqueued in the same transaction: new rules about what
/// blocks, or a wider window, recompile the index; another rhythm begins with a pull, and with a
/// look at push channels.
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
    match engine
        .store()
        .put_setting(tenant, user, (kind.as_str(), &value), effects)
        .await
    {
        Err(StoreError::NotFound { .. }) => Err(SettingsError::UnknownUser),
        result => Ok(result?),
    }
}

async fn follow_up(
    engine: &Engine,
    tenant: TenantId,
    user: &UserId,
    setting: &Setting,
) -> Result<Effects, StoreError> {
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
        // What another choice held up goes on.
        Setting::CalendarWrite(_) | Setting::Meet(_) => {
            return links::resumed_of_user(engine, tenant, user).await;
        }
        Setting::Drive(_) => return Ok(Effects::none()),
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
    if matches!(setting, Setting::Sync(_)) {
        effects = effects.and(links::resumed_of_user(engine, tenant, user).await?);
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
