//! What the outside world gives to every part that needs it: the time and randomness, always injected.

use std::{fmt, sync::Arc};

use jiff::Timestamp;
use uuid::Uuid;

/// Tells the time. The binary gives the system's clock, tests one that they move by hand.
pub trait Clock: fmt::Debug + Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// Gives random bytes. The binary gives the system's generator, tests a seeded one.
pub trait Entropy: fmt::Debug + Send + Sync {
    /// Fills the buffer with bytes fit for secrets.
    fn fill(&self, bytes: &mut [u8]);
}

/// Clock and randomness, handed down together; cheap to clone.
#[derive(Clone, Debug)]
pub struct Ambient {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl Ambient {
    /// Joins a clock and a source of randomness.
    pub fn new(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { clock, entropy }
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.entropy.fill(&mut bytes);
        bytes
    }

    /// A new UUIDv7 (RFC 9562 section 5.7) of the present millisecond.
    pub fn uuid(&self) -> Uuid {
        let millis = u64::try_from(self.now().as_millisecond()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid()
    }
}
