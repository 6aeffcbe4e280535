//! The exact sliding log: when calls were granted, and so when the next may be. Pure.

use std::{collections::VecDeque, time::Duration};

use jiff::Timestamp;

use super::{allowance::Allowance, governor::Governor};
use crate::{clock::latest_us, config::Window};

/// The calls granted from one budget, oldest first, as far back as its longest window reaches, and what is known of
/// the budget beside. Instants are microseconds since 1970, which makes a log a third of its size.
#[derive(Debug)]
pub(super) struct Log {
    granted_us: VecDeque<i64>,
    /// How many of the last grants the shared store does not know.
    unshared: usize,
    closed_until_us: i64,
    empty_at_us: i64,
    under_way: u32,
    pub(super) governor: Governor,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            granted_us: VecDeque::new(),
            unshared: 0,
            closed_until_us: i64::MIN,
            empty_at_us: i64::MIN,
            under_way: 0,
            governor: Governor::default(),
        }
    }
}

impl Log {
    /// From when nobody has closed the budget.
    pub(super) fn closed_until_us(&self) -> i64 {
        self.closed_until_us
    }

    /// How many calls are under way.
    pub(super) fn under_way(&self) -> u32 {
        self.under_way
    }

    /// From when one more call fits into the window; `now` or earlier means at once.
    pub(super) fn free_at_us(&self, allowance: Allowance) -> i64 {
        let nth_latest = self.granted_us.len().checked_sub(allowance.calls as usize);
        nth_latest
            .and_then(|nth| self.granted_us.get(nth))
            .map_or(i64::MIN, |at_us| at_us.saturating_add(allowance.per_us))
    }

    /// How many calls were granted in the time `per_us` before `until_us`.
    pub(super) fn granted_before(&self, until_us: i64, per_us: i64) -> u32 {
        let from_us = until_us.saturating_sub(per_us);
        let from = self.granted_us.partition_point(|&us| us < from_us);
        // What is granted at that moment is granted by whoever found out.
        let to = self.granted_us.partition_point(|&us| us < until_us);
        u32::try_from(to.saturating_sub(from)).unwrap_or(u32::MAX)
    }

    /// Forgets grants that a clock which was set back since has left in the future.
    pub(super) fn forget_left_overs(&mut self, now_us: i64) {
        let latest_us = latest_us(now_us);
        while self.granted_us.back().is_some_and(|&us| us > latest_us) {
            self.granted_us.pop_back();
            self.unshared = self.unshared.saturating_sub(1);
        }
    }

    /// Records a call granted now; `reach` is the longest time for which it counts.
    pub(super) fn record(&mut self, reach: Duration, now_us: i64, is_shared: bool) {
        let reach_us = i64::try_from(reach.as_micros()).unwrap_or(i64::MAX);
        while self
            .granted_us
            .front()
            .is_some_and(|at_us| at_us.saturating_add(reach_us) <= now_us)
        {
            self.granted_us.pop_front();
        }
        // Calls that were granted at the same time on other threads may have been noted first.
        let at_us = self.granted_us.back().map_or(now_us, |&last| last.max(now_us));
        self.granted_us.push_back(at_us);
        self.empty_at_us = now_us.saturating_add(reach_us);
        self.unshared = if is_shared {
            0
        } else {
            (self.unshared + 1).min(self.granted_us.len())
        };
    }

    /// A call begins.
    pub(super) fn begin(&mut self) {
        self.under_way += 1;
    }

    /// A call has ended.
    pub(super) fn end(&mut self) {
        self.under_way = self.under_way.saturating_sub(1);
    }

    /// Lets nothing pass until then.
    pub(super) fn close(&mut self, until_us: i64) {
        self.closed_until_us = self.closed_until_us.max(until_us);
    }

    /// The grants that the shared store does not know, oldest first; it is told of them now. All of them when it has
    /// lost what it knew.
    pub(super) fn share(&mut self, all: bool) -> impl Iterator<Item = i64> {
        let from = if all {
            0
        } else {
            self.granted_us.len() - self.unshared
        };
        self.unshared = 0;
        self.granted_us.range(from..).copied()
    }

    /// Whether forgetting the log would change nothing.
    pub(super) fn is_idle(&self, now: Timestamp) -> bool {
        let now_us = now.as_microsecond();
        self.empty_at_us <= now_us
            && self.closed_until_us <= now_us
            && self.under_way == 0
            && self.governor.is_idle(now)
    }
}

/// How long a grant counts: as long as the longest window.
pub(super) fn reach(windows: &[Window]) -> Duration {
    windows.iter().map(|window| window.per).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{call::Lane, limiter::allowance::Cuts};

    const BASE_MS: i64 = 1_800_000_000_000;

    fn us(millis: i64) -> i64 {
        (BASE_MS + millis) * 1_000
    }

    fn free_at_ms(log: &Log, windows: &[Window]) -> i64 {
        let cuts = Cuts {
            replicas: 1,
            part: 1.0,
            lane: Lane::Interactive,
        };
        let of_windows = windows
            .iter()
            .map(|window| log.free_at_us(Allowance::of(*window, cuts)));
        of_windows.max().unwrap_or(i64::MIN) / 1_000 - BASE_MS
    }

    /// Grants calls as early as the windows let them, each asking at the given moment or when the one before passed.
    fn grant(windows: &[Window], asked: &[i64]) -> Vec<i64> {
        let mut log = Log::default();
        let mut now = i64::MIN;
        let mut granted = Vec::new();
        for &ask in asked {
            now = now.max(ask);
            now = now.max(free_at_ms(&log, windows));
            log.record(reach(windows), us(now), true);
            granted.push(now);
        }
        granted
    }

    #[test]
    fn a_window_slides() {
        let window = [Window::new(2, 10)];
        assert_eq!(
            grant(&window, &[0, 9_000, 9_001, 9_002, 9_003]),
            [0, 9_000, 10_000, 19_000, 20_000]
        );
    }

    #[test]
    fn all_windows_must_pass() {
        let windows = [Window::new(2, 1), Window::new(3, 10)];
        assert_eq!(grant(&windows, &[0; 5]), [0, 0, 1_000, 10_000, 10_000]);
    }

    #[test]
    fn a_clock_set_back_frees_the_future() {
        let windows = [Window::new(1, 10)];
        let mut log = Log::default();
        log.record(reach(&windows), us(3_600_000), true);
        log.forget_left_overs(us(0));
        assert!(free_at_ms(&log, &windows) <= 0);
    }

    #[test]
    fn calls_noted_out_of_order_all_count() {
        let windows = [Window::new(1, 10)];
        let mut log = Log::default();
        log.record(reach(&windows), us(1), true);
        log.record(reach(&windows), us(0), true);
        assert_eq!(free_at_ms(&log, &windows), 10_001);
    }

    #[test]
    fn the_shared_store_is_told_what_it_missed() {
        let windows = [Window::new(9, 10)];
        let mut log = Log::default();
        for (millis, is_shared) in [(0, true), (1, false), (2, false)] {
            log.record(reach(&windows), us(millis), is_shared);
        }
        assert_eq!(log.share(false).collect::<Vec<_>>(), [us(1), us(2)]);
        assert_eq!(log.share(false).count(), 0, "told once");
        assert_eq!(log.share(true).count(), 3, "it has lost everything");
    }

    proptest! {
        #[test]
        fn no_span_ever_holds_more(
            asked in prop::collection::vec(0_i64..3_000, 1..60),
            limits in prop::collection::vec((1_u32..12, 1_u64..2_000), 1..4),
        ) {
            let windows: Vec<_> =
                limits.iter().map(|&(calls, ms)| Window { calls, per: Duration::from_millis(ms) }).collect();
            let granted = grant(&windows, &asked);
            for (i, &start) in granted.iter().enumerate() {
                for &(calls, ms) in &limits {
                    let within = granted[i..].iter().filter(|&&t| t - start < ms as i64).count();
                    prop_assert!(within <= calls as usize, "{within} calls within {ms} ms from {start}");
                }
            }
        }
    }
}
