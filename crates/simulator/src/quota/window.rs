//! How much was used in the time just passed.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

/// Uses in a sliding window.
#[derive(Clone, Debug)]
pub(super) struct Window {
    span: SignedDuration,
    /// When each use was, oldest first.
    uses: VecDeque<Timestamp>,
    peak: (usize, Timestamp),
    /// The number of the note about the limit being exceeded, while it is.
    pub(super) noted: Option<u64>,
}

impl Window {
    pub(super) fn new(span: SignedDuration) -> Self {
        Self {
            span,
            uses: VecDeque::new(),
            peak: (0, Timestamp::UNIX_EPOCH),
            noted: None,
        }
    }

    /// How many uses are in the window that ends now.
    pub(super) fn count(&mut self, now: Timestamp) -> usize {
        // Time that was set back begins anew: what then lies in the future has not happened.
        if self.uses.back().is_some_and(|last| *last > now) {
            self.uses.clear();
        }
        while self
            .uses
            .front()
            .is_some_and(|first| first.duration_until(now) >= self.span)
        {
            self.uses.pop_front();
        }
        self.uses.len()
    }

    pub(super) fn add(&mut self, uses: usize, now: Timestamp) {
        self.uses.extend(std::iter::repeat_n(now, uses));
        if self.uses.len() > self.peak.0 {
            self.peak = (self.uses.len(), now);
        }
    }

    /// The most uses that any window had, and when it ended.
    pub(super) fn peak(&self) -> (usize, Timestamp) {
        self.peak
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    #[test]
    fn a_use_leaves_the_window_when_the_window_s_length_has_passed() {
        let mut window = Window::new(SignedDuration::from_secs(60));
        for second in [0, 30, 59] {
            window.add(1, at(second));
        }
        let counts = [59, 60, 89, 90, 119].map(|second| window.count(at(second)));
        assert_eq!(counts, [3, 2, 2, 1, 0]);
        assert_eq!(window.peak(), (3, at(59)));
    }

    #[test]
    fn the_peak_is_that_of_any_window_and_not_of_clock_minutes() {
        let mut window = Window::new(SignedDuration::from_secs(60));
        for second in [50, 55, 65, 70] {
            window.count(at(second));
            window.add(1, at(second));
        }
        assert_eq!(window.peak(), (4, at(70)));
    }

    #[test]
    fn time_that_was_set_back_begins_anew() {
        let mut window = Window::new(SignedDuration::from_secs(60));
        window.add(5, at(100));
        assert_eq!(window.count(at(10)), 0);
    }
}
