//! The limiter stage: keeps calls within the windows of their account and of their client.
//!
//! ```text
//! all windows pass ------------------------------------------> recorded in all, passed on
//! some do not, and will before the deadline -----------------> waits, asks again
//! some do not before the deadline ---------------------------> RateLimited until then; nothing sent
//! answer "rate limited" with a time -------------------------> that budget is closed until then
//! answer "rate limited" without one --------------------------> half of that budget is used (`limiter/governor.rs`)
//! ```
//!
//! The windows are exact sliding logs (`limiter/log.rs`) in this process (`limiter/local.rs`) or, for several replicas,
//! in Redis (`limiter/shared.rs`); `limiter/windows.rs` chooses.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use secrecy::ExposeSecret;
use tokio::time::{Instant, sleep};

use crate::{
    answer::{LimitScope, Verdict},
    call::{Call, Lane, Peer},
    clock::until,
    config::{EgressConfig, ServicePolicy, SharedWindows},
    egress::SetupError,
    error::{EgressError, LimitedBy},
    stack::{Line, Outcome, Stage, Ticket, pass},
};

mod allowance;
mod budget;
#[cfg(test)]
mod fleet_tests;
mod governor;
mod local;
mod log;
mod shared;
mod windows;

use budget::{Budget, Demand, Moment};
use shared::Shared;
pub use shared::SharedClock;
use windows::Windows;
pub use windows::{Counting, UnderWay};

/// Decides which calls may be sent now. Cheap to clone; clones share their counts.
#[derive(Clone, Debug)]
pub struct Limiter {
    windows: Arc<Windows>,
    config: Arc<EgressConfig>,
}

impl Limiter {
    /// Counts in Redis where the configuration names one, else in this process.
    pub fn new(config: Arc<EgressConfig>) -> Result<Self, SetupError> {
        let connect =
            |shared: &SharedWindows| Shared::new(shared.url.expose_secret(), shared.clock, shared.process);
        let shared = config.shared.as_ref().map(connect).transpose();
        let shared = shared.map_err(|error| SetupError::Windows(error.into()))?;
        Ok(Self {
            windows: Arc::new(Windows::new(shared)),
            config,
        })
    }

    /// Decides once over a call: charges it to all its budgets, or to none and answers from when it is worth asking
    /// again. It counts as under way until the answer is dropped.
    pub async fn decide(&self, call: &Call) -> Result<UnderWay, Timestamp> {
        let demands = demands(call, Peer::of(call), self.config.policy(call.service));
        let now = self.config.surroundings.now();
        let moment = Moment {
            now,
            lane: call.lane,
            left: call.deadline,
        };
        self.windows.take(&demands, moment).await
    }

    /// Who counts: asks the shared store, when there is one.
    pub(crate) async fn counting(&self) -> Counting {
        self.windows.look(self.config.surroundings.now()).await;
        self.windows.counting()
    }

    /// How many replicas divide the budgets where they cannot count together.
    pub(crate) fn set_replicas(&self, replicas: u32) {
        self.windows.set_replicas(replicas);
    }
}

pub(crate) fn stage(limiter: Limiter) -> Stage {
    Stage::new("limiter", move |ticket, inside| {
        run(ticket, inside, limiter.clone())
    })
}

async fn run(ticket: Ticket, inside: Line, limiter: Limiter) -> Result<Outcome, EgressError> {
    let Limiter { windows, config } = limiter;
    let policy = config.policy(ticket.call.service);
    let demands = demands(&ticket.call, ticket.peer.clone(), policy);
    let _under_way = admit(&ticket, &demands, &windows, &config).await?;
    let outcome = pass(&inside, ticket).await?;
    learn(&outcome, &demands, &windows).await;
    Ok(outcome)
}

/// The budgets that a call is charged to, the client's first.
fn demands<'a>(call: &Call, peer: Peer, policy: &'a ServicePolicy) -> Vec<Demand<'a>> {
    let of_account = call.account.map(|account| Demand {
        budget: Budget::Account(peer.clone(), account),
        windows: &policy.per_account,
        at_once: policy.at_once_per_account,
    });
    let of_usage = call.account.zip(call.usage).map(|(account, usage)| Demand {
        budget: Budget::Usage(peer.clone(), account, usage),
        windows: &[],
        at_once: None,
    });
    let mut demands = Vec::with_capacity(3);
    demands.push(Demand {
        budget: Budget::Client(peer),
        windows: &policy.per_client,
        at_once: None,
    });
    demands.extend(of_account);
    demands.extend(of_usage);
    demands
}

/// Waits until the call may pass.
async fn admit(
    ticket: &Ticket,
    demands: &[Demand<'_>],
    windows: &Arc<Windows>,
    config: &EgressConfig,
) -> Result<UnderWay, EgressError> {
    loop {
        let now = config.surroundings.now();
        let left = ticket.deadline.saturating_duration_since(Instant::now());
        let moment = Moment {
            now,
            lane: ticket.call.lane,
            left,
        };
        let free_at = match windows.take(demands, moment).await {
            Ok(under_way) => return Ok(under_way),
            Err(free_at) => free_at,
        };
        let wait = until(config.surroundings.now(), free_at) + courtesy(ticket.call.lane);
        if wait >= ticket.deadline.saturating_duration_since(Instant::now()) {
            return Err(EgressError::RateLimited {
                until: free_at,
                by: LimitedBy::Us,
            });
        }
        sleep(wait).await;
    }
}

/// Takes in what the answer says about the budgets.
async fn learn(outcome: &Outcome, demands: &[Demand<'_>], windows: &Windows) {
    let (scope, retry_after) = match outcome.verdict {
        Verdict::RateLimited { scope, retry_after } => (scope, retry_after),
        Verdict::Ok | Verdict::Rejected => return windows.served(demands),
        Verdict::Unauthorized | Verdict::Infrastructure => return,
    };
    let Some(budget) = refused_budget(scope, demands) else {
        return;
    };
    let received_at = outcome.answer.received_at;
    match retry_after {
        Some(wait) => windows.close(budget, wait, received_at).await,
        None => windows.refused(budget, received_at),
    }
}

/// Whom a refusal is about; nobody where the call has no account, or no usage, to name.
fn refused_budget<'a>(scope: LimitScope, demands: &'a [Demand<'_>]) -> Option<&'a Budget> {
    let place = match scope {
        LimitScope::Client => 0,
        LimitScope::User => 1,
        LimitScope::Usage => 2,
    };
    demands.get(place).map(|demand| &demand.budget)
}

/// Those who wait for the same moment come back a little later the less urgent they are, so the more urgent go first.
fn courtesy(lane: Lane) -> Duration {
    Duration::from_millis(match lane {
        Lane::Interactive => 1,
        Lane::Push => 5,
        Lane::Freshness => 10,
        Lane::Backfill => 15,
    })
}

#[cfg(test)]
mod tests {
    use tower::ServiceExt;
    use uuid::Uuid;

    use super::*;
    use crate::{
        answer::Answer,
        call::{AccountKey, Call, Usage},
        config::Window,
        scripted::{Reply, Scripted, call, dawn, surroundings},
        stack::assemble,
    };

    fn line(service: &Scripted, policy: ServicePolicy) -> Line {
        let config = EgressConfig::new(surroundings()).with_service(call().service, policy);
        assemble(
            vec![stage(Limiter::new(Arc::new(config)).unwrap())],
            service.line(),
        )
    }

    fn per_account(windows: &[Window]) -> ServicePolicy {
        ServicePolicy {
            per_account: windows.to_vec(),
            ..ServicePolicy::default()
        }
    }

    async fn send(line: &Line, call: Call) -> Result<Outcome, EgressError> {
        line.clone().oneshot(Ticket::new(call)).await
    }

    fn by(account: u128, lane: Lane) -> Call {
        Call {
            account: Some(AccountKey(Uuid::from_u128(account))),
            lane,
            ..call()
        }
    }

    #[track_caller]
    fn limited(result: Result<Outcome, EgressError>) -> u64 {
        match result {
            Err(EgressError::RateLimited {
                until,
                by: LimitedBy::Us,
            }) => crate::clock::until(dawn(), until).as_secs(),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn waits_for_its_turn() {
        let service = Scripted::new([]);
        let line = line(&service, per_account(&[Window::new(2, 10)]));
        for _ in 0..3 {
            send(&line, by(1, Lane::Interactive)).await.unwrap();
        }
        send(&line, by(2, Lane::Interactive)).await.unwrap();
        assert_eq!(
            service.times(),
            [0, 0, 10_001, 10_001],
            "the other account had not to wait"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn does_not_wait_for_what_comes_too_late() {
        let service = Scripted::new([]);
        let line = line(&service, per_account(&[Window::new(1, 3600)]));
        send(&line, by(1, Lane::Interactive)).await.unwrap();
        assert_eq!(limited(send(&line, by(1, Lane::Interactive)).await), 3600);
        assert_eq!(service.times(), [0]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_urgent_go_first() {
        let service = Scripted::new([]);
        let policy = ServicePolicy {
            per_client: vec![Window::new(1, 5)],
            ..ServicePolicy::default()
        };
        let line = line(&service, policy);
        send(&line, by(1, Lane::Push)).await.unwrap();
        let order = std::sync::Mutex::new(Vec::new());
        let go = |account, lane| {
            let (line, order) = (&line, &order);
            async move {
                send(line, by(account, lane)).await.unwrap();
                order.lock().unwrap().push(lane);
            }
        };
        tokio::join!(
            go(2, Lane::Backfill),
            go(3, Lane::Freshness),
            go(4, Lane::Push),
            go(5, Lane::Interactive)
        );
        let expect = [Lane::Interactive, Lane::Push, Lane::Freshness, Lane::Backfill];
        assert_eq!(*order.lock().unwrap(), expect);
    }

    #[tokio::test(start_paused = true)]
    async fn a_time_told_closes_whom_it_names() {
        fn user(answer: &Answer) -> Verdict {
            match answer.retry_after() {
                None => Verdict::Ok,
                retry_after => Verdict::RateLimited {
                    scope: LimitScope::User,
                    retry_after,
                },
            }
        }
        let service = Scripted::new([Reply::after(403, 600), Reply::status(200), Reply::after(429, 900)]);
        let line = line(&service, ServicePolicy::default());
        send(
            &line,
            Call {
                classify: user,
                ..by(1, Lane::Push)
            },
        )
        .await
        .unwrap();
        assert_eq!(limited(send(&line, by(1, Lane::Push)).await), 600);
        send(&line, by(2, Lane::Push)).await.unwrap();
        send(&line, by(2, Lane::Push)).await.unwrap();
        assert_eq!(
            limited(send(&line, by(3, Lane::Push)).await),
            900,
            "the whole client"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_usage_that_is_paused_leaves_the_account_alone() {
        fn too_many(answer: &Answer) -> Verdict {
            match answer.status.as_u16() {
                403 => Verdict::RateLimited {
                    scope: LimitScope::Usage,
                    retry_after: Some(Duration::from_hours(6)),
                },
                _ => Verdict::Ok,
            }
        }
        let service = Scripted::new([Reply::status(403), Reply::status(403)]);
        let line = line(&service, ServicePolicy::default());
        let to = |account, usage| Call {
            usage,
            classify: too_many,
            ..by(account, Lane::Push)
        };
        let invitations = Some(Usage("invitations"));
        send(&line, to(1, invitations)).await.unwrap();
        assert_eq!(limited(send(&line, to(1, invitations)).await), 6 * 3600);
        send(&line, to(1, None)).await.unwrap();
        send(&line, to(1, None)).await.unwrap();
        send(&line, to(2, invitations)).await.unwrap();
        assert_eq!(service.times().len(), 4, "one was not sent");
    }

    #[tokio::test(start_paused = true)]
    async fn an_account_has_no_more_calls_under_way_than_it_may() {
        let service = Scripted::new([Reply::Hang, Reply::Hang]);
        let policy = ServicePolicy {
            at_once_per_account: Some(2),
            ..ServicePolicy::default()
        };
        let line = line(&service, policy);
        let hanging = [(); 2].map(|()| {
            let line = line.clone();
            tokio::spawn(async move { send(&line, by(1, Lane::Push)).await })
        });
        tokio::time::sleep(Duration::from_millis(1)).await;
        let third = tokio::spawn({
            let line = line.clone();
            async move { send(&line, by(1, Lane::Push)).await }
        });
        send(&line, by(2, Lane::Push)).await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(
            service.times().len(),
            3,
            "the third waits, the other account does not"
        );
        hanging[0].abort();
        third.await.unwrap().unwrap();
        assert_eq!(service.times().len(), 4);
        hanging[1].abort();
    }

    #[tokio::test(start_paused = true)]
    async fn a_backfill_lets_a_person_wait_less_than_a_second() {
        let service = Scripted::new([]);
        let policy = ServicePolicy {
            per_account: vec![Window::new(10, 10)],
            per_client: vec![Window::new(20, 100)],
            ..ServicePolicy::default()
        };
        let line = line(&service, policy);
        let backfill = tokio::spawn({
            let line = line.clone();
            async move { while send(&line, by(1, Lane::Backfill)).await.is_ok() {} }
        });
        tokio::time::sleep(Duration::from_secs(15)).await;
        let before = Instant::now();
        for account in [1, 2, 3, 4] {
            send(&line, by(account, Lane::Interactive)).await.unwrap();
        }
        assert!(
            before.elapsed() < Duration::from_secs(1),
            "{:?}",
            before.elapsed()
        );
        backfill.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_stands_still_waits_until_the_deadline_only() {
        let service = Scripted::new([]);
        let mut config = EgressConfig::new(crate::Surroundings::new(dawn, || 0.0));
        config.other_services = per_account(&[Window::new(1, 10)]);
        let limiter = Limiter::new(Arc::new(config)).unwrap();
        let line = assemble(vec![stage(limiter)], service.line());
        send(&line, by(1, Lane::Push)).await.unwrap();
        assert_eq!(limited(send(&line, by(1, Lane::Push)).await), 10);
    }
}
