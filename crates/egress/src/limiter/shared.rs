//! The logs of all budgets in Redis, so that every replica counts the same calls. One script decides over all budgets
//! of a call; see `take.lua`.
//!
//! ```text
//! there --an order fails or takes too long--> away (for a second; the process decides alone)
//! away --a second later: it answers, and has been told the calls that it missed--> settling (both decide) --3 s--> there
//! ```
//!
//! Redis only counts. When it loses what it knew, each process tells it the calls that it made itself.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use redis::{
    Client, RedisError, Script,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use tracing::{info, warn};

use super::{
    allowance::{Allowance, Cuts},
    budget::{Budget, Demand, Moment},
    local::Local,
    log::reach,
};
use crate::clock::{after, until};

/// A decision that takes longer is no decision.
const PATIENCE: Duration = Duration::from_millis(250);
/// How long Redis is left alone after it failed.
const REST: Duration = Duration::from_secs(1);
/// How long after its return Redis may not know of every replica's calls: until each has had its rest and asked again.
const SETTLING: Duration = Duration::from_secs(3);
/// How long grants that were made meanwhile are kept there at least.
const KEPT: Duration = Duration::from_mins(15);

/// By whose clock the shared windows slide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SharedClock {
    /// That of Redis, so that clocks of replicas may differ.
    #[default]
    Server,
    /// The injected one, for tests in simulated time.
    Injected,
}

pub(super) struct Shared {
    connection: ConnectionManager,
    clock: SharedClock,
    scripts: Scripts,
    /// Names this process's calls under way.
    process: uuid::Uuid,
    next: AtomicU64,
    presence: Mutex<Presence>,
    returning: tokio::sync::Mutex<()>,
}

struct Scripts {
    take: Script,
    close: Script,
    reseed: Script,
}

#[derive(Debug)]
struct Presence {
    /// Until when Redis is left alone; `None` while it is there.
    away_until: Option<Timestamp>,
    /// Since when it is away, or was before it came back lately.
    lost_at: Option<Timestamp>,
    /// When all replicas have told it what it missed.
    settled_at: Option<Timestamp>,
    /// The server's own name for its life: another one has forgotten everything.
    run: Option<String>,
}

/// What the shared store says to a call.
pub(super) enum Decision {
    Granted(Granted),
    Wait(Duration),
}

/// A call that counts.
pub(super) struct Granted {
    /// Its name among those under way.
    pub(super) name: Arc<str>,
    /// From when it counts, in microseconds of the windows' clock.
    #[cfg_attr(not(test), expect(dead_code, reason = "the test of exactness reads it"))]
    pub(super) from_us: i64,
}

impl Shared {
    /// Connects when it is first needed.
    pub(super) fn new(url: &str, clock: SharedClock, process: uuid::Uuid) -> Result<Self, RedisError> {
        let patience = ConnectionManagerConfig::new()
            .set_response_timeout(Some(PATIENCE))
            .set_connection_timeout(Some(PATIENCE))
            .set_number_of_retries(0);
        Ok(Self {
            connection: ConnectionManager::new_lazy_with_config(Client::open(url)?, patience)?,
            clock,
            scripts: Scripts {
                take: Script::new(include_str!("take.lua")),
                close: Script::new(include_str!("close.lua")),
                reseed: Script::new(include_str!("reseed.lua")),
            },
            process,
            next: AtomicU64::new(0),
            presence: Mutex::new(Presence {
                away_until: Some(Timestamp::MIN),
                lost_at: None,
                settled_at: None,
                run: None,
            }),
            returning: tokio::sync::Mutex::default(),
        })
    }

    /// Whether Redis decides now. After a rest it is asked whether it is back, by one call while the others go on.
    pub(super) async fn is_there(&self, local: &Local, now: Timestamp) -> bool {
        match self.presence().away_until {
            None => return true,
            Some(away_until) if now < away_until => return false,
            Some(_) => {}
        }
        let Ok(_returning) = self.returning.try_lock() else {
            return false;
        };
        match self.welcome(local, now).await {
            Ok(()) => {
                info!("Redis counts the calls of all replicas");
                true
            }
            Err(error) => {
                self.lost(&error, now);
                false
            }
        }
    }

    /// Since when Redis is away; what others have been granted shortly before is not known.
    pub(super) fn lost_at(&self) -> Option<Timestamp> {
        self.presence().lost_at
    }

    /// Since when Redis was away, while it may not know yet what the replicas did meanwhile.
    pub(super) fn settling_since(&self, now: Timestamp) -> Option<Timestamp> {
        let mut presence = self.presence();
        if presence.settled_at.is_some_and(|settled_at| now >= settled_at) {
            presence.settled_at = None;
            presence.lost_at = None;
        }
        presence.lost_at
    }

    /// Whether Redis decided when it was last asked.
    pub(super) fn was_there(&self) -> bool {
        self.presence().away_until.is_none()
    }

    /// Succeeds when Redis answers.
    pub(super) async fn ping(&self) -> Result<(), RedisError> {
        redis::cmd("PING").query_async(&mut self.connection.clone()).await
    }

    /// Decides over one call, which the caller counts as granted only when the answer says so.
    pub(super) async fn take(
        &self,
        demands: &[Demand<'_>],
        parts: &[f64],
        moment: Moment,
    ) -> Result<Decision, RedisError> {
        let name: Arc<str> = format!("{}:{}", self.process, self.next.fetch_add(1, Ordering::Relaxed)).into();
        let mut script = self.scripts.take.prepare_invoke();
        script
            .arg(self.time(moment.now))
            .arg(&*name)
            .arg(micros(moment.left))
            .arg(micros(until(moment.now, moment.ask_again_at())));
        for (demand, &part) in demands.iter().zip(parts) {
            let key = demand.budget.key();
            script
                .key(&key)
                .key(closing(&key))
                .key(under_way(&key))
                .arg(demand.at_once.map_or(-1, i64::from))
                .arg(micros(reach(demand.windows)))
                .arg(demand.windows.len());
            for &window in demand.windows {
                let cuts = Cuts {
                    replicas: 1,
                    part,
                    lane: moment.lane,
                };
                let Allowance { calls, per_us } = Allowance::of(window, cuts);
                script.arg(calls).arg(per_us);
            }
        }
        let (wait_us, from_us): (u64, i64) = script.invoke_async(&mut self.connection.clone()).await?;
        Ok(if wait_us == 0 {
            Decision::Granted(Granted { name, from_us })
        } else {
            Decision::Wait(Duration::from_micros(wait_us))
        })
    }

    /// A call has ended.
    pub(super) async fn end(&self, budgets: &[Budget], name: &str) -> Result<(), RedisError> {
        let mut pipe = redis::pipe();
        for budget in budgets {
            pipe.zrem(under_way(&budget.key()), name).ignore();
        }
        pipe.query_async(&mut self.connection.clone()).await
    }

    /// Lets nothing of this budget pass for a while.
    pub(super) async fn close(
        &self,
        budget: &Budget,
        wait: Duration,
        now: Timestamp,
    ) -> Result<(), RedisError> {
        let mut script = self.scripts.close.prepare_invoke();
        script
            .key(closing(&budget.key()))
            .arg(self.time(now))
            .arg(micros(wait));
        script.invoke_async(&mut self.connection.clone()).await
    }

    /// Redis failed: it is left alone for a while.
    pub(super) fn lost(&self, error: &RedisError, now: Timestamp) {
        let was_there = {
            let mut presence = self.presence();
            let was_there = presence.away_until.replace(after(now, REST)).is_none();
            if was_there || presence.lost_at.is_none() {
                presence.lost_at = Some(now);
            }
            presence.settled_at = None;
            was_there
        };
        if was_there {
            warn!(%error, "Redis does not answer: this process counts its calls alone");
        }
    }

    /// Greets a Redis that may be back, and tells it what it missed.
    async fn welcome(&self, local: &Local, now: Timestamp) -> Result<(), RedisError> {
        let mut connection = self.connection.clone();
        let info: String = redis::cmd("INFO")
            .arg("server")
            .query_async(&mut connection)
            .await?;
        let run = info.lines().find_map(|line| line.strip_prefix("run_id:"));
        let run = run.map(|run| run.trim().to_owned());
        let knows = self.presence().run == run;
        let ahead_us = self.ahead_us(now).await?;
        self.reseed(local, !knows, ahead_us).await?;
        {
            let mut presence = self.presence();
            presence.away_until = None;
            presence.settled_at = presence.lost_at.map(|_| after(now, SETTLING));
            presence.run = run;
        }
        // Calls that were granted while the others were told.
        self.reseed(local, false, ahead_us).await
    }

    async fn reseed(&self, local: &Local, all: bool, ahead_us: i64) -> Result<(), RedisError> {
        for missed in local.share(all) {
            let mut script = self.scripts.reseed.prepare_invoke();
            script.key(missed.budget.key()).arg(KEPT.as_millis() as u64);
            for at_us in missed.granted_us {
                script.arg(at_us + ahead_us);
            }
            let _known: u64 = script.invoke_async(&mut self.connection.clone()).await?;
        }
        Ok(())
    }

    /// How far the clock of the windows is ahead of ours.
    async fn ahead_us(&self, now: Timestamp) -> Result<i64, RedisError> {
        if self.clock == SharedClock::Injected {
            return Ok(0);
        }
        let (seconds, micros): (i64, i64) = redis::cmd("TIME")
            .query_async(&mut self.connection.clone())
            .await?;
        Ok(seconds * 1_000_000 + micros - now.as_microsecond())
    }

    fn time(&self, now: Timestamp) -> i64 {
        match self.clock {
            SharedClock::Server => 0,
            SharedClock::Injected => now.as_microsecond(),
        }
    }

    fn presence(&self) -> std::sync::MutexGuard<'_, Presence> {
        self.presence.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Without the address, which may hold a password.
impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("clock", &self.clock)
            .field("presence", &self.presence)
            .finish_non_exhaustive()
    }
}

fn closing(key: &str) -> String {
    format!("{key}/closed")
}

fn under_way(key: &str) -> String {
    format!("{key}/under-way")
}

fn micros(duration: Duration) -> i64 {
    SignedDuration::try_from(duration)
        .ok()
        .and_then(|duration| i64::try_from(duration.as_micros()).ok())
        .unwrap_or(i64::MAX / 4)
}
