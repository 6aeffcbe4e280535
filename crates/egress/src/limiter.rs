//! The limiter stage: keeps calls within the windows of their account and of their client.
//!
//! ```text
//! all windows pass ------------------------------------------> recorded in all, passed on
//! some do not, and will before the deadline -----------------> waits, asks again
//! some do not before the deadline ---------------------------> RateLimited until then; nothing sent
//! answer "rate limited" with a time -------------------------> that account or client is closed until then
//! ```
//!
//! What may pass is decided in `limiter/log.rs`; where the logs are kept is `limiter/windows.rs`.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, sleep};

use crate::{
    answer::{LimitScope, Verdict},
    call::Lane,
    clock::{after, until},
    config::EgressConfig,
    error::{EgressError, LimitedBy},
    stack::{Line, Outcome, Stage, Ticket, pass},
};

mod log;
mod windows;

pub(crate) use windows::Windows;
use windows::{Budget, Demand};

pub(crate) fn stage(windows: Arc<Windows>, config: Arc<EgressConfig>) -> Stage {
    Stage::new("limiter", move |ticket, inside| {
        run(ticket, inside, Arc::clone(&windows), Arc::clone(&config))
    })
}

async fn run(
    ticket: Ticket,
    inside: Line,
    windows: Arc<Windows>,
    config: Arc<EgressConfig>,
) -> Result<Outcome, EgressError> {
    let account = ticket
        .call
        .account
        .map(|account| Budget::Account(ticket.peer.clone(), account));
    let client = Budget::Client(ticket.peer.clone());
    let policy = config.policy(ticket.call.service);
    let demands = [
        account.as_ref().map(|budget| Demand {
            budget,
            windows: &policy.per_account,
        }),
        Some(Demand {
            budget: &client,
            windows: &policy.per_client,
        }),
    ];
    while let Err(free_at) = windows.take(&demands, ticket.call.lane, config.surroundings.now()) {
        let wait = until(config.surroundings.now(), free_at) + courtesy(ticket.call.lane);
        if wait >= ticket.deadline.saturating_duration_since(Instant::now()) {
            return Err(EgressError::RateLimited {
                until: free_at,
                by: LimitedBy::Us,
            });
        }
        sleep(wait).await;
    }
    let outcome = pass(&inside, ticket).await?;
    if let Verdict::RateLimited {
        scope,
        retry_after: Some(wait),
    } = outcome.verdict
    {
        let budget = match scope {
            LimitScope::User => account,
            LimitScope::Client => Some(client),
        };
        if let Some(budget) = budget {
            let received_at = outcome.answer.received_at;
            windows.close(budget, after(received_at, wait), received_at);
        }
    }
    Ok(outcome)
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
        call::{AccountKey, Call},
        config::{ServicePolicy, Window},
        scripted::{Reply, Scripted, call, dawn, surroundings},
        stack::assemble,
    };

    fn line(service: &Scripted, policy: ServicePolicy) -> Line {
        let config = EgressConfig::new(surroundings()).with_service(call().service, policy);
        assemble(vec![stage(Arc::default(), Arc::new(config))], service.line())
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
    async fn a_clock_that_stands_still_waits_until_the_deadline_only() {
        let service = Scripted::new([]);
        let mut config = EgressConfig::new(crate::Surroundings::new(dawn, || 0.0));
        config.other_services = per_account(&[Window::new(1, 10)]);
        let line = assemble(vec![stage(Arc::default(), Arc::new(config))], service.line());
        send(&line, by(1, Lane::Push)).await.unwrap();
        assert_eq!(limited(send(&line, by(1, Lane::Push)).await), 10);
    }
}
