//! The breaker stage: stops calling what is failing, one circuit per service and client (and host, where users choose it).
//!
//! What counts as a failure: an answer with [`Verdict::Infrastructure`], a rate limit that does not name one account,
//! a timeout, a connection that fails or breaks. What shows that the service lives: any other answer. All else (no budget
//! of ours, no token, a refused URL, a caller who went away) says nothing about it. The states are in `breaker/circuit.rs`.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tracing::{info, warn};

use crate::{
    answer::{LimitScope, Verdict},
    call::Peer,
    config::{BreakerPolicy, EgressConfig},
    error::{Cut, EgressError},
    stack::{Line, Outcome, Stage, Ticket, pass},
};

mod circuit;

use circuit::{Circuit, Pass, Sign, Turn};

/// A timeout says something about the service only if the service had at least this long.
const FAIR_CHANCE: Duration = Duration::from_secs(2);

pub(crate) fn stage(circuits: Arc<Circuits>, config: Arc<EgressConfig>) -> Stage {
    Stage::new("breaker", move |ticket, inside| {
        run(ticket, inside, Arc::clone(&circuits), Arc::clone(&config))
    })
}

async fn run(
    ticket: Ticket,
    inside: Line,
    circuits: Arc<Circuits>,
    config: Arc<EgressConfig>,
) -> Result<Outcome, EgressError> {
    let mut watch = Watch::begin(ticket.peer.clone(), circuits, config)?;
    let result = pass(&inside, ticket).await;
    watch.sign = sign(&result);
    result
}

/// What the end of an attempt says about the service.
fn sign(result: &Result<Outcome, EgressError>) -> Sign {
    match result {
        Ok(outcome) => match outcome.verdict {
            Verdict::Infrastructure
            | Verdict::RateLimited {
                scope: LimitScope::Client,
                ..
            } => Sign::Failing,
            _ => Sign::Alive,
        },
        Err(EgressError::Timeout { waited, cut }) if *cut == Cut::Attempt || *waited >= FAIR_CHANCE => {
            Sign::Failing
        }
        Err(EgressError::Connect(_) | EgressError::Tls(_) | EgressError::Interrupted(_)) => Sign::Failing,
        Err(EgressError::BodyTooLarge { .. } | EgressError::Redirect(_)) => Sign::Alive,
        Err(_) => Sign::Nothing,
    }
}

/// The circuits that have seen failures lately; a circuit that is not here is closed and clean.
#[derive(Debug, Default)]
pub(crate) struct Circuits(Mutex<HashMap<Peer, Circuit>>);

impl Circuits {
    fn lock(&self) -> MutexGuard<'_, HashMap<Peer, Circuit>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Watches one attempt and tells the circuit how it ended, also when the caller drops it half-way.
struct Watch {
    peer: Peer,
    pass: Pass,
    sign: Sign,
    circuits: Arc<Circuits>,
    config: Arc<EgressConfig>,
}

impl Watch {
    fn begin(peer: Peer, circuits: Arc<Circuits>, config: Arc<EgressConfig>) -> Result<Self, EgressError> {
        let now = config.surroundings.now();
        let pass = match circuits.lock().get_mut(&peer) {
            None => Pass::Ordinary,
            Some(circuit) => circuit.admit(now).map_err(|retry_at| EgressError::CircuitOpen {
                service: peer.service,
                retry_at,
            })?,
        };
        Ok(Self {
            peer,
            pass,
            sign: Sign::Nothing,
            circuits,
            config,
        })
    }

    fn policy(&self) -> BreakerPolicy {
        self.config.policy(self.peer.service).breaker
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let (now, policy) = (self.config.surroundings.now(), self.policy());
        let mut circuits = self.circuits.lock();
        if self.sign == Sign::Failing && !circuits.contains_key(&self.peer) {
            // Nobody else asks for circuits that are never called again.
            circuits.retain(|_, circuit| !circuit.is_over(now));
            circuits.insert(self.peer.clone(), Circuit::default());
        }
        let Some(circuit) = circuits.get_mut(&self.peer) else {
            return;
        };
        let turn = circuit.learn(self.pass, self.sign, now, policy);
        if circuit.is_over(now) {
            circuits.remove(&self.peer);
        }
        drop(circuits);
        let service = self.peer.service.0;
        match turn {
            Some(Turn::Opened { until }) => {
                warn!(service, %until, "circuit opened: the service keeps failing");
            }
            Some(Turn::Closed) => info!(service, "circuit closed: the service answers again"),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use tower::ServiceExt;

    use super::*;
    use crate::{
        call::{Call, Target},
        scripted::{Reply, Scripted, call, dawn, surroundings},
        stack::assemble,
    };

    fn line(service: &Scripted) -> Line {
        assemble(
            vec![stage(Arc::default(), Arc::new(EgressConfig::new(surroundings())))],
            service.line(),
        )
    }

    async fn send(line: &Line, call: Call) -> Result<Outcome, EgressError> {
        line.clone().oneshot(Ticket::new(call)).await
    }

    async fn seconds(seconds: u64) {
        tokio::time::advance(Duration::from_secs(seconds)).await;
    }

    #[track_caller]
    fn refused(result: Result<Outcome, EgressError>) -> u64 {
        match result {
            Err(EgressError::CircuitOpen { retry_at, .. }) => crate::clock::until(dawn(), retry_at).as_secs(),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn five_failures_open_and_a_probe_closes() {
        let service = Scripted::new([503; 6].map(Reply::status));
        let line = line(&service);
        for _ in 0..5 {
            send(&line, call()).await.unwrap();
            seconds(1).await;
        }
        assert_eq!(refused(send(&line, call()).await), 34, "30 s after the fifth");
        seconds(29).await;
        assert_eq!(send(&line, call()).await.unwrap().answer.status, 503, "the probe");
        assert_eq!(refused(send(&line, call()).await), 64);
        seconds(30).await;
        assert_eq!(
            send(&line, call()).await.unwrap().answer.status,
            200,
            "the next probe"
        );
        send(&line, call()).await.unwrap();
        assert_eq!(service.times().len(), 8, "nothing was sent while it was open");
    }

    #[tokio::test(start_paused = true)]
    async fn a_probe_dropped_half_way_lets_the_next_one_in() {
        let service = Scripted::new([503; 5].map(Reply::status).into_iter().chain([Reply::Hang]));
        let line = line(&service);
        for _ in 0..5 {
            send(&line, call()).await.unwrap();
        }
        seconds(30).await;
        let probe = tokio::time::timeout(Duration::from_secs(1), send(&line, call()));
        let (probe, beside) = tokio::join!(probe, send(&line, call()));
        assert!(probe.is_err(), "dropped");
        assert_eq!(refused(beside), 35, "one probe at a time");
        assert_eq!(send(&line, call()).await.unwrap().answer.status, 200);
    }

    #[tokio::test(start_paused = true)]
    async fn one_broken_host_does_not_stop_the_others() {
        let service = Scripted::new([503; 5].map(Reply::status));
        let line = line(&service);
        let to = |url: &str| {
            let mut call = Call {
                target: Target::UserSupplied,
                ..call()
            };
            *call.request.uri_mut() = url.parse().unwrap();
            call
        };
        for _ in 0..5 {
            send(&line, to("https://Broken.test/a.ics")).await.unwrap();
        }
        refused(send(&line, to("https://broken.test/b.ics")).await);
        send(&line, to("https://fine.test/a.ics")).await.unwrap();
    }

    #[test]
    fn what_counts() {
        let answered = |verdict| {
            let answer = crate::Answer {
                status: http::StatusCode::OK,
                headers: http::HeaderMap::new(),
                body: bytes::Bytes::new(),
                received_at: dawn(),
            };
            Ok(Outcome {
                answer,
                verdict,
                refused: None,
            })
        };
        let limited = |scope| {
            answered(Verdict::RateLimited {
                scope,
                retry_after: None,
            })
        };
        let timeout = |seconds, cut| {
            Err(EgressError::Timeout {
                waited: Duration::from_secs(seconds),
                cut,
            })
        };
        for (result, expect) in [
            (answered(Verdict::Ok), Sign::Alive),
            (answered(Verdict::Rejected), Sign::Alive),
            (answered(Verdict::Unauthorized), Sign::Alive),
            (limited(LimitScope::User), Sign::Alive),
            (limited(LimitScope::Client), Sign::Failing),
            (answered(Verdict::Infrastructure), Sign::Failing),
            (timeout(1, Cut::Attempt), Sign::Failing),
            (timeout(2, Cut::Deadline), Sign::Failing),
            (timeout(1, Cut::Deadline), Sign::Nothing),
            (Err(EgressError::Connect("refused".into())), Sign::Failing),
            (Err(EgressError::Interrupted("reset".into())), Sign::Failing),
            (Err(EgressError::BodyTooLarge { limit_bytes: 1 }), Sign::Alive),
            (Err(EgressError::Token(crate::TokenError::Reauth)), Sign::Nothing),
            (
                Err(EgressError::Blocked(crate::BlockReason::PrivateAddress)),
                Sign::Nothing,
            ),
            (
                Err(EgressError::RateLimited {
                    until: dawn(),
                    by: crate::LimitedBy::Us,
                }),
                Sign::Nothing,
            ),
        ] {
            assert_eq!(sign(&result), expect, "{result:?}");
        }
    }
}
