//! Learns which part of a budget the service really grants: additive increase, multiplicative decrease. Pure.
//!
//! A refusal means that somebody counts otherwise than our windows do: the account is used by other programs too, or
//! the quota is smaller than configured. Half as much is asked then, at most once a second, since one overload refuses
//! many calls that were under way; each full window of calls that pass brings a tenth of the budget back.

use std::time::Duration;

use jiff::Timestamp;

use crate::clock::{after, is_left_over};

/// Refusals within this time of the last one taken in are of the same overload.
const ONE_OVERLOAD: Duration = Duration::from_secs(1);
/// Never less than this part.
const LEAST: f64 = 1.0 / 32.0;
/// What a full window of successes brings back.
const REGAINED: f64 = 0.1;
/// What was learned is not true for ever.
const FORGOTTEN: Duration = Duration::from_hours(1);

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Governor {
    part: f64,
    refused_at: Timestamp,
}

impl Default for Governor {
    fn default() -> Self {
        Self {
            part: 1.0,
            refused_at: Timestamp::MIN,
        }
    }
}

impl Governor {
    /// The part of the budget to use, above 0 and at most 1.
    pub(super) fn part(&self) -> f64 {
        self.part
    }

    /// The service refused a call for being one too many.
    pub(super) fn refused(&mut self, now: Timestamp) {
        if now < after(self.refused_at, ONE_OVERLOAD) && !is_left_over(self.refused_at, now) {
            return;
        }
        self.part = (self.part / 2.0).max(LEAST);
        self.refused_at = now;
    }

    /// The service took a call; `calls` is the size of the window that it was counted in.
    pub(super) fn served(&mut self, calls: u32) {
        if self.part < 1.0 {
            self.part = (self.part + REGAINED / (f64::from(calls.max(1)) * self.part)).min(1.0);
        }
    }

    /// Whether forgetting it would change nothing that matters.
    pub(super) fn is_idle(&self, now: Timestamp) -> bool {
        self.part >= 1.0 || now >= after(self.refused_at, FORGOTTEN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(1_800_000_000_000 + millis).unwrap()
    }

    #[test]
    fn refusals_halve_the_budget_once_an_overload() {
        let mut governor = Governor::default();
        for (millis, expect) in [(0, 0.5), (10, 0.5), (999, 0.5), (1_000, 0.25), (5_000, 0.125)] {
            governor.refused(at(millis));
            assert!(
                (governor.part() - expect).abs() < 1e-9,
                "at {millis} ms: {}",
                governor.part()
            );
        }
        for second in 10..100 {
            governor.refused(at(second * 1000));
        }
        assert!((governor.part() - LEAST).abs() < 1e-9);
    }

    #[test]
    fn successes_bring_a_tenth_back_each_window() {
        let mut governor = Governor::default();
        governor.refused(at(0));
        // Half of 100 calls are one window.
        for _ in 0..50 {
            governor.served(100);
        }
        assert!((0.59..0.61).contains(&governor.part()), "{}", governor.part());
        for _ in 0..500 {
            governor.served(100);
        }
        assert_eq!(
            governor,
            Governor {
                part: 1.0,
                ..governor
            }
        );
    }

    #[test]
    fn what_was_learned_is_kept_for_an_hour() {
        let mut governor = Governor::default();
        assert!(governor.is_idle(at(0)));
        governor.refused(at(0));
        assert!(!governor.is_idle(at(3_599_999)));
        assert!(governor.is_idle(at(3_600_000)));
    }

    #[test]
    fn a_clock_set_back_does_not_make_it_deaf() {
        let mut governor = Governor::default();
        governor.refused(at(3_600_000));
        governor.refused(at(0));
        assert!((governor.part() - 0.25).abs() < 1e-9);
    }
}
