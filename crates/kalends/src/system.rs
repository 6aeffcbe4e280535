//! The real clock and the real randomness: the one place where the process asks its system for them.

use std::sync::Arc;

use jiff::Timestamp;
use kalends_core::ambient::{Ambient, Clock, Entropy};

/// The system's clock and random generator.
pub(crate) fn ambient() -> Ambient {
    Ambient::new(Arc::new(SystemClock), Arc::new(SystemEntropy))
}

#[derive(Debug)]
struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is where the time is taken from")]
    fn now(&self) -> Timestamp {
        // As fine as the database keeps it: what was just made reads the same as what is read again.
        let now = Timestamp::now();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
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
