//! The time and the dice, injected.
//!
//! Decisions (breaker, windows, `Retry-After`) read the injected clock, so that tests and a whole fleet share one notion
//! of time; waits and timeouts are the runtime's timers. A clock that is set back or stands still can only make a wait
//! end at the call's deadline, never last for ever.

use std::{fmt, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};

/// What the crate needs of the outside world; cheap to clone.
#[derive(Clone)]
pub struct Surroundings {
    now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    dice: Arc<dyn Fn() -> f64 + Send + Sync>,
}

impl Surroundings {
    /// `now` tells the present instant; `dice` gives a number in `[0, 1)` that spreads retries, it need not be secret.
    pub fn new(
        now: impl Fn() -> Timestamp + Send + Sync + 'static,
        dice: impl Fn() -> f64 + Send + Sync + 'static,
    ) -> Self {
        Self {
            now: Arc::new(now),
            dice: Arc::new(dice),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.now)()
    }

    /// A random part of `most`.
    pub(crate) fn part_of(&self, most: Duration) -> Duration {
        let part = (self.dice)().clamp(0.0, 1.0);
        Duration::try_from_secs_f64(most.as_secs_f64() * part).unwrap_or(Duration::ZERO)
    }
}

impl fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Surroundings")
    }
}

/// Whether an instant that was noted as present lies so far ahead that the clock must have been set back since.
///
/// Less than a minute is the small disorder of threads and of a clock that is being corrected.
pub(crate) fn is_left_over(noted: Timestamp, now: Timestamp) -> bool {
    noted.as_microsecond() > latest_us(now.as_microsecond())
}

/// The last instant that is not left over, in microseconds.
pub(crate) fn latest_us(now_us: i64) -> i64 {
    now_us.saturating_add(60_000_000)
}

/// `at` + `by`, or the end of time.
pub(crate) fn after(at: Timestamp, by: Duration) -> Timestamp {
    SignedDuration::try_from(by)
        .ok()
        .and_then(|by| at.checked_add(by).ok())
        .unwrap_or(Timestamp::MAX)
}

/// From `from` until `to`; zero if that is past.
pub(crate) fn until(from: Timestamp, to: Timestamp) -> Duration {
    to.duration_since(from).try_into().unwrap_or(Duration::ZERO)
}
