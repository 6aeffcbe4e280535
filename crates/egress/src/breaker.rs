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
            circuits.retain(|_, circuit| !circuit.is_clean(now));
            circuits.insert(self.peer.clone(), Circuit::default());
        }
        let Some(circuit) = circuits.get_mut(&self.peer) else {
            return;
        };
        let turn = circuit.learn(self.pass, self.sign, now, policy);
        if circuit.is_clean(now) {
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
