//! The retry stage: repeats what a moment's patience can cure, and gives up with a typed error otherwise.
//!
//! ```text
//! answer            repeat                                            else
//! ok, rejected      -                                                 the answer
//! unauthorized      once, with another token, if there may be one     the answer
//! rate limited      after Retry-After, or base * 2^n + jitter, while  RateLimited until then
//!                   attempts are left and the wait fits the deadline
//! infrastructure    once after base (or Retry-After), if the request  Unavailable
//!                   is safe to repeat and the wait fits the deadline
//! no answer         -                                                 that error
//! ```
//!
//! A rate-limited or unauthorized request had no effect, so it is repeated whatever its method.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::{
    answer::Verdict,
    call::Repeat,
    clock::{Surroundings, after},
    config::RetryPolicy,
    error::{EgressError, LimitedBy},
    stack::{Line, Outcome, Stage, Ticket, pass},
};

pub(crate) fn stage(policy: RetryPolicy, surroundings: Surroundings) -> Stage {
    Stage::new("retry", move |ticket, inside| {
        run(ticket, inside, policy, surroundings.clone())
    })
}

async fn run(
    mut ticket: Ticket,
    inside: Line,
    policy: RetryPolicy,
    surroundings: Surroundings,
) -> Result<Outcome, EgressError> {
    let mut limited = 0;
    let mut failed = false;
    loop {
        let outcome = pass(&inside, ticket.clone()).await?;
        let received_at = outcome.answer.received_at;
        let wait = match outcome.verdict {
            Verdict::Ok | Verdict::Rejected => return Ok(outcome),
            Verdict::Unauthorized => match outcome.refused {
                None => return Ok(outcome),
                refused => {
                    ticket.refused = refused;
                    Duration::ZERO
                }
            },
            Verdict::RateLimited { retry_after, .. } => {
                let jitter = surroundings.part_of(policy.base);
                let wait = match retry_after {
                    Some(told) => told.saturating_add(jitter),
                    None => backoff(policy, limited)
                        .saturating_add(jitter)
                        .min(policy.longest),
                };
                limited += 1;
                if limited >= policy.attempts || !fits(&ticket, wait) {
                    return Err(EgressError::RateLimited {
                        until: after(received_at, wait),
                        by: LimitedBy::Service,
                    });
                }
                wait
            }
            Verdict::Infrastructure => {
                let told = outcome.answer.retry_after();
                let wait = told.unwrap_or(policy.base).max(policy.base);
                if failed || ticket.call.repeat != Repeat::Safe || !fits(&ticket, wait) {
                    let retry_at = told.map(|told| after(received_at, told));
                    return Err(EgressError::Unavailable {
                        status: outcome.answer.status,
                        retry_at,
                    });
                }
                failed = true;
                wait
            }
        };
        sleep(wait).await;
    }
}

/// `base * 2^n`.
fn backoff(policy: RetryPolicy, n: u32) -> Duration {
    policy.base.saturating_mul(2_u32.saturating_pow(n))
}

fn fits(ticket: &Ticket, wait: Duration) -> bool {
    wait < ticket.deadline.saturating_duration_since(Instant::now())
}
