//! Whether a channel tells what it should.

use jiff::{SignedDuration, Timestamp};
use kalends_core::{
    sync::polling::News,
    time::{CalendarId, TenantId},
};
use kalends_store::{Calendar, ChannelState, ChannelSubject, Effects, PushChannel, StoreError};

use crate::{Engine, runner::task};

/// Untold changes in a row from which a channel counts as dead; providers lose a small part of their messages.
const DEAD: u32 = 3;
/// How long the first message may take, which is sent when a channel is opened.
const FIRST_MESSAGE: SignedDuration = SignedDuration::from_mins(10);
/// A dead channel is replaced no sooner: when messages cannot reach us, a new one is as dead.
const REPLACED_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// How a live channel does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Health {
    /// It tells.
    Well,
    /// It has never told anything, not even that it was opened.
    Unheard,
    /// It has stopped telling.
    Silent,
}

/// Whether the provider takes it for open.
pub(super) fn is_live(channel: &PushChannel, now: Timestamp) -> bool {
    channel.state == ChannelState::Live && now < channel.expires_at
}

pub(super) fn health(channel: &PushChannel, now: Timestamp) -> Health {
    let age = now.duration_since(channel.opened_at);
    if channel.missed >= DEAD {
        Health::Silent
    } else if channel.last_message_at.is_none() && age > FIRST_MESSAGE {
        Health::Unheard
    } else {
        Health::Well
    }
}

/// Whether a live channel has been dead for so long that another one is tried.
pub(super) fn is_worn_out(channel: &PushChannel, now: Timestamp) -> bool {
    health(channel, now) != Health::Well && now.duration_since(channel.opened_at) >= REPLACED_AFTER
}

/// Who tells of a calendar's changes: its channel when that is well and has been heard.
pub(crate) async fn news(engine: &Engine, calendar: &Calendar) -> Result<News, StoreError> {
    if engine.settings().push.is_none() {
        return Ok(News::Asked);
    }
    let now = engine.ambient().now();
    let channels = engine
        .store()
        .push_channels_of_calendars(calendar.tenant, &[calendar.id])
        .await?;
    let tells = |channel: &PushChannel| {
        is_live(channel, now) && channel.last_message_at.is_some() && health(channel, now) == Health::Well
    };
    Ok(if channels.iter().any(tells) {
        News::Told
    } else {
        News::Asked
    })
}

/// A poll found changes of a calendar: its channel should have told of them. One that often has not is looked after.
pub(crate) async fn missed(engine: &Engine, calendar: &Calendar) -> Result<(), StoreError> {
    let (tenant, id): (TenantId, CalendarId) = (calendar.tenant, calendar.id);
    let Some(since) = calendar.sync.as_of else {
        return Ok(());
    };
    if engine.store().count_missed_push(tenant, id, since).await? != DEAD {
        return Ok(());
    }
    tracing::warn!(calendar = %id, "a push channel has stopped telling; polls go on");
    let subject = ChannelSubject {
        tenant,
        connection: calendar.connection,
        calendar: Some(id),
    };
    let look = Effects::none().task(task::watch(subject, engine.ambient().now()));
    engine.store().commit_effects(tenant, look).await
}
