//! The simulator's own time: the injected clock plus an offset that the control plane moves.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use kalends_core::ambient::Ambient;

/// Drives every expiry, every `updated` and the demo's weeks.
#[derive(Debug)]
pub(crate) struct SimClock {
    ambient: Ambient,
    offset_us: AtomicI64,
}

impl SimClock {
    pub(crate) fn new(ambient: Ambient) -> Self {
        Self {
            ambient,
            offset_us: AtomicI64::new(0),
        }
    }

    /// The present instant of the simulated world; stops at the edges of the calendar.
    pub(crate) fn now(&self) -> Timestamp {
        let offset = SignedDuration::from_micros(self.offset_us.load(Ordering::SeqCst));
        let base = self.ambient.now();
        base.checked_add(offset).unwrap_or(if offset.is_negative() {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        })
    }

    /// Jumps to an instant; time runs on from there.
    pub(crate) fn set(&self, now: Timestamp) {
        let offset = now.as_microsecond() - self.ambient.now().as_microsecond();
        self.offset_us.store(offset, Ordering::SeqCst);
    }

    /// Moves on (or back, when negative).
    pub(crate) fn advance(&self, by: SignedDuration) {
        let by = i64::try_from(by.as_micros()).unwrap_or(if by.is_negative() { i64::MIN } else { i64::MAX });
        let moved = self.offset_us.load(Ordering::SeqCst).saturating_add(by);
        self.offset_us.store(moved, Ordering::SeqCst);
    }
}
