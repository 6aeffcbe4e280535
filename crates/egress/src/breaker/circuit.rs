//! One circuit, as a pure state machine.
//!
//! ```text
//!           `failures` within `window`              recovery over: one call may probe
//!  closed ----------------------------> open(until) --------------------------------> half-open
//!    ^                                    ^ ^                                            |  |  |
//!    |                                    | +--- until := now -------- probe dropped ----+  |  |
//!    |                                    +----- until := now + recovery -- probe failed ---+  |
//!    +--------------------------------------------------------------------- probe answered ----+
//! ```
//!
//! Calls that began before the circuit opened and end while it is open change nothing.

use std::{collections::VecDeque, time::Duration};

use jiff::Timestamp;

use crate::{
    clock::{after, is_left_over},
    config::BreakerPolicy,
};

/// When those who find a probe under way may ask again.
const PROBING: Duration = Duration::from_secs(5);

/// For how long a circuit that nobody probes is remembered.
const ABANDONED: Duration = Duration::from_hours(1);

#[derive(Debug)]
pub(super) enum Circuit {
    Closed {
        failures: VecDeque<Timestamp>,
        clean_at: Timestamp,
    },
    Open {
        since: Timestamp,
        until: Timestamp,
    },
    HalfOpen,
}

/// The right to make one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pass {
    Ordinary,
    Probe,
}

/// What the end of an attempt says about the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Alive,
    Failing,
    Nothing,
}

/// A change worth a line in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Opened { until: Timestamp },
    Closed,
}

impl Default for Circuit {
    fn default() -> Self {
        Self::Closed {
            failures: VecDeque::new(),
            clean_at: Timestamp::MIN,
        }
    }
}

impl Circuit {
    /// A pass for one attempt, or the time from which asking again makes sense.
    pub(super) fn admit(&mut self, now: Timestamp) -> Result<Pass, Timestamp> {
        match *self {
            Self::Closed { .. } => Ok(Pass::Ordinary),
            // A clock that was set back must not keep the circuit open for longer than it would have been.
            Self::Open { since, until } if now < until && !is_left_over(since, now) => Err(until),
            Self::Open { .. } => {
                *self = Self::HalfOpen;
                Ok(Pass::Probe)
            }
            Self::HalfOpen => Err(after(now, PROBING)),
        }
    }

    /// Takes in how an attempt ended.
    pub(super) fn learn(
        &mut self,
        pass: Pass,
        sign: Sign,
        now: Timestamp,
        policy: BreakerPolicy,
    ) -> Option<Turn> {
        match (&mut *self, pass, sign) {
            (Self::Closed { failures, clean_at }, Pass::Ordinary, Sign::Failing) => {
                failures.retain(|&at| now < after(at, policy.window) && !is_left_over(at, now));
                failures.push_back(now);
                *clean_at = after(now, policy.window);
                let enough = failures.len() >= policy.failures.max(1) as usize;
                enough.then(|| self.open(now, policy.recovery))
            }
            (Self::HalfOpen, Pass::Probe, Sign::Failing) => Some(self.open(now, policy.recovery)),
            (Self::HalfOpen, Pass::Probe, Sign::Nothing) => {
                self.open(now, Duration::ZERO);
                None
            }
            (Self::HalfOpen, Pass::Probe, Sign::Alive) => {
                *self = Self::default();
                Some(Turn::Closed)
            }
            _ => None,
        }
    }

    fn open(&mut self, now: Timestamp, recovery: Duration) -> Turn {
        let until = after(now, recovery);
        *self = Self::Open { since: now, until };
        Turn::Opened { until }
    }

    /// Whether the circuit may be forgotten: it is closed and clean, or nobody has called the service for long.
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        match self {
            Self::Closed { clean_at, .. } => *clean_at <= now,
            Self::Open { until, .. } => after(*until, ABANDONED) <= now,
            Self::HalfOpen => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: BreakerPolicy = BreakerPolicy {
        failures: 3,
        window: Duration::from_mins(1),
        recovery: Duration::from_secs(30),
    };

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn fail(circuit: &mut Circuit, second: i64) -> Option<Turn> {
        circuit.learn(Pass::Ordinary, Sign::Failing, at(second), POLICY)
    }

    fn opened() -> Circuit {
        let mut circuit = Circuit::default();
        assert_eq!(fail(&mut circuit, 0), None);
        assert_eq!(fail(&mut circuit, 1), None);
        assert_eq!(fail(&mut circuit, 2), Some(Turn::Opened { until: at(32) }));
        circuit
    }

    #[test]
    fn failures_count_within_the_window_only() {
        let mut circuit = Circuit::default();
        for second in [0, 30, 60, 90, 120] {
            assert_eq!(
                fail(&mut circuit, second),
                None,
                "the one {second} s ago has just left"
            );
        }
        assert_eq!(fail(&mut circuit, 121), Some(Turn::Opened { until: at(151) }));
    }

    #[test]
    fn successes_do_not_hide_failures() {
        let mut circuit = Circuit::default();
        fail(&mut circuit, 0);
        fail(&mut circuit, 1);
        assert_eq!(circuit.learn(Pass::Ordinary, Sign::Alive, at(1), POLICY), None);
        assert!(fail(&mut circuit, 2).is_some());
    }

    #[test]
    fn open_refuses_until_recovery_and_then_lets_one_probe() {
        let mut circuit = opened();
        assert_eq!(circuit.admit(at(31)), Err(at(32)));
        assert_eq!(circuit.admit(at(32)), Ok(Pass::Probe));
        assert_eq!(circuit.admit(at(32)), Err(at(37)), "a probe is under way");
    }

    #[test]
    fn the_probe_decides() {
        let mut circuit = opened();
        circuit.admit(at(32)).unwrap();
        assert_eq!(
            circuit.learn(Pass::Probe, Sign::Failing, at(33), POLICY),
            Some(Turn::Opened { until: at(63) })
        );
        circuit.admit(at(63)).unwrap();
        assert_eq!(
            circuit.learn(Pass::Probe, Sign::Alive, at(64), POLICY),
            Some(Turn::Closed)
        );
        assert_eq!(circuit.admit(at(64)), Ok(Pass::Ordinary));
        assert!(circuit.is_over(at(64)));
    }

    #[test]
    fn a_dropped_probe_lets_the_next_one_in() {
        let mut circuit = opened();
        circuit.admit(at(32)).unwrap();
        assert_eq!(circuit.learn(Pass::Probe, Sign::Nothing, at(33), POLICY), None);
        assert_eq!(circuit.admit(at(33)), Ok(Pass::Probe));
    }

    #[test]
    fn what_nobody_calls_is_forgotten() {
        let circuit = opened();
        assert!(!circuit.is_over(at(32)) && !circuit.is_over(at(32 + 3599)));
        assert!(circuit.is_over(at(32 + 3600)));
        let mut circuit = Circuit::default();
        fail(&mut circuit, 0);
        assert!(!circuit.is_over(at(59)) && circuit.is_over(at(60)));
    }

    #[test]
    fn stragglers_change_nothing() {
        let mut circuit = opened();
        assert_eq!(circuit.learn(Pass::Ordinary, Sign::Alive, at(3), POLICY), None);
        assert_eq!(fail(&mut circuit, 20), None);
        assert_eq!(circuit.admit(at(31)), Err(at(32)), "neither closed nor prolonged");
        circuit.admit(at(32)).unwrap();
        assert_eq!(circuit.learn(Pass::Ordinary, Sign::Alive, at(33), POLICY), None);
        assert_eq!(circuit.admit(at(33)), Err(at(38)), "still probing");
    }

    #[test]
    fn a_clock_set_back_does_not_keep_it_open() {
        let mut circuit = opened();
        assert_eq!(circuit.admit(at(-3600)), Ok(Pass::Probe));
        let mut circuit = Circuit::default();
        fail(&mut circuit, 0);
        fail(&mut circuit, 1);
        assert_eq!(
            fail(&mut circuit, -3600),
            None,
            "failures of the future are forgotten"
        );
    }
}
