//! Trouble with what servers need: databases that crash, wires that are cut, a Google that is away or lives in another
//! minute.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use super::{due, is_past};
use crate::{
    present::now,
    proxy::{Passage, Proxy},
    rig::Rig,
    schedule::{Lie, Link, Needed, Step, Trouble},
    stage::Stage,
};

/// How long messages break off, so that some surely do.
const BREAKING: Duration = Duration::from_millis(300);
/// By how much pieces come later on a slow wire.
const SLOW: Duration = Duration::from_millis(80);

/// Makes all trouble, each when it is due and the one before is over.
pub(super) async fn make(
    stage: &Stage,
    rig: &Rig,
    begun: Instant,
    steps: Vec<Step<Trouble>>,
) -> anyhow::Result<()> {
    for step in steps {
        due(begun, &step).await;
        if is_past(begun, &step) {
            stage.journal.note(&format!("too late for {:?}", step.deed));
            continue;
        }
        stage.journal.did("troubles", &format!("{:?}", step.deed));
        match step.deed {
            Trouble::CrashPostgres { down } => {
                tokio::task::block_in_place(|| rig.postgres.crash())?;
                tokio::time::sleep(down).await;
                tokio::task::block_in_place(|| rig.postgres.go())?;
            }
            Trouble::CrashRedis { down } => {
                let mut redis = rig.redis.lock().await;
                redis.crash();
                tokio::time::sleep(down).await;
                redis.go().await?;
            }
            Trouble::Cut(link) => wires(rig, link).for_each(Proxy::cut),
            Trouble::Refuse(link, long) => for_a_while(rig, link, Passage::Refusing, long).await,
            Trouble::Stall(link, long) => for_a_while(rig, link, Passage::Stalled, long).await,
            Trouble::Slow(link, long) => for_a_while(rig, link, Passage::Slow(SLOW), long).await,
            Trouble::BreakOff(link) => for_a_while(rig, link, Passage::BreakingOff, BREAKING).await,
            Trouble::GoogleDown(long) => google_down(stage, long).await?,
            Trouble::Clock { ahead } => set_clock(stage, ahead).await?,
            Trouble::ExpireAccessTokens => order(stage, "/tokens/expire").await?,
            Trouble::ExpireSyncTokens => order(stage, "/sync-tokens/expire").await?,
            Trouble::RotateKeys => order(stage, "/keys/rotate").await?,
            Trouble::ForgeMessage(lie, place) => {
                let forged = match lie {
                    Lie::Token => "token",
                    Lie::Channel => "channel",
                    Lie::Resource => "resource",
                };
                to_channel(stage, place, "/push/send", json!({"forged": forged})).await?;
            }
            Trouble::EndChannel(place) => {
                to_channel(stage, place, "/push/channels/expire", json!({})).await?;
            }
        }
    }
    Ok(())
}

fn wires(rig: &Rig, link: Link) -> impl Iterator<Item = &Proxy> {
    let concerned = rig.links.iter().enumerate();
    let concerned = concerned.filter(move |(number, _)| link.of.is_none_or(|of| of == *number));
    concerned.map(move |(_, links)| match link.to {
        Needed::Postgres => &links.postgres,
        Needed::Redis => &links.redis,
    })
}

async fn for_a_while(rig: &Rig, link: Link, passage: Passage, long: Duration) {
    wires(rig, link).for_each(|wire| wire.set(passage));
    tokio::time::sleep(long).await;
    wires(rig, link).for_each(|wire| wire.set(Passage::Open));
}

/// No call of the calendar API or for tokens is answered with anything but an error.
async fn google_down(stage: &Stage, long: Duration) -> anyhow::Result<()> {
    let down = json!({"kind": "status", "status": 503});
    // A fault cannot be taken back by itself, so it strikes as many calls as there may be in that time.
    let times = 1 + long.as_secs() * 4;
    for route in ["/calendar/v3/**", "POST /token"] {
        let fault = json!({"route": route, "times": times, "trouble": down});
        stage.simulator.order(Method::POST, "/faults", fault).await?;
    }
    tokio::time::sleep(long).await;
    Ok(())
}

async fn set_clock(stage: &Stage, ahead: i64) -> anyhow::Result<()> {
    let now = now() + jiff::SignedDuration::from_secs(ahead);
    stage
        .simulator
        .order(Method::POST, "/clock", json!({"now": now}))
        .await?;
    Ok(())
}

async fn order(stage: &Stage, path: &str) -> anyhow::Result<()> {
    stage.simulator.order(Method::POST, path, Value::Null).await?;
    Ok(())
}

/// An order about the channel at a place of the list, when there are any.
async fn to_channel(stage: &Stage, place: u64, path: &str, mut body: Value) -> anyhow::Result<()> {
    let listed = stage
        .simulator
        .order(Method::GET, "/push/channels", Value::Null)
        .await?;
    let channels = listed["channels"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let Some(channel) = channels.get((place % channels.len().max(1) as u64) as usize) else {
        return Ok(());
    };
    body["channel"] = channel["id"].clone();
    let sent = stage.simulator.order(Method::POST, path, body).await;
    // The channel may have ended since it was listed.
    if let Err(why) = sent {
        stage.journal.note(&format!("{path}: {why:#}"));
    }
    Ok(())
}
