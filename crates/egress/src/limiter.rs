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
