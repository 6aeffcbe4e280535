//! Push channels: subjects that nothing looks after, channels that are to be stopped, and rows that are long over.

use kalends_core::provider::ProviderKind;
use kalends_providers::provider::Covers;
use kalends_store::{ChannelSubject, Dead, NewTask, StoreError};

use super::BATCH;
use crate::{
    Engine,
    channels::{covers, without_task},
    runner::task::{self, Kind},
};

pub(super) async fn sweep(engine: &Engine) -> Result<usize, StoreError> {
    engine.store().prune_push_channels().await?;
    Ok(calendars(engine).await? + lists(engine).await? + unwanted(engine).await? + stops(engine).await?)
}

/// Calendars that are to be watched and that nothing looks after.
async fn calendars(engine: &Engine) -> Result<usize, StoreError> {
    let providers = providers(engine, Covers::Calendar);
    let (mut made, mut after) = (0, None);
    while !providers.is_empty() {
        let subjects = engine
            .store()
            .calendars_to_watch(&providers, after, BATCH)
            .await?;
        let Some(last) = subjects.last() else { break };
        after = last.calendar;
        made += look_after(engine, subjects).await?;
    }
    Ok(made)
}

/// Accounts whose list of calendars is to be watched and that nothing looks after.
async fn lists(engine: &Engine) -> Result<usize, StoreError> {
    let providers = providers(engine, Covers::CalendarList);
    let (mut made, mut after) = (0, None);
    while !providers.is_empty() {
        let subjects = engine
            .store()
            .connections_to_watch(&providers, after, BATCH)
            .await?;
        let Some(last) = subjects.last() else { break };
        after = Some(last.connection);
        made += look_after(engine, subjects).await?;
    }
    Ok(made)
}

/// Calendars that have a channel and are not to be watched.
async fn unwanted(engine: &Engine) -> Result<usize, StoreError> {
    let (mut made, mut after) = (0, None);
    loop {
        let channels = engine.store().push_channels_unwanted(after, BATCH).await?;
        let Some(last) = channels.last() else {
            return Ok(made);
        };
        after = Some(last.id);
        let mut subjects: Vec<ChannelSubject> = channels.iter().map(|channel| channel.subject).collect();
        subjects.sort_unstable();
        subjects.dedup();
        made += look_after(engine, subjects).await?;
    }
}

/// Channels that are to be stopped.
async fn stops(engine: &Engine) -> Result<usize, StoreError> {
    let (mut made, mut after) = (0, None);
    loop {
        let channels = engine.store().push_channels_owing_stop(after, BATCH).await?;
        let Some(last) = channels.last() else {
            return Ok(made);
        };
        after = Some(last.id);
        let keys: Vec<String> = channels.iter().map(|channel| channel.id.to_string()).collect();
        let missing = engine
            .store()
            .keys_without_task(Kind::Unwatch.as_str(), &keys, Dead::Covers)
            .await?;
        let now = engine.ambient().now();
        for channel in channels
            .iter()
            .filter(|channel| missing.contains(&channel.id.to_string()))
        {
            let stop = task::unwatch(channel.subject, channel.id, now);
            enqueue(engine, channel.subject, stop).await?;
            made += 1;
        }
    }
}

async fn look_after(engine: &Engine, subjects: Vec<ChannelSubject>) -> Result<usize, StoreError> {
    let now = engine.ambient().now();
    let missing = without_task(engine, subjects, Dead::Covers).await?;
    for subject in &missing {
        enqueue(engine, *subject, task::watch(*subject, now)).await?;
    }
    Ok(missing.len())
}

async fn enqueue(engine: &Engine, subject: ChannelSubject, task: NewTask) -> Result<(), StoreError> {
    engine.store().enqueue(subject.tenant, vec![task]).await
}

fn providers(engine: &Engine, what: Covers) -> Vec<ProviderKind> {
    engine
        .adapters()
        .filter(|provider| covers(engine, *provider, what))
        .collect()
}
