//! What polling asks of a provider, against what the provider's budget allows.
//!
//! All calls of one OAuth client share a budget. Polls may use four fifths of it: the last fifth is left to calls that
//! somebody waits for. What is planned beyond that would queue without end; so every interval is stretched by the same
//! factor, which keeps calendars that are wanted fresher ahead of the others.

use std::time::Duration;

/// The part of a budget that polls may use; above it operators are warned and intervals stretched.
pub const FULL: f64 = 0.8;

/// Calendars that are polled at one interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Polled {
    /// How many.
    pub calendars: u64,
    /// From one poll of each to the next.
    pub every: Duration,
}

/// The load of one budget.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Load {
    /// Calendars that are polled.
    pub calendars: u64,
    /// Requests a second that their intervals ask for.
    pub planned: f64,
    /// Requests a second that the narrowest window allows; `None` without any.
    pub allowed: Option<f64>,
}

impl Load {
    /// The load of these calendars on a budget of windows, each so many calls in such a span. A poll is one request:
    /// pages beyond the first are rare, and their calls wait in the limiter.
    pub fn of(polled: &[Polled], windows: &[(u32, Duration)]) -> Self {
        let rate = |polled: &Polled| polled.calendars as f64 / polled.every.as_secs_f64().max(1e-3);
        let allowed = windows
            .iter()
            .map(|(calls, per)| f64::from((*calls).max(1)) / per.as_secs_f64().max(1e-3));
        Self {
            calendars: polled.iter().map(|polled| polled.calendars).sum(),
            planned: polled.iter().map(rate).sum(),
            allowed: allowed.min_by(f64::total_cmp),
        }
    }

    /// Which part of the budget is planned for; 0 where there is no limit.
    pub fn share(self) -> f64 {
        self.allowed.map_or(0.0, |allowed| self.planned / allowed)
    }

    /// Whether more is planned than polls may use.
    pub fn is_over(self) -> bool {
        self.share() > FULL
    }

    /// How many times longer every interval must be, at least 1.
    pub fn stretch(self) -> f64 {
        (self.share() / FULL).max(1.0)
    }

    /// Requests a second that may be added before `part` of the budget is planned for; infinite where there is no
    /// limit.
    pub fn room(self, part: f64) -> f64 {
        self.allowed
            .map_or(f64::INFINITY, |allowed| (allowed * part - self.planned).max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GOOGLE: [(u32, Duration); 1] = [(400, Duration::from_secs(100))];

    fn every_quarter(calendars: u64) -> Polled {
        Polled {
            calendars,
            every: Duration::from_mins(15),
        }
    }

    #[track_caller]
    fn check(calendars: u64, expect: (f64, bool, f64)) {
        let load = Load::of(&[every_quarter(calendars)], &GOOGLE);
        let (share, is_over, stretch) = expect;
        assert!((load.share() - share).abs() < 1e-6, "{}", load.share());
        assert_eq!(load.is_over(), is_over);
        assert!((load.stretch() - stretch).abs() < 1e-6, "{}", load.stretch());
    }

    #[test]
    fn the_default_budget_carries_3_600_calendars_every_quarter_of_an_hour() {
        check(3_600, (1.0, true, 1.25));
        check(2_880, (0.8, false, 1.0));
        check(2_881, (2_881.0 / 3_600.0, true, 2_881.0 / 2_880.0));
        check(0, (0.0, false, 1.0));
        check(14_400, (4.0, true, 5.0));
    }

    #[test]
    fn the_narrowest_window_counts() {
        let windows = [GOOGLE[0], (50_000, Duration::from_hours(24))];
        let load = Load::of(&[every_quarter(900)], &windows);
        assert!(
            (load.share() - 86_400.0 / 50_000.0).abs() < 1e-6,
            "{}",
            load.share()
        );
    }

    #[test]
    fn without_a_window_nothing_is_too_much() {
        let load = Load::of(&[every_quarter(1_000_000)], &[]);
        assert_eq!((load.share(), load.is_over(), load.stretch()), (0.0, false, 1.0));
        assert!(load.room(0.5).is_infinite());
    }

    #[test]
    fn there_is_room_until_the_part_is_used() {
        let load = Load::of(&[every_quarter(900)], &GOOGLE);
        assert!((load.room(0.5) - 1.0).abs() < 1e-6, "{}", load.room(0.5));
        assert!(load.room(0.25) < 1e-6);
        assert!(load.room(0.1) < 1e-6);
    }

    proptest! {
        /// Stretched intervals fit, and are stretched no more than they must.
        #[test]
        fn a_stretched_plan_fits(
            groups in prop::collection::vec((1_u64..5_000, 1_u64..90_000), 1..6),
            calls in 1_u32..2_000,
            seconds in 1_u64..1_000,
        ) {
            let windows = [(calls, Duration::from_secs(seconds))];
            let polled = |stretch: f64| -> Vec<Polled> {
                let of = |&(calendars, every): &(u64, u64)| {
                    Polled { calendars, every: Duration::from_secs(every).mul_f64(stretch) }
                };
                groups.iter().map(of).collect()
            };
            let before = Load::of(&polled(1.0), &windows);
            let after = Load::of(&polled(before.stretch()), &windows);
            prop_assert!(after.share() <= FULL + 1e-6, "{}", after.share());
            prop_assert!(!before.is_over() || after.share() > FULL - 1e-6, "{}", after.share());
        }
    }
}
