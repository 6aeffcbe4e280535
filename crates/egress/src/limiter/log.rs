//! The exact sliding log: when calls were granted, and so when the next may be. Pure.

use std::collections::VecDeque;

use jiff::Timestamp;

use crate::{
    call::Lane,
    clock::{after, is_left_over},
    config::Window,
};

/// The calls granted from one budget, oldest first, as far back as its longest window reaches.
#[derive(Debug)]
pub(super) struct Log {
    granted: VecDeque<Timestamp>,
    closed_until: Timestamp,
    empty_at: Timestamp,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            granted: VecDeque::new(),
            closed_until: Timestamp::MIN,
            empty_at: Timestamp::MIN,
        }
    }
}

impl Log {
    /// From when one more call of this lane fits into all windows; `now` or earlier means at once.
    pub(super) fn free_at(&mut self, windows: &[Window], lane: Lane, now: Timestamp) -> Timestamp {
        while self.granted.back().is_some_and(|&at| is_left_over(at, now)) {
            self.granted.pop_back();
        }
        let of_windows = windows.iter().filter_map(|window| {
            let nth_latest = self.granted.len().checked_sub(share(window.calls, lane))?;
            self.granted.get(nth_latest).map(|&at| after(at, window.per))
        });
        of_windows.fold(self.closed_until, Timestamp::max)
    }

    /// Records a call granted now.
    pub(super) fn record(&mut self, windows: &[Window], now: Timestamp) {
        let Some(longest) = windows.iter().map(|window| window.per).max() else {
            return;
        };
        while self.granted.front().is_some_and(|&at| after(at, longest) <= now) {
            self.granted.pop_front();
        }
        // Calls that were granted at the same time on other threads may have been noted first.
        self.granted
            .push_back(self.granted.back().map_or(now, |&last| last.max(now)));
        self.empty_at = after(now, longest);
    }

    /// Lets nothing pass until then.
    pub(super) fn close(&mut self, until: Timestamp) {
        self.closed_until = self.closed_until.max(until);
    }

    /// Whether forgetting the log would change nothing.
    pub(super) fn is_idle(&self, now: Timestamp) -> bool {
        self.empty_at <= now && self.closed_until <= now
    }
}

/// How many calls of a window a lane may use: the interactive lane all, the others leave a fifth to it.
fn share(calls: u32, lane: Lane) -> usize {
    let share = match lane {
        Lane::Interactive => calls,
        Lane::Push | Lane::Freshness | Lane::Backfill => calls - calls.div_ceil(5),
    };
    share.max(1) as usize
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(1_800_000_000_000 + millis).unwrap()
    }

    /// Grants calls as early as the windows let them, each asking at the given moment or when the one before passed.
    fn grant(windows: &[Window], lane: Lane, asked: &[i64]) -> Vec<i64> {
        let mut log = Log::default();
        let mut now = i64::MIN;
        let mut granted = Vec::new();
        for &ask in asked {
            now = now.max(ask);
            now = now.max(log.free_at(windows, lane, at(now)).as_millisecond() - at(0).as_millisecond());
            log.record(windows, at(now));
            granted.push(now);
        }
        granted
    }

    #[test]
    fn a_window_slides() {
        let window = [Window::new(2, 10)];
        assert_eq!(
            grant(&window, Lane::Interactive, &[0, 9_000, 9_001, 9_002, 9_003]),
            [0, 9_000, 10_000, 19_000, 20_000]
        );
    }

    #[test]
    fn all_windows_must_pass() {
        let windows = [Window::new(2, 1), Window::new(3, 10)];
        assert_eq!(
            grant(&windows, Lane::Interactive, &[0; 5]),
            [0, 0, 1_000, 10_000, 10_000]
        );
    }

    #[test]
    fn lower_lanes_leave_a_fifth() {
        for (calls, expect) in [(0, 1), (1, 1), (2, 1), (4, 3), (5, 4), (10, 8), (400, 320)] {
            assert_eq!(share(calls, Lane::Backfill), expect, "of {calls}");
            assert_eq!(share(calls, Lane::Push), expect, "of {calls}");
            assert_eq!(share(calls, Lane::Interactive), calls.max(1) as usize);
        }
        let mut log = Log::default();
        let windows = [Window::new(10, 10)];
        for _ in 0..8 {
            assert!(log.free_at(&windows, Lane::Backfill, at(0)) <= at(0));
            log.record(&windows, at(0));
        }
        assert_eq!(log.free_at(&windows, Lane::Backfill, at(0)), at(10_000));
        assert!(log.free_at(&windows, Lane::Interactive, at(0)) <= at(0));
    }

    #[test]
    fn closed_means_closed() {
        let mut log = Log::default();
        log.close(at(5_000));
        log.close(at(3_000));
        assert_eq!(log.free_at(&[], Lane::Interactive, at(0)), at(5_000));
        assert!(!log.is_idle(at(4_999)) && log.is_idle(at(5_000)));
    }

    #[test]
    fn a_clock_set_back_frees_the_future() {
        let windows = [Window::new(1, 10)];
        let mut log = Log::default();
        log.record(&windows, at(3_600_000));
        assert!(log.free_at(&windows, Lane::Push, at(0)) <= at(0));
    }

    #[test]
    fn calls_noted_out_of_order_all_count() {
        let windows = [Window::new(1, 10)];
        let mut log = Log::default();
        log.record(&windows, at(1));
        log.record(&windows, at(0));
        assert_eq!(log.free_at(&windows, Lane::Interactive, at(0)), at(10_001));
    }

    proptest! {
        #[test]
        fn no_span_ever_holds_more(
            asked in prop::collection::vec(0_i64..3_000, 1..60),
            limits in prop::collection::vec((1_u32..12, 1_u64..2_000), 1..4),
        ) {
            let windows: Vec<_> =
                limits.iter().map(|&(calls, ms)| Window { calls, per: Duration::from_millis(ms) }).collect();
            let granted = grant(&windows, Lane::Interactive, &asked);
            for (i, &start) in granted.iter().enumerate() {
                for &(calls, ms) in &limits {
                    let within = granted[i..].iter().filter(|&&t| t - start < ms as i64).count();
                    prop_assert!(within <= calls as usize, "{within} calls within {ms} ms from {start}");
                }
            }
        }
    }
}
