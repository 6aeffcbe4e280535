//! What a task of a calendar is about, and whether there is anything to do.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use kalends_core::{
    sync::{
        coverage::{self, WindowDays},
        polling::News,
    },
    time::{CalendarId, Interval},
};
use kalends_providers::provider::{CalendarRef, ChangePage, ProviderError, PullFrom, SingleItem};
use kalends_store::{Calendar, ClaimedTask, Covered, StoreError};

use crate::{
    Engine, channels,
    connections::{LiveAccount, Trigger},
    runner::failure::{Class, Failure},
    settings::{self, InForce, SettingsError},
};

/// How long the provider may take for one page.
const ANSWER: Duration = Duration::from_mins(1);
/// What ends so shortly after a window begins may be left out of a listing: its zone decides, and whole days are long.
pub(crate) const EDGE: SignedDuration = SignedDuration::from_hours(48);

/// A calendar that is to be pulled.
pub(super) struct Subject {
    pub(super) calendar: Calendar,
    pub(super) account: LiveAccount,
    pub(super) settings: InForce,
    pub(super) trigger: Trigger,
    /// Who tells of the calendar's changes.
    pub(super) news: News,
    /// When its rows were read, which is before anything is asked.
    pub(super) loaded_at: Timestamp,
}

impl Subject {
    /// The calendar of a task; `None` when it is not to be pulled: gone, not selected, its account not to be asked,
    /// or syncing turned off by its user.
    pub(super) async fn load(engine: &Engine, task: &ClaimedTask) -> Result<Option<Self>, Failure> {
        let loaded_at = engine.ambient().now();
        let Some(calendar) = calendar(engine, task).await? else {
            return Ok(None);
        };
        let trigger = Trigger::parse(task.payload.get("trigger").and_then(|word| word.as_str()));
        let settings = in_force(engine, &calendar).await?;
        let by_itself = matches!(trigger, Trigger::Poll | Trigger::Push);
        if !settings.sync.sync_enabled || (by_itself && !settings.sync.auto_sync) {
            return Ok(None);
        }
        let account = LiveAccount::load(engine, calendar.tenant, calendar.connection, task.lane).await?;
        let news = channels::news(engine, &calendar).await?;
        Ok(account.map(|account| Self {
            calendar,
            account,
            settings,
            trigger,
            news,
            loaded_at,
        }))
    }

    /// Asks for a page.
    pub(super) async fn page(&self, from: PullFrom) -> Result<ChangePage, ProviderError> {
        let provider = &self.account.provider;
        provider
            .changes(&self.account.ask(ANSWER), &reference(&self.calendar), from)
            .await
    }

    /// Asks for one item.
    pub(super) async fn event(&self, provider_id: &str) -> Result<SingleItem, ProviderError> {
        let provider = &self.account.provider;
        provider
            .event(&self.account.ask(ANSWER), &reference(&self.calendar), provider_id)
            .await
    }
}

/// What a provider needs to know of a calendar.
pub(crate) fn reference(calendar: &Calendar) -> CalendarRef {
    CalendarRef {
        provider_id: calendar.provider_id.clone(),
        zone: calendar.zone.clone(),
    }
}

/// The window that a pass which begins at that time covers when it reads everything, given what is covered already.
pub(super) fn window(
    settings: &InForce,
    now: Timestamp,
    covered: Option<Interval>,
) -> Result<Interval, Failure> {
    coverage::window(now, days(settings), covered)
        .ok_or_else(|| Failure::new(Class::Bug, "internal", "the clock is beyond the calendar"))
}

/// The selected calendar that the task's key names.
pub(crate) async fn calendar(engine: &Engine, task: &ClaimedTask) -> Result<Option<Calendar>, Failure> {
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

/// A window with the time at which it has to move on.
pub(super) fn with_roll(settings: &InForce, window: Interval) -> Covered {
    Covered {
        window,
        rolls_at: coverage::rolls_at(window, days(settings)),
    }
}
