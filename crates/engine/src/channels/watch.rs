//! Task: brings a subject's channels to what is wanted, and says when to look again.

use jiff::SignedDuration;
use kalends_core::sync::channels::{Renewal, due};
use kalends_store::{ChannelState, ClaimedTask, Effects, PushChannel};

use super::{
    alive::{is_live, is_worn_out},
    open::open,
    stop::retire,
    subject::{Wanted, Watched, later, load},
};
use crate::{
    Engine,
    runner::{failure::Failure, task},
};

/// How long a refusal is believed, and settings that forbid channels.
pub(super) const BELIEVED: SignedDuration = SignedDuration::from_hours(24);

/// Opens, replaces or lets go, as the rows say now. A live channel is kept while a new one cannot be had.
pub(crate) async fn watch(engine: &Engine, task: &ClaimedTask) -> Result<(), Failure> {
    let Some((subject, wanted)) = load(engine, task).await? else {
        return Ok(());
    };
    let channels = engine.store().push_channels(subject).await?;
    match wanted {
        Wanted::Yes(watched) => keep_up(engine, &watched, &channels).await,
        Wanted::NotNow => {
            let again = task::watch(subject, later(engine, BELIEVED));
            Ok(retire(engine, subject, &channels, Effects::none().task(again)).await?)
        }
        Wanted::No => Ok(retire(engine, subject, &channels, Effects::none()).await?),
    }
}

async fn keep_up(engine: &Engine, watched: &Watched, channels: &[PushChannel]) -> Result<(), Failure> {
    let now = engine.ambient().now();
    let subject = watched.subject;
    let at = |at| Effects::none().task(task::watch(subject, at));
    let Some(live) = channels.iter().rev().find(|channel| is_live(channel, now)) else {
        let refused = channels
            .last()
            .filter(|channel| channel.state == ChannelState::Refused);
        let ask_again = refused.and_then(|refused| refused.opened_at.checked_add(BELIEVED).ok());
        return match ask_again.filter(|again| now < *again) {
            Some(again) => Ok(engine.store().commit_effects(subject.tenant, at(again)).await?),
            None => open(engine, watched, channels, None).await,
        };
    };
    if is_worn_out(live, now) {
        return open(engine, watched, channels, Some(live)).await;
    }
    let planned = live.renew_at.unwrap_or(now);
    match due(planned, live.expires_at, now, engine.dice()) {
        Renewal::At(later) => Ok(engine.store().commit_effects(subject.tenant, at(later)).await?),
        Renewal::PutOff(later) => Ok(engine
            .store()
            .postpone_push_channel(subject.tenant, live.id, later, at(later))
            .await?),
        Renewal::Now => open(engine, watched, channels, Some(live)).await,
    }
}
