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
//! broken connection once after base, if the request is safe to        that error
//!                   repeat and the wait fits the deadline
//! no answer else    -                                                 that error
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
        let may_repeat = !failed && ticket.call.repeat == Repeat::Safe;
        let outcome = match pass(&inside, ticket.clone()).await {
            Ok(outcome) => outcome,
            Err(EgressError::Interrupted(_)) if may_repeat && fits(&ticket, policy.base) => {
                failed = true;
                sleep(policy.base).await;
                continue;
            }
            Err(error) => return Err(error),
        };
        let received_at = outcome.answer.received_at;
        match outcome.verdict {
            Verdict::Ok | Verdict::Rejected => return Ok(outcome),
            Verdict::Unauthorized if outcome.refused.is_none() => return Ok(outcome),
            Verdict::Unauthorized => ticket.refused = outcome.refused,
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
                sleep(wait).await;
            }
            Verdict::Infrastructure => {
                let told = outcome.answer.retry_after();
                let wait = told.unwrap_or(policy.base).max(policy.base);
                if !may_repeat || !fits(&ticket, wait) {
                    let retry_at = told.map(|told| after(received_at, told));
                    return Err(EgressError::Unavailable {
                        status: outcome.answer.status,
                        retry_at,
                    });
                }
                failed = true;
                sleep(wait).await;
            }
        }
    }
}

/// `base * 2^n`.
fn backoff(policy: RetryPolicy, n: u32) -> Duration {
    policy.base.saturating_mul(2_u32.saturating_pow(n))
}

fn fits(ticket: &Ticket, wait: Duration) -> bool {
    wait < ticket.deadline.saturating_duration_since(Instant::now())
}

#[cfg(test)]
mod tests {
    use tower::ServiceExt;

    use super::*;
    use crate::{
        call::Call,
        scripted::{Reply, Scripted, call, dawn, surroundings},
        stack::assemble,
    };

    async fn send(service: &Scripted, call: Call) -> Result<Outcome, EgressError> {
        let stage = stage(RetryPolicy::default(), surroundings());
        assemble(vec![stage], service.line())
            .oneshot(Ticket::new(call))
            .await
    }

    fn post() -> Call {
        Call {
            repeat: Repeat::OnlyIfRefused,
            ..call()
        }
    }

    fn until(error: EgressError) -> Duration {
        match error {
            EgressError::RateLimited {
                until,
                by: LimitedBy::Service,
            } => crate::clock::until(dawn(), until),
            other => panic!("{other}"),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn answers_to_read_are_final() {
        for status in [200, 304, 400, 403, 404, 401] {
            let service = Scripted::new([Reply::status(status)]);
            assert_eq!(send(&service, call()).await.unwrap().answer.status, status);
            assert_eq!(service.times(), [0], "{status}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn rate_limits_back_off() {
        let service = Scripted::new([Reply::status(429), Reply::status(429), Reply::status(200)]);
        assert_eq!(send(&service, post()).await.unwrap().answer.status, 200);
        assert_eq!(service.times(), [0, 1_000, 3_000]);
    }

    #[tokio::test(start_paused = true)]
    async fn jitter_spreads_the_waits() {
        let service = Scripted::new([Reply::status(429)]);
        let stage = stage(RetryPolicy::default(), Surroundings::new(dawn, || 0.5));
        assemble(vec![stage], service.line())
            .oneshot(Ticket::new(call()))
            .await
            .unwrap();
        assert_eq!(service.times(), [0, 1_500]);
    }

    #[tokio::test(start_paused = true)]
    async fn attempts_end() {
        let service = Scripted::new([429; 9].map(Reply::status));
        let error = send(&service, call()).await.unwrap_err();
        assert_eq!(service.times(), [0, 1_000, 3_000, 7_000]);
        assert_eq!(until(error), Duration::from_secs(15), "8 s after the last");
    }

    #[tokio::test(start_paused = true)]
    async fn retry_after_is_obeyed() {
        let service = Scripted::new([Reply::after(429, 7)]);
        send(&service, call()).await.unwrap();
        assert_eq!(service.times(), [0, 7_000]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_beyond_the_deadline_is_left_to_the_caller() {
        let service = Scripted::new([Reply::after(429, 60)]);
        let error = send(&service, call()).await.unwrap_err();
        assert_eq!(service.times(), [0]);
        assert_eq!(until(error), Duration::from_mins(1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_repeated_once_if_that_is_safe() {
        let service = Scripted::new([Reply::status(503), Reply::status(200)]);
        send(&service, call()).await.unwrap();
        assert_eq!(service.times(), [0, 1_000]);

        let service = Scripted::new([Reply::status(503), Reply::status(500)]);
        let error = send(&service, call()).await.unwrap_err();
        assert!(
            matches!(error, EgressError::Unavailable { status, retry_at: None } if status == 500),
            "{error}"
        );
        assert_eq!(service.times(), [0, 1_000]);

        let service = Scripted::new([Reply::after(503, 120)]);
        let error = send(&service, post()).await.unwrap_err();
        let retry_at = after(dawn(), Duration::from_mins(2));
        assert!(
            matches!(error, EgressError::Unavailable { retry_at: Some(at), .. } if at == retry_at),
            "{error}"
        );
        assert_eq!(service.times(), [0]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_brings_no_answer_is_left_to_the_caller() {
        let service = Scripted::new([Reply::Error(EgressError::Connect("refused".into()))]);
        let error = send(&service, call()).await.unwrap_err();
        assert!(matches!(error, EgressError::Connect(_)), "{error}");
        assert_eq!(service.times(), [0]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_broken_connection_is_like_a_failure() {
        let broken = || Reply::Error(EgressError::Interrupted("reset".into()));
        let service = Scripted::new([broken()]);
        send(&service, call()).await.unwrap();
        assert_eq!(service.times(), [0, 1_000]);
        for (replies, call, expect) in [
            (vec![broken()], post(), vec![0]),
            (vec![broken(), broken()], call(), vec![0, 1_000]),
        ] {
            let service = Scripted::new(replies);
            let error = send(&service, call).await.unwrap_err();
            assert!(matches!(error, EgressError::Interrupted(_)), "{error}");
            assert_eq!(service.times(), expect);
        }
    }
}
