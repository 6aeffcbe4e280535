//! The logs of all budgets, in this process.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use jiff::Timestamp;

use super::log::Log;
use crate::{
    call::{AccountKey, Lane, Peer},
    config::Window,
};

/// What calls are charged to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Budget {
    Account(Peer, AccountKey),
    Client(Peer),
}

/// One budget that a call needs, with its windows.
pub(super) struct Demand<'a> {
    pub(super) budget: &'a Budget,
    pub(super) windows: &'a [Window],
}

#[derive(Debug, Default)]
pub(crate) struct Windows(Mutex<Logs>);

#[derive(Debug, Default)]
struct Logs {
    by_budget: HashMap<Budget, Log>,
    /// The number of logs at which idle ones are looked for next.
    sweep_at: usize,
}

/// Below this many logs none is looked for.
const FEW: usize = 1024;

impl Windows {
    /// Charges one call to all budgets, or to none and tells from when it is worth asking again.
    pub(super) fn take(
        &self,
        demands: &[Option<Demand<'_>>],
        lane: Lane,
        now: Timestamp,
    ) -> Result<(), Timestamp> {
        self.with(|logs| {
            let demands = demands.iter().flatten();
            let free_at = demands
                .clone()
                .filter_map(|demand| {
                    Some(
                        logs.by_budget
                            .get_mut(demand.budget)?
                            .free_at(demand.windows, lane, now),
                    )
                })
                .max();
            if let Some(free_at) = free_at.filter(|&free_at| free_at > now) {
                return Err(free_at);
            }
            for demand in demands.filter(|demand| !demand.windows.is_empty()) {
                logs.entry(demand.budget.clone(), now).record(demand.windows, now);
            }
            Ok(())
        })
    }

    /// Lets nothing of this budget pass until then.
    pub(super) fn close(&self, budget: Budget, until: Timestamp, now: Timestamp) {
        self.with(|logs| logs.entry(budget, now).close(until));
    }

    fn with<T>(&self, work: impl FnOnce(&mut Logs) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Logs {
    fn entry(&mut self, budget: Budget, now: Timestamp) -> &mut Log {
        if self.by_budget.len() >= self.sweep_at.max(FEW) {
            self.by_budget.retain(|_, log| !log.is_idle(now));
            self.sweep_at = self.by_budget.len() * 2;
        }
        self.by_budget.entry(budget).or_default()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::call::{ClientKey, Service};

    fn peer() -> Peer {
        Peer {
            service: Service("test"),
            client: ClientKey::default(),
            host: None,
        }
    }

    fn account(n: u128) -> Budget {
        Budget::Account(peer(), AccountKey(Uuid::from_u128(n)))
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn take(windows: &Windows, account: &Budget, second: i64) -> Result<(), Timestamp> {
        let demands = [
            Some(Demand {
                budget: account,
                windows: &[Window::new(2, 10)],
            }),
            Some(Demand {
                budget: &Budget::Client(peer()),
                windows: &[Window::new(3, 100)],
            }),
        ];
        windows.take(&demands, Lane::Interactive, at(second))
    }

    #[test]
    fn a_refused_call_is_charged_to_nobody() {
        let windows = Windows::default();
        assert_eq!(take(&windows, &account(1), 0), Ok(()));
        assert_eq!(take(&windows, &account(1), 0), Ok(()));
        for _ in 0..5 {
            assert_eq!(
                take(&windows, &account(1), 1),
                Err(at(10)),
                "the account's window"
            );
        }
        assert_eq!(take(&windows, &account(2), 1), Ok(()), "the client still had one");
        assert_eq!(
            take(&windows, &account(2), 1),
            Err(at(100)),
            "the client's window"
        );
    }

    #[test]
    fn one_account_closed_leaves_the_others_open() {
        let windows = Windows::default();
        windows.close(account(1), at(60), at(0));
        assert_eq!(take(&windows, &account(1), 1), Err(at(60)));
        assert_eq!(take(&windows, &account(2), 1), Ok(()));
        assert_eq!(take(&windows, &account(1), 60), Ok(()));
    }

    #[test]
    fn idle_logs_are_forgotten() {
        let windows = Windows::default();
        for n in 0..5_000 {
            let budget = account(n);
            let demand = [Some(Demand {
                budget: &budget,
                windows: &[Window::new(2, 10)],
            })];
            windows.take(&demand, Lane::Push, at(n as i64)).unwrap();
        }
        let kept = windows.with(|logs| logs.by_budget.len());
        assert!(kept <= FEW, "{kept} logs kept");
    }
}
