//! What is left of a window for one decision. Pure.

use crate::{call::Lane, config::Window};

/// At most `calls` in any `per_us` microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Allowance {
    pub(super) calls: u32,
    pub(super) per_us: i64,
}

/// What takes from a window, in this order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cuts {
    /// How many replicas divide it, where they cannot count together; at least 1.
    pub(super) replicas: u32,
    /// Which part the service lately granted, above 0 and at most 1 (`limiter/governor.rs`).
    pub(super) part: f64,
    /// The interactive lane may use all of it, the others leave a fifth to it.
    pub(super) lane: Lane,
}

impl Allowance {
    /// Never less than one call, or the window would be shut; with more replicas than calls the span grows instead.
    pub(super) fn of(window: Window, cuts: Cuts) -> Self {
        let (calls, replicas) = (window.calls.max(1), cuts.replicas.max(1));
        let per_us = i64::try_from(window.per.as_micros()).unwrap_or(i64::MAX);
        let (calls, per_us) = if calls >= replicas {
            (calls / replicas, per_us)
        } else {
            let stretched = i128::from(per_us) * i128::from(replicas) / i128::from(calls);
            (1, i64::try_from(stretched).unwrap_or(i64::MAX))
        };
        let governed = ((f64::from(calls) * cuts.part) as u32).max(1);
        let calls = match cuts.lane {
            Lane::Interactive => governed,
            Lane::Push | Lane::Freshness | Lane::Backfill => (governed - governed.div_ceil(5)).max(1),
        };
        Self { calls, per_us }
    }
}

/// What may be used of a window that began before the shared store went away: no more than this process had itself been
/// granted, and for calls that a person waits for their part of the fifth that the others leave. Never more than its share.
pub(super) fn after_loss(window: Window, cuts: Cuts, granted: u32) -> Allowance {
    let share = Allowance::of(window, cuts);
    let spare = match cuts.lane {
        Lane::Interactive => window.calls / 5 / cuts.replicas.max(1),
        Lane::Push | Lane::Freshness | Lane::Backfill => 0,
    };
    Allowance {
        calls: granted.saturating_add(spare).min(share.calls),
        per_us: i64::try_from(window.per.as_micros()).unwrap_or(i64::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(calls: u32, cuts: (u32, f64, Lane), expect: (u32, i64)) {
        let (replicas, part, lane) = cuts;
        let cuts = Cuts { replicas, part, lane };
        let left = Allowance::of(Window::new(calls, 10), cuts);
        assert_eq!((left.calls, left.per_us / 1_000_000), expect);
    }

    #[test]
    fn lower_lanes_leave_a_fifth() {
        for (calls, expect) in [(0, 1), (1, 1), (2, 1), (4, 3), (5, 4), (10, 8), (400, 320)] {
            check(calls, (1, 1.0, Lane::Backfill), (expect, 10));
            check(calls, (1, 1.0, Lane::Push), (expect, 10));
            check(calls, (1, 1.0, Lane::Interactive), (calls.max(1), 10));
        }
    }

    #[test]
    fn replicas_divide_what_they_cannot_count_together() {
        check(10, (2, 1.0, Lane::Interactive), (5, 10));
        check(10, (3, 1.0, Lane::Interactive), (3, 10));
        check(10, (10, 1.0, Lane::Interactive), (1, 10));
        check(10, (20, 1.0, Lane::Interactive), (1, 20));
        check(10, (0, 1.0, Lane::Interactive), (10, 10));
    }

    #[test]
    fn after_a_loss_a_replica_uses_what_it_used_and_people_a_part_of_the_fifth() {
        #[track_caller]
        fn check(lane: Lane, granted: u32, expect: u32) {
            let cuts = Cuts {
                replicas: 4,
                part: 1.0,
                lane,
            };
            assert_eq!(after_loss(Window::new(400, 100), cuts, granted).calls, expect);
        }
        check(Lane::Backfill, 0, 0);
        check(Lane::Backfill, 30, 30);
        check(Lane::Backfill, 300, 80);
        check(Lane::Interactive, 0, 20);
        check(Lane::Interactive, 30, 50);
        check(Lane::Interactive, 300, 100);
    }

    #[test]
    fn the_governor_takes_its_part_first() {
        check(10, (1, 0.5, Lane::Interactive), (5, 10));
        check(10, (1, 0.5, Lane::Backfill), (4, 10));
        check(10, (1, 0.01, Lane::Backfill), (1, 10));
    }
}
