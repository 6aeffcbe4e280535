//! Opens a channel: its row, then the question, then whatever came of it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use kalends_core::{
    sync::channels::{renewal, retry},
    time::PushChannelId,
};
use kalends_providers::provider::{Channel, ErrorClass, NewChannel, ProviderError};
use kalends_store::{ChannelEnd, ChannelState, Effects, NewPushChannel, OpenedChannel, PushChannel};

use super::{
    LIFETIME,
    subject::{Watched, later},
    watch::BELIEVED,
};
use crate::{
    Engine,
    connect::{random, sha256_of},
    connections::Trigger,
    runner::{failure::Failure, task},
};

/// How long the provider may take.
const ANSWER: Duration = Duration::from_secs(20);
/// The provider may count a channel's life from a little later than we do.
const MARGIN: SignedDuration = SignedDuration::from_hours(1);

/// Opens a channel in the place of all that the subject has. `live` still tells meanwhile.
pub(super) async fn open(
    engine: &Engine,
    watched: &Watched,
    channels: &[PushChannel],
    live: Option<&PushChannel>,
) -> Result<(), Failure> {
    let Some(push) = &engine.settings().push else {
        return Ok(());
    };
    let provider = &watched.account.provider;
    let Ok(address) = push.url.join(provider.kind().as_str()) else {
        return Ok(());
    };
    let (id, secret) = (PushChannelId::new(engine.ambient()), random(engine.ambient()));
    let reserved = NewPushChannel {
        id,
        secret_hash: sha256_of(&secret),
        expires_at: later(engine, LIFETIME.saturating_add(MARGIN)),
    };
    engine
        .store()
        .reserve_push_channel(watched.subject, reserved)
        .await?;
    let new = NewChannel {
        id: id.to_string(),
        address,
        secret,
        lifetime: LIFETIME,
    };
    let asked_at = engine.ambient().now();
    match provider
        .watch(&watched.account.ask(ANSWER), &watched.target, &new)
        .await
    {
        Ok(channel) => opened(engine, watched, (id, asked_at, channel), channels).await,
        Err(error) => not_opened(engine, watched, (id, error), live).await,
    }
}

/// The channel is live. What changed before it was is pulled now; the others are stopped.
async fn opened(
    engine: &Engine,
    watched: &Watched,
    (id, asked_at, channel): (PushChannelId, Timestamp, Channel),
    others: &[PushChannel],
) -> Result<(), Failure> {
    let (subject, now) = (watched.subject, engine.ambient().now());
    let renew_at = renewal(asked_at, channel.expires_at, engine.dice());
    let first_look = match subject.calendar {
        Some(calendar) => task::pull(subject.connection, calendar, Trigger::Push, now),
        None => task::discover(subject.connection, now),
    };
    let mut effects = Effects::none()
        .task(task::watch(subject, renew_at))
        .task(first_look);
    let not_ended = |other: &&PushChannel| {
        !matches!(
            other.state,
            ChannelState::Ended | ChannelState::Refused | ChannelState::Failed
        )
    };
    for other in others.iter().filter(not_ended) {
        effects = effects.task(task::unwatch(subject, other.id, now));
    }
    let opened = OpenedChannel {
        resource_id: channel.resource_id,
        expires_at: channel.expires_at,
        renew_at,
    };
    let store = engine.store();
    if store.open_push_channel(subject, id, opened, effects).await? {
        tracing::info!(channel = %id, expires_at = %channel.expires_at, "a push channel is open");
        return Ok(());
    }
    // It was given up while the provider answered.
    let stop = Effects::none().task(task::unwatch(subject, id, now));
    Ok(store.commit_effects(subject.tenant, stop).await?)
}

/// The channel is not live, as far as we know. A refusal is believed for a day; other trouble is tried again, without
/// haste as long as another channel lives.
async fn not_opened(
    engine: &Engine,
    watched: &Watched,
    (id, error): (PushChannelId, ProviderError),
    live: Option<&PushChannel>,
) -> Result<(), Failure> {
    let (subject, now) = (watched.subject, engine.ambient().now());
    let reason = error.code();
    let class = error.class();
    let state = match (&error, class) {
        (ProviderError::Unavailable { .. } | ProviderError::Unreadable { .. }, _) => ChannelState::Stopping,
        (_, ErrorClass::Rejected | ErrorClass::NeedsConsent) => ChannelState::Refused,
        _ => ChannelState::Failed,
    };
    let again = match (state, live) {
        (ChannelState::Refused, _) => Some(later(engine, BELIEVED)),
        (_, Some(live)) => retry(live.expires_at, now, engine.dice()),
        (_, None) => None,
    };
    let mut effects = Effects::none();
    if let Some(again) = again {
        effects = effects.task(task::watch(subject, again));
    }
    if matches!(error, ProviderError::NotFound) {
        effects = effects.task(task::discover(subject.connection, now));
    }
    tracing::info!(channel = %id, reason, ?again, "a push channel was not opened");
    let end = ChannelEnd {
        state,
        reason: reason.to_owned(),
        effects,
    };
    engine.store().fail_push_channel(subject.tenant, id, end).await?;
    match (again, live) {
        (Some(again), Some(live)) => Ok(engine
            .store()
            .postpone_push_channel(subject.tenant, live.id, again, Effects::none())
            .await?),
        (Some(_), None) => Ok(()),
        (None, _) => Err(watched.account.failure(engine, error).await),
    }
}
