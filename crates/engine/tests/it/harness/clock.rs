//! A clock that only tests move, and randomness that repeats.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use jiff::{SignedDuration, Timestamp};
use kalends_core::ambient::{Ambient, Clock, Entropy};

/// Stands still until moved.
#[derive(Debug)]
pub(crate) struct ManualClock(AtomicI64);

impl ManualClock {
    pub(crate) fn at(now: &str) -> Arc<Self> {
        let now: Timestamp = now.parse().unwrap();
        Arc::new(Self(AtomicI64::new(now.as_microsecond())))
    }

    pub(crate) fn advance(&self, by: SignedDuration) {
        self.0
            .fetch_add(i64::try_from(by.as_micros()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// Different bytes at each call, the same ones at each run (SplitMix64).
#[derive(Debug, Default)]
struct Seeded {
    state: AtomicU64,
    order: Mutex<()>,
}

impl Entropy for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        let _in_order = self.order.lock().unwrap();
        for chunk in bytes.chunks_mut(8) {
            let state = self.state.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
            let mut word = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            word ^= word >> 31;
            chunk.copy_from_slice(&word.to_le_bytes()[..chunk.len()]);
        }
    }
}

pub(crate) fn ambient(clock: Arc<ManualClock>) -> Ambient {
    Ambient::new(clock, Arc::new(Seeded::default()))
}
