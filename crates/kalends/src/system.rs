//! The real clock and the real randomness: the one place where the process asks its system for them.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use jiff::{SignedDuration, Timestamp};
use kalends_core::ambient::{Ambient, Clock, Entropy};

/// The system's clock and random generator.
pub(crate) fn ambient() -> Ambient {
    with_clock(Arc::default())
}

/// The same with a clock that can be set.
pub(crate) fn with_clock(clock: Arc<SystemClock>) -> Ambient {
    Ambient::new(clock, Arc::new(SystemEntropy))
}

/// The system's clock, moved by what it has been set by.
#[derive(Debug, Default)]
pub(crate) struct SystemClock {
    moved_us: AtomicI64,
}

impl SystemClock {
    /// Moves the clock forward, or back by less than nothing.
    pub(crate) fn set_by(&self, ahead: SignedDuration) {
        let ahead_us = i64::try_from(ahead.as_micros()).unwrap_or(0);
        self.moved_us.fetch_add(ahead_us, Ordering::Relaxed);
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is where the time is taken from")]
    fn now(&self) -> Timestamp {
        // As fine as the database keeps it: what was just made reads the same as what is read again.
        let now = Timestamp::now();
        let moved_us = now
            .as_microsecond()
            .saturating_add(self.moved_us.load(Ordering::Relaxed));
        Timestamp::from_microsecond(moved_us).unwrap_or(now)
    }
}

#[derive(Debug)]
struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is where random bytes are taken from"
    )]
    fn fill(&self, bytes: &mut [u8]) {
        // Without randomness no secret can be made: there is nothing sensible to go on with.
        if aws_lc_rs::rand::fill(bytes).is_err() {
            std::process::abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_set_stays_set_and_goes_on() {
        let clock = SystemClock::default();
        let system = SystemClock::default();
        clock.set_by(SignedDuration::from_mins(10));
        clock.set_by(-SignedDuration::from_mins(3));
        let ahead = clock.now().duration_since(system.now());
        assert!((ahead.as_secs_f64() - 420.0).abs() < 60.0, "{ahead}");
    }
}
