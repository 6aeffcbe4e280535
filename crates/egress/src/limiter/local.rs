//! The logs of all budgets, in this process: they decide alone, or mirror what the shared store decides.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use jiff::Timestamp;

use super::{
    allowance::{Allowance, Cuts, after_loss},
    budget::{Budget, Demand, Moment},
    log::{Log, reach},
};
use crate::config::Window;

#[derive(Debug, Default)]
pub(super) struct Local(Mutex<Logs>);

#[derive(Debug, Default)]
struct Logs {
    /// Looked up several times at each call; the standard hasher took half of a decision's time.
    places: HashMap<Budget, usize, foldhash::fast::RandomState>,
    logs: Vec<Log>,
    /// The number of logs at which idle ones are looked for next.
    sweep_at: usize,
}

/// How this process decides by itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Alone {
    /// How many replicas divide the budgets; at least 1.
    pub(super) replicas: u32,
    /// Since when the shared store is away, or may not know everything.
    pub(super) since: Option<Timestamp>,
}

/// What a budget's grants were, for a shared store that does not know them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unshared {
    pub(super) budget: Budget,
    /// Oldest first.
    pub(super) granted_us: Vec<i64>,
}

/// Most budgets of one call.
const MOST: usize = 3;
/// Below this many logs none is looked for.
const FEW: usize = 1024;

impl Local {
    /// Charges one call to all budgets, or to none and tells from when it is worth asking again.
    pub(super) fn take(
        &self,
        demands: &[Demand<'_>],
        moment: Moment,
        alone: Alone,
        is_shared: bool,
    ) -> Result<(), Timestamp> {
        self.with(|all| {
            let places = all.places(demands, moment.now);
            all.check(demands, &places, moment, alone)?;
            let now_us = moment.now.as_microsecond();
            all.charge(demands, &places, now_us, alone.replicas, is_shared);
            Ok(())
        })
    }

    /// Whether this process would let the call pass, or from when it is worth asking again.
    pub(super) fn check(
        &self,
        demands: &[Demand<'_>],
        moment: Moment,
        alone: Alone,
    ) -> Result<(), Timestamp> {
        self.with(|all| {
            let places = all.places(demands, moment.now);
            all.check(demands, &places, moment, alone)
        })
    }

    /// What the shared store has to know for a decision: the part of each budget that the service lately granted. An
    /// error when one of them is closed.
    pub(super) fn parts(&self, demands: &[Demand<'_>], now: Timestamp) -> Result<[f64; MOST], Timestamp> {
        self.with(|all| {
            let mut parts = [1.0; MOST];
            for (demand, part) in demands.iter().zip(&mut parts) {
                let Some(&place) = all.places.get(&demand.budget) else {
                    continue;
                };
                let log = &all.logs[place];
                if log.closed_until_us() > now.as_microsecond() {
                    return Err(instant(log.closed_until_us()));
                }
                *part = log.governor.part();
            }
            Ok(parts)
        })
    }

    /// Notes a call that the shared store has granted.
    pub(super) fn mirror(&self, demands: &[Demand<'_>], now: Timestamp, replicas: u32) {
        self.with(|all| {
            let places = all.places(demands, now);
            all.charge(demands, &places, now.as_microsecond(), replicas, true);
        });
    }

    /// A call has ended.
    pub(super) fn end<'a>(&self, budgets: impl Iterator<Item = &'a Budget>) {
        self.with(|all| {
            for budget in budgets {
                if let Some(&place) = all.places.get(budget) {
                    all.logs[place].end();
                }
            }
        });
    }

    /// Lets nothing of this budget pass until then.
    pub(super) fn close(&self, budget: &Budget, until: Timestamp, now: Timestamp) {
        self.with(|all| all.entry(budget, now).close(until.as_microsecond()));
    }

    /// Learns that the service refused a call of this budget for being one too many.
    pub(super) fn refused(&self, budget: &Budget, now: Timestamp) {
        self.with(|all| all.entry(budget, now).governor.refused(now));
    }

    /// Learns that the service took a call.
    pub(super) fn served(&self, demands: &[Demand<'_>]) {
        self.with(|all| {
            for demand in demands {
                let calls = demand.windows.first().map(|window| window.calls);
                if let (Some(calls), Some(&place)) = (calls, all.places.get(&demand.budget)) {
                    all.logs[place].governor.served(calls);
                }
            }
        });
    }

    /// What a shared store has to be told, all grants when it has lost them.
    pub(super) fn share(&self, all: bool) -> Vec<Unshared> {
        self.with(|logs| {
            let Logs { places, logs, .. } = logs;
            let told = places.iter().map(|(budget, &place)| Unshared {
                budget: budget.clone(),
                granted_us: logs[place].share(all).collect(),
            });
            told.filter(|told| !told.granted_us.is_empty()).collect()
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Logs) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn free_at(log: &Log, demand: &Demand<'_>, moment: Moment, alone: Alone) -> i64 {
    let replicas = alone.replicas;
    let cuts = Cuts {
        replicas,
        part: log.governor.part(),
        lane: moment.lane,
    };
    let of_windows = demand.windows.iter().map(|&window| {
        let by_share_us = log.free_at_us(Allowance::of(window, cuts));
        match alone.since {
            Some(since) if replicas > 1 => by_share_us.max(free_after_loss(log, window, cuts, since)),
            _ => by_share_us,
        }
    });
    let free_at_us = of_windows.fold(log.closed_until_us(), i64::max);
    let at_once = demand.at_once.map(|at_once| (at_once / replicas.max(1)).max(1));
    if at_once.is_some_and(|at_once| log.under_way() >= at_once) {
        free_at_us.max(moment.ask_again_at().as_microsecond())
    } else {
        free_at_us
    }
}

/// From when a call fits into a window that others may have used before the shared store went away; a window later that
/// is over.
fn free_after_loss(log: &Log, window: Window, cuts: Cuts, since: Timestamp) -> i64 {
    let since_us = since.as_microsecond();
    let per_us = i64::try_from(window.per.as_micros()).unwrap_or(i64::MAX);
    let over_us = since_us.saturating_add(per_us);
    let allowance = after_loss(window, cuts, log.granted_before(since_us, per_us));
    match allowance.calls {
        0 => over_us,
        _ => log.free_at_us(allowance).min(over_us),
    }
}

fn instant(us: i64) -> Timestamp {
    Timestamp::from_microsecond(us).unwrap_or(Timestamp::MAX)
}

impl Logs {
    fn check(
        &mut self,
        demands: &[Demand<'_>],
        places: &[usize; MOST],
        moment: Moment,
        alone: Alone,
    ) -> Result<(), Timestamp> {
        let now_us = moment.now.as_microsecond();
        let mut free_at_us = now_us;
        for (demand, &place) in demands.iter().zip(places) {
            let log = &mut self.logs[place];
            log.forget_left_overs(now_us);
            free_at_us = free_at_us.max(free_at(log, demand, moment, alone));
        }
        if free_at_us > now_us {
            return Err(instant(free_at_us));
        }
        Ok(())
    }

    fn places(&mut self, demands: &[Demand<'_>], now: Timestamp) -> [usize; MOST] {
        self.sweep(now);
        let mut places = [0; MOST];
        for (place, demand) in places.iter_mut().zip(demands) {
            *place = self.place(&demand.budget);
        }
        places
    }

    fn charge(
        &mut self,
        demands: &[Demand<'_>],
        places: &[usize; MOST],
        now_us: i64,
        replicas: u32,
        is_shared: bool,
    ) {
        for (demand, &place) in demands.iter().zip(places) {
            let log = &mut self.logs[place];
            if !demand.windows.is_empty() {
                // Divided by replicas, a window may reach that much further.
                let reach = reach(demand.windows).saturating_mul(replicas.max(1));
                log.record(reach, now_us, is_shared);
            }
            if demand.at_once.is_some() {
                log.begin();
            }
        }
    }

    fn entry(&mut self, budget: &Budget, now: Timestamp) -> &mut Log {
        self.sweep(now);
        let place = self.place(budget);
        &mut self.logs[place]
    }

    fn place(&mut self, budget: &Budget) -> usize {
        if let Some(&place) = self.places.get(budget) {
            return place;
        }
        self.logs.push(Log::default());
        self.places.insert(budget.clone(), self.logs.len() - 1);
        self.logs.len() - 1
    }

    /// Forgets idle logs once there are many.
    fn sweep(&mut self, now: Timestamp) {
        if self.logs.len() < self.sweep_at.max(FEW) {
            return;
        }
        let mut kept = Vec::new();
        let logs = &mut self.logs;
        self.places.retain(|_, place| {
            let keep = !logs[*place].is_idle(now);
            if keep {
                kept.push(std::mem::take(&mut logs[*place]));
                *place = kept.len() - 1;
            }
            keep
        });
        self.logs = kept;
        self.sweep_at = self.logs.len() * 2;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use uuid::Uuid;

    use super::*;
    use crate::{
        call::{AccountKey, ClientKey, Lane, Peer, Service},
        config::Window,
    };

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

    fn moment(second: i64) -> Moment {
        Moment {
            now: at(second),
            lane: Lane::Interactive,
            left: Duration::from_mins(1),
        }
    }

    fn demand<'a>(budget: &Budget, windows: &'a [Window], at_once: Option<u32>) -> Demand<'a> {
        Demand {
            budget: budget.clone(),
            windows,
            at_once,
        }
    }

    fn among(replicas: u32) -> Alone {
        Alone {
            replicas,
            since: None,
        }
    }

    fn take(local: &Local, account: &Budget, second: i64) -> Result<(), Timestamp> {
        let (two, three) = ([Window::new(2, 10)], [Window::new(3, 100)]);
        let demands = [
            demand(account, &two, None),
            demand(&Budget::Client(peer()), &three, None),
        ];
        local.take(&demands, moment(second), among(1), false)
    }

    #[test]
    fn a_refused_call_is_charged_to_nobody() {
        let local = Local::default();
        assert_eq!(take(&local, &account(1), 0), Ok(()));
        assert_eq!(take(&local, &account(1), 0), Ok(()));
        for _ in 0..5 {
            assert_eq!(take(&local, &account(1), 1), Err(at(10)), "the account's window");
        }
        assert_eq!(take(&local, &account(2), 1), Ok(()), "the client still had one");
        assert_eq!(take(&local, &account(2), 1), Err(at(100)), "the client's window");
    }

    #[test]
    fn one_account_closed_leaves_the_others_open() {
        let local = Local::default();
        local.close(&account(1), at(60), at(0));
        assert_eq!(take(&local, &account(1), 1), Err(at(60)));
        assert_eq!(take(&local, &account(2), 1), Ok(()));
        assert_eq!(take(&local, &account(1), 60), Ok(()));
    }

    #[test]
    fn calls_under_way_are_counted_until_they_end() {
        let local = Local::default();
        let four = [demand(&account(1), &[], Some(4))];
        for _ in 0..4 {
            local.take(&four, moment(0), among(1), false).unwrap();
        }
        assert!(
            local.take(&four, moment(0), among(1), false).is_err(),
            "the fifth"
        );
        local.end([account(1)].iter());
        local.take(&four, moment(0), among(1), false).unwrap();
        let other = [demand(&account(2), &[], Some(4))];
        local.take(&other, moment(0), among(4), false).unwrap();
        assert!(
            local.take(&other, moment(0), among(4), false).is_err(),
            "a fourth of four"
        );
    }

    #[test]
    fn a_refusal_halves_what_is_asked_and_successes_restore_it() {
        let local = Local::default();
        let ten = [Window::new(10, 10)];
        let demands = [demand(&account(1), &ten, None)];
        let granted = |second| {
            let taken = (0..20).map_while(|_| local.take(&demands, moment(second), among(1), false).ok());
            taken.count()
        };
        assert_eq!(granted(0), 10);
        local.refused(&account(1), at(1));
        assert_eq!(granted(20), 5);
        for _ in 0..200 {
            local.served(&demands);
        }
        assert_eq!(granted(40), 10);
    }

    #[test]
    fn idle_logs_are_forgotten() {
        let local = Local::default();
        for n in 0..5_000 {
            let windows = [Window::new(2, 10)];
            let demand = [demand(&account(n), &windows, None)];
            local.take(&demand, moment(n as i64), among(1), false).unwrap();
        }
        let kept = local.with(|all| (all.logs.len(), all.places.len()));
        assert!(kept.0 <= FEW && kept.0 == kept.1, "{kept:?} logs kept");
    }
}
