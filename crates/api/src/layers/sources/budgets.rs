//! What sources have used, in a table of fixed size.
//!
//! Each place holds one instant: when all that was granted there will have been paid for at the even rate. Who is less
//! than a full span ahead of it may ask. Sources that fall on one place share its budget; where one falls nobody can
//! know beforehand, so nobody can use up another's on purpose.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    net::IpAddr,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use jiff::Timestamp;
use kalends_core::ambient::Ambient;

use crate::config::Rate;

/// Places: 128 KiB. A thousand busy sources leave each other alone but for one in seventeen.
const PLACES: usize = 1 << 14;

#[derive(Debug)]
pub(super) struct Budgets {
    /// Nanoseconds since 1970.
    paid_until: Box<[AtomicU64]>,
    seed: [u8; 16],
    /// Nanoseconds that one request costs.
    cost: u64,
    /// How far ahead a source may be before another request.
    ahead: u64,
}

impl Budgets {
    pub(super) fn new(rate: Rate, ambient: &Ambient) -> Self {
        let span = nanoseconds(rate.per);
        let cost = (span / u64::from(rate.requests.max(1))).max(1);
        Self {
            paid_until: (0..PLACES).map(|_| AtomicU64::new(0)).collect(),
            seed: ambient.bytes(),
            cost,
            ahead: span.saturating_sub(cost),
        }
    }

    /// Lets the source ask once more; else how long until it may.
    pub(super) fn take(&self, source: IpAddr, now: Timestamp) -> Option<Duration> {
        let now = u64::try_from(now.as_nanosecond()).unwrap_or(0);
        let place = &self.paid_until[self.place(source)];
        let granted = place.try_update(Ordering::Relaxed, Ordering::Relaxed, |paid| {
            let from = paid.max(now);
            (from - now <= self.ahead).then_some(from + self.cost)
        });
        let paid = granted.err()?;
        Some(Duration::from_nanos(paid.saturating_sub(now + self.ahead)))
    }

    fn place(&self, source: IpAddr) -> usize {
        let mut hasher = DefaultHasher::new();
        self.seed.hash(&mut hasher);
        source.hash(&mut hasher);
        // The low bits are enough, on any width of machine.
        hasher.finish() as usize % PLACES
    }
}

fn nanoseconds(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::SignedDuration;
    use kalends_core::ambient::{Clock, Entropy};

    use super::*;

    #[derive(Debug)]
    struct Still;

    impl Clock for Still {
        fn now(&self) -> Timestamp {
            "2026-11-20T10:00:00Z".parse().unwrap()
        }
    }

    impl Entropy for Still {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    fn budgets(requests: u32, seconds: u64) -> (Budgets, Timestamp) {
        let ambient = Ambient::new(Arc::new(Still), Arc::new(Still));
        let rate = Rate {
            requests,
            per: Duration::from_secs(seconds),
        };
        (Budgets::new(rate, &ambient), ambient.now())
    }

    #[test]
    fn a_source_may_ask_at_once_for_a_span_and_then_evenly() {
        let (budgets, start) = budgets(10, 60);
        let (ada, bob) = ("203.0.113.1".parse().unwrap(), "203.0.113.2".parse().unwrap());
        for _ in 0..10 {
            assert_eq!(budgets.take(ada, start), None);
        }
        assert_eq!(budgets.take(ada, start), Some(Duration::from_secs(6)));
        assert_eq!(budgets.take(bob, start), None, "it is another one's");
        let at = |seconds| start + SignedDuration::from_secs(seconds);
        assert_eq!(budgets.take(ada, at(5)), Some(Duration::from_secs(1)));
        assert_eq!(budgets.take(ada, at(6)), None);
        assert_eq!(
            budgets.take(ada, at(6)),
            Some(Duration::from_secs(6)),
            "refusals cost nothing"
        );
        // Rest is not saved up beyond a span.
        let granted = (0..100).filter(|_| budgets.take(ada, at(86_400)).is_none());
        assert_eq!(granted.count(), 10);
    }

    #[test]
    fn a_flood_of_sources_costs_no_memory_and_few_are_mistaken_for_each_other() {
        let (budgets, start) = budgets(1, 60);
        let refused = (0..1_000_u32).filter(|number| {
            let source = IpAddr::V4((0x0a00_0000 + number).into());
            budgets.take(source, start).is_some()
        });
        assert!(refused.count() < 70);
        assert_eq!(budgets.paid_until.len(), PLACES);
    }
}
