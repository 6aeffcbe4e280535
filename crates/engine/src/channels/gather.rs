//! Group commit: messages that come while others are written are written together, by one commit.
//!
//! A round takes all that wait, looks their channels up by one read, leaves out what a waiting task covers already, and
//! writes the rest at once. So a burst costs reads, and a flood of forged messages no write. There is one round at a time,
//! or as many as the database commits at a time.

use std::{
    collections::{BTreeMap, HashMap},
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use kalends_core::time::{CalendarId, PushChannelId};
use kalends_store::{ChannelSubject, Heard, HeardBatch, NewTask, PushChannel, StoreError, TaskLane};
use tokio::sync::oneshot;

use super::{
    Notification, NotifiedError,
    judge::{Work, Worth, judge},
};
use crate::{
    Engine,
    connections::Trigger,
    runner::task::{self, Kind},
};

/// Messages that may wait; a provider sends again what is refused beyond.
const MOST_WAITING: usize = 10_000;
/// Messages in one round.
const MOST_AT_ONCE: usize = 500;
/// Calendars whose last pull is remembered before old ones are forgotten.
const REMEMBERED: usize = 10_000;

/// Messages on their way into the database.
#[derive(Debug, Default)]
pub(crate) struct Gatherer {
    waiting: Mutex<Waiting>,
    /// When a message last asked for a pull of a calendar.
    asked: Mutex<HashMap<CalendarId, Timestamp>>,
}

#[derive(Debug, Default)]
struct Waiting {
    messages: Vec<Message>,
    /// Rounds under way.
    rounds: usize,
}

#[derive(Debug)]
struct Message {
    channel: PushChannelId,
    notification: Notification,
    answer: oneshot::Sender<Result<(), NotifiedError>>,
}

impl Gatherer {
    /// Waits until the message is durable, together with whatever else has come.
    pub(super) async fn submit(
        &self,
        engine: &Engine,
        channel: PushChannelId,
        notification: Notification,
    ) -> Result<(), NotifiedError> {
        let (answer, answered) = oneshot::channel();
        {
            let mut waiting = lock(&self.waiting);
            if waiting.messages.len() >= MOST_WAITING {
                return Err(NotifiedError::Busy);
            }
            waiting.messages.push(Message {
                channel,
                notification,
                answer,
            });
            if waiting.rounds < engine.store().commits_at_once() {
                waiting.rounds += 1;
                // Of its own, so that a sender who hangs up does not take the others' messages along.
                tokio::spawn(rounds(engine.clone()));
            }
        }
        answered.await.unwrap_or(Err(NotifiedError::Busy))
    }

    /// The next round's messages; `None` ends this row of rounds.
    fn next(&self) -> Option<Vec<Message>> {
        let mut waiting = lock(&self.waiting);
        if waiting.messages.is_empty() {
            waiting.rounds -= 1;
            return None;
        }
        let rest = waiting.messages.len().min(MOST_AT_ONCE);
        let rest = waiting.messages.split_off(rest);
        Some(mem::replace(&mut waiting.messages, rest))
    }

    /// When a calendar may be pulled: at once, or a pause after the pull that a message asked for before.
    fn pull_at(&self, calendar: CalendarId, now: Timestamp, pause: SignedDuration) -> Timestamp {
        let asked = lock(&self.asked);
        let earliest = asked.get(&calendar).and_then(|last| last.checked_add(pause).ok());
        earliest.map_or(now, |earliest| earliest.max(now))
    }

    fn pulled_at(&self, calendar: CalendarId, at: Timestamp, pause: SignedDuration) {
        let mut asked = lock(&self.asked);
        if asked.len() >= REMEMBERED {
            asked.retain(|_, last| at.duration_since(*last) < pause);
        }
        asked.insert(calendar, at);
    }
}

/// Says that a row of rounds has ended, also when one has panicked.
struct Ended(Engine);

impl Drop for Ended {
    fn drop(&mut self) {
        lock(&self.0.gatherer().waiting).rounds -= 1;
    }
}

async fn rounds(engine: Engine) {
    let ended = Ended(engine.clone());
    loop {
        // Those who are just about to say something come along.
        tokio::task::yield_now().await;
        let Some(messages) = engine.gatherer().next() else {
            break;
        };
        let outcome = round(&engine, &messages).await;
        if let Err(error) = &outcome {
            tracing::error!(%error, count = messages.len(), "notifications could not be stored");
        }
        let outcome = outcome.map_err(|error| NotifiedError::Store(Arc::new(error)));
        for message in messages {
            // Who has hung up need not be told.
            let _ = message.answer.send(outcome.clone());
        }
    }
    // Nothing waited a moment ago, and `next` has said so under the lock.
    mem::forget(ended);
}

/// Makes what follows from the messages durable.
async fn round(engine: &Engine, messages: &[Message]) -> Result<(), StoreError> {
    let mut ids: Vec<PushChannelId> = messages.iter().map(|message| message.channel).collect();
    ids.sort_unstable();
    ids.dedup();
    let channels = engine.store().push_channels_of_any_tenant(&ids).await?;
    let channels: HashMap<PushChannelId, PushChannel> = channels
        .into_iter()
        .map(|channel| (channel.id, channel))
        .collect();
    let now = engine.ambient().now();
    let mut heard = BTreeMap::new();
    let mut pulls = BTreeMap::new();
    let mut others = BTreeMap::new();
    for message in messages {
        let channel = channels.get(&message.channel);
        let (worth, channel) = match (judge(&message.notification, channel, now), channel) {
            (Ok(worth), Some(channel)) => (worth, channel),
            (ignored, _) => {
                tracing::debug!(channel = %message.channel, ?ignored, "a notification is ignored");
                continue;
            }
        };
        let Worth {
            work,
            mark,
            resource_id,
        } = worth;
        let subject = channel.subject;
        match work {
            Work::Nothing => {}
            Work::Pull(calendar) => drop(pulls.insert(calendar, subject)),
            Work::Discover => {
                let list = task::discover(subject.connection, now);
                others.insert(list.key.clone(), (subject.tenant, list));
            }
            Work::Unwatch => {
                let stop = task::unwatch(subject, channel.id, now);
                others.insert(stop.key.clone(), (subject.tenant, stop));
            }
        }
        if mark {
            heard.insert(
                channel.id,
                Heard {
                    channel: channel.id,
                    resource_id,
                },
            );
        }
    }
    let mut tasks = pulls_to_write(engine, &pulls, now).await?;
    tasks.extend(others.into_values());
    if heard.is_empty() && tasks.is_empty() {
        return Ok(());
    }
    let heard = heard.into_values().collect();
    engine.store().commit_heard(HeardBatch { heard, tasks }).await
}

/// The pulls that no waiting task covers. One that waits is claimed after this, so it begins after the message came.
async fn pulls_to_write(
    engine: &Engine,
    pulls: &BTreeMap<CalendarId, ChannelSubject>,
    now: Timestamp,
) -> Result<Vec<(kalends_core::time::TenantId, NewTask)>, StoreError> {
    let Some(push) = engine.settings().push.as_ref().filter(|_| !pulls.is_empty()) else {
        return Ok(Vec::new());
    };
    let latest = now.saturating_add(push.pause).unwrap_or(Timestamp::MAX);
    let keys: Vec<String> = pulls.keys().map(CalendarId::to_string).collect();
    let covered = engine
        .store()
        .keys_with_task_by(Kind::Pull.as_str(), &keys, (latest, TaskLane::Push))
        .await?;
    let covered: std::collections::HashSet<String> = covered.into_iter().collect();
    let mut tasks = Vec::with_capacity(pulls.len());
    for (calendar, subject) in pulls {
        if covered.contains(&calendar.to_string()) {
            continue;
        }
        let at = engine.gatherer().pull_at(*calendar, now, push.pause);
        engine.gatherer().pulled_at(*calendar, at, push.pause);
        tasks.push((
            subject.tenant,
            task::pull(subject.connection, *calendar, Trigger::Push, at),
        ));
    }
    Ok(tasks)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
