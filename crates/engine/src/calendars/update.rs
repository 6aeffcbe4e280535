//! What a person chooses about a calendar.

use kalends_core::time::{CalendarId, TenantId};
use kalends_store::{Connection, ConnectionState, Effects, StoreError};

use super::{Calendar, CalendarError, get, missing};
use crate::{
    Engine, changes, channels,
    connections::Trigger,
    runner::task::{self, Bulk},
    settings::{self, SettingsError},
};

/// What to change; `None` leaves it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UpdateCalendar {
    /// Whether it counts for availability. Selecting syncs at once, deselecting deletes its events and busy time.
    pub selected: Option<bool>,
    /// Whether it gets the user's events, instead of the one that got them before.
    pub write_target: Option<bool>,
}

/// Changes a calendar and answers with it as it then is.
pub async fn update(
    engine: &Engine,
    tenant: TenantId,
    id: CalendarId,
    update: UpdateCalendar,
) -> Result<Calendar, CalendarError> {
    let row = engine.store().calendar(tenant, id).await.map_err(missing)?;
    let connection = engine.store().connection(tenant, row.connection).await?;
    let gone = row.lost_at.is_some() || connection.state == ConnectionState::Disconnected;
    if gone && (update.selected == Some(true) || update.write_target == Some(true)) {
        return Err(CalendarError::Lost);
    }
    if update.write_target == Some(true) && !row.capabilities.can_write {
        return Err(CalendarError::NotWritable);
    }
    let news = || Effects::none().change(changes::calendar_updated(&row.user, row.connection, id));
    match update.selected {
        Some(true) => {
            let pull = task::pull(row.connection, id, Trigger::Selected, engine.ambient().now());
            let effects = news().task(pull).and(watches(engine, &connection, id));
            engine.store().select_calendar(tenant, id, effects).await?;
        }
        Some(false) => {
            let look = task::conflicts(tenant, &row.user, engine.ambient().now());
            let effects = news().task(look).and(watches(engine, &connection, id));
            engine.store().deselect_calendar(tenant, id, effects).await?;
        }
        None => {}
    }
    match update.write_target {
        Some(true) if !row.write_target => {
            let now = engine.ambient().now();
            let effects = news().task(task::bulk_push(tenant, &row.user, Bulk::Owed, now));
            engine
                .store()
                .set_write_target(tenant, id, effects)
                .await
                .map_err(|error| match error {
                    StoreError::Conflict { .. } => CalendarError::NotWritable,
                    error => CalendarError::Store(error),
                })?;
            // Where the person is gone, or what they once set cannot be read, nobody is to be asked.
            let wanted = settings::want_what_is_on(engine, tenant, &row.user).await;
            if let Err(SettingsError::Store(error)) = wanted {
                return Err(error.into());
            }
        }
        Some(false) if row.write_target => engine.store().clear_write_target(tenant, id, news()).await?,
        Some(_) | None => {}
    }
    get(engine, tenant, id).await
}

/// What opens the calendar's push channel, or lets it go.
fn watches(engine: &Engine, connection: &Connection, id: CalendarId) -> Effects {
    channels::watch_of_calendar(
        engine,
        connection.provider,
        (connection.tenant, connection.id, id),
    )
}
