//! What a channel is about, and whether it is wanted.

use jiff::Timestamp;
use kalends_core::{
    provider::ProviderKind,
    time::{CalendarId, ConnectionId, TenantId},
};
use kalends_providers::provider::{CalendarRef, WatchTarget};
use kalends_store::{Calendar, ChannelSubject, ClaimedTask, Dead, Effects, StoreError};

use super::Covers;
use crate::{
    Engine,
    connections::LiveAccount,
    runner::{
        failure::{Class, Failure},
        task::{self, Kind},
    },
    settings::{self, SettingsError},
};

/// Whether a subject is to be watched.
pub(super) enum Wanted {
    /// It is.
    Yes(Box<Watched>),
    /// Not as long as its person's settings or consent stay as they are.
    NotNow,
    /// It is not.
    No,
}

/// A subject that is to be watched.
pub(super) struct Watched {
    pub(super) subject: ChannelSubject,
    pub(super) target: WatchTarget,
    pub(super) account: LiveAccount,
}

/// What the task names; `None` when there is nothing to do for it: it is gone, its account is not to be asked, or push
/// is off.
pub(super) async fn load(
    engine: &Engine,
    task: &ClaimedTask,
) -> Result<Option<(ChannelSubject, Wanted)>, Failure> {
    let (Some(tenant), Some(named)) = (task.tenant, task::watched(&task.key)) else {
        return Err(Failure::new(Class::Bug, "internal", "the task names no subject"));
    };
    let calendar = match named {
        task::Watched::Calendar(id) => match engine.store().calendar(tenant, id).await {
            Err(StoreError::NotFound { .. }) => return Ok(None),
            result => Some(result?),
        },
        task::Watched::CalendarList(_) => None,
    };
    let connection = match (&calendar, named) {
        (Some(calendar), _) => calendar.connection,
        (None, task::Watched::CalendarList(id)) => id,
        (None, task::Watched::Calendar(_)) => return Ok(None),
    };
    let subject = ChannelSubject {
        tenant,
        connection,
        calendar: calendar.as_ref().map(|calendar| calendar.id),
    };
    let Some(account) = LiveAccount::load(engine, tenant, connection, task.lane).await? else {
        return Ok(None);
    };
    let needed = calendar
        .as_ref()
        .map_or(Covers::CalendarList, |_| Covers::Calendar);
    if !covers(engine, account.connection.provider, needed) {
        return Ok(None);
    }
    let wanted = wanted(engine, subject, calendar.as_ref(), account).await?;
    Ok(Some((subject, wanted)))
}

async fn wanted(
    engine: &Engine,
    subject: ChannelSubject,
    calendar: Option<&Calendar>,
    account: LiveAccount,
) -> Result<Wanted, Failure> {
    if !account.may_read {
        return Ok(Wanted::NotNow);
    }
    let target = match calendar {
        None => WatchTarget::CalendarList,
        Some(calendar) if !calendar.selected || calendar.lost_at.is_some() => return Ok(Wanted::No),
        Some(calendar) => {
            let settings = settings::of_user(engine, calendar.tenant, &calendar.user).await;
            let sync = settings
                .map_err(|error| match error {
                    SettingsError::Store(error) => error.into(),
                    error => Failure::new(Class::Bug, "settings_unreadable", error),
                })?
                .sync;
            if !(sync.sync_enabled && sync.auto_sync) {
                return Ok(Wanted::NotNow);
            }
            WatchTarget::Calendar(CalendarRef {
                provider_id: calendar.provider_id.clone(),
                zone: calendar.zone.clone(),
            })
        }
    };
    Ok(Wanted::Yes(Box::new(Watched {
        subject,
        target,
        account,
    })))
}

/// Whether channels of the provider can cover this, and reach us.
pub(crate) fn covers(engine: &Engine, provider: ProviderKind, what: Covers) -> bool {
    engine.settings().push.is_some()
        && engine
            .provider(provider)
            .is_some_and(|adapter| adapter.capabilities().push.contains(&what))
}

/// The task that looks after a calendar's channel at once, where it can be watched.
pub(crate) fn watch_of_calendar(
    engine: &Engine,
    provider: ProviderKind,
    (tenant, connection, calendar): (TenantId, ConnectionId, CalendarId),
) -> Effects {
    let subject = ChannelSubject {
        tenant,
        connection,
        calendar: Some(calendar),
    };
    if covers(engine, provider, Covers::Calendar) {
        Effects::none().task(task::watch(subject, engine.ambient().now()))
    } else {
        Effects::none()
    }
}

/// The tasks that look after the channels of an account, its list and these of its calendars, where they can be watched:
/// for what nothing looks after.
pub(crate) async fn watches_of_account(
    engine: &Engine,
    provider: ProviderKind,
    (tenant, connection): (TenantId, ConnectionId),
    calendars: impl IntoIterator<Item = CalendarId>,
) -> Result<Effects, StoreError> {
    let subject = |calendar| ChannelSubject {
        tenant,
        connection,
        calendar,
    };
    let mut subjects = Vec::new();
    if covers(engine, provider, Covers::CalendarList) {
        subjects.push(subject(None));
    }
    if covers(engine, provider, Covers::Calendar) {
        subjects.extend(calendars.into_iter().map(|calendar| subject(Some(calendar))));
    }
    let now = engine.ambient().now();
    let missing = without_task(engine, subjects, Dead::CoversNothing).await?;
    let tasks = missing.into_iter().map(|subject| task::watch(subject, now));
    Ok(tasks.fold(Effects::none(), Effects::task))
}

/// Those of the subjects that no task looks after.
pub(crate) async fn without_task(
    engine: &Engine,
    subjects: Vec<ChannelSubject>,
    dead: Dead,
) -> Result<Vec<ChannelSubject>, StoreError> {
    if subjects.is_empty() {
        return Ok(subjects);
    }
    let keys: Vec<String> = subjects.iter().map(task::watch_key).collect();
    let missing = engine
        .store()
        .keys_without_task(Kind::Watch.as_str(), &keys, dead)
        .await?;
    Ok(subjects
        .into_iter()
        .zip(keys)
        .filter(|(_, key)| missing.contains(key))
        .map(|(subject, _)| subject)
        .collect())
}

/// That long from now.
pub(super) fn later(engine: &Engine, wait: jiff::SignedDuration) -> Timestamp {
    let now = engine.ambient().now();
    now.saturating_add(wait).unwrap_or(Timestamp::MAX)
}
