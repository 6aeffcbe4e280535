//! Stores settings, and sets in motion what follows from them.

use jiff::Timestamp;
use kalends_core::{
    settings::Setting,
    time::{TenantId, UserId},
};
use kalends_store::{Calendar, CalendarFilter, Effects, NewTask, StoreError};

use super::{SettingsError, stored};
use crate::{Engine, connections::Trigger, runner::task};

/// Replaces a user's settings of one kind. What follows is enqueued in the same transaction: new rules about what
/// blocks, or a wider window, recompile the index; another rhythm begins with a pull.
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
    let of_calendar: fn(&Calendar, Timestamp) -> NewTask = match setting {
        Setting::CalendarRead(_) => {
            |calendar, now| task::recompile(calendar.connection, calendar.id, None, now)
        }
        Setting::Sync(sync) if sync.sync_enabled && sync.auto_sync => {
            |calendar, now| task::pull(calendar.connection, calendar.id, Trigger::Poll, now)
        }
        _ => return Ok(Effects::none()),
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
    Ok(selected.fold(Effects::none(), |effects, calendar| {
        effects.task(of_calendar(calendar, now))
    }))
}
