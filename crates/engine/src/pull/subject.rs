//! What a task of a calendar is about, and whether there is anything to do.

use kalends_core::{sync::coverage::WindowDays, time::CalendarId};
use kalends_providers::provider::CalendarRef;
use kalends_store::{Calendar, ClaimedTask, StoreError};

use crate::{
    Engine,
    connections::{LiveAccount, Trigger},
    runner::failure::{Class, Failure},
    settings::{self, InForce, SettingsError},
};

/// A calendar that is to be pulled.
pub(super) struct Subject {
    pub(super) calendar: Calendar,
    pub(super) account: LiveAccount,
    pub(super) settings: InForce,
    pub(super) trigger: Trigger,
}

impl Subject {
    /// The calendar of a task; `None` when it is not to be pulled: gone, not selected, its account not to be asked,
    /// or syncing turned off by its user.
    pub(super) async fn load(engine: &Engine, task: &ClaimedTask) -> Result<Option<Self>, Failure> {
        let Some(calendar) = calendar(engine, task).await? else {
            return Ok(None);
        };
        let trigger = Trigger::parse(task.payload.get("trigger").and_then(|word| word.as_str()));
        let settings = in_force(engine, &calendar).await?;
        if !settings.sync.sync_enabled || (trigger == Trigger::Poll && !settings.sync.auto_sync) {
            return Ok(None);
        }
        let account = LiveAccount::load(engine, calendar.tenant, calendar.connection, task.lane).await?;
        Ok(account.map(|account| Self {
            calendar,
            account,
            settings,
            trigger,
        }))
    }

    pub(super) fn remote(&self) -> CalendarRef {
        CalendarRef {
            provider_id: self.calendar.provider_id.clone(),
            zone: self.calendar.zone.clone(),
        }
    }
}

/// The selected calendar that the task's key names.
pub(super) async fn calendar(engine: &Engine, task: &ClaimedTask) -> Result<Option<Calendar>, Failure> {
    let (Some(tenant), Ok(id)) = (task.tenant, task.key.parse::<CalendarId>()) else {
        return Err(Failure::new(Class::Bug, "internal", "the task names no calendar"));
    };
    match engine.store().calendar(tenant, id).await {
        Err(StoreError::NotFound { .. }) => Ok(None),
        result => Ok(Some(result?).filter(|calendar| calendar.selected && calendar.lost_at.is_none())),
    }
}

/// The settings of a calendar's user.
pub(super) async fn in_force(engine: &Engine, calendar: &Calendar) -> Result<InForce, Failure> {
    settings::of_user(engine, calendar.tenant, &calendar.user)
        .await
        .map_err(|error| match error {
            SettingsError::Store(error) => error.into(),
            error => Failure::new(Class::Bug, "settings_unreadable", error),
        })
}

/// The window that a user's settings ask for.
pub(super) fn days(settings: &InForce) -> WindowDays {
    WindowDays {
        back: settings.read.window_back_days,
        ahead: settings.read.window_ahead_days,
    }
}
