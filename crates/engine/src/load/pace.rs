//! What this process measured last, and the pace that follows from it.

use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use kalends_core::provider::ProviderKind;

use super::BudgetLoad;

/// The last measurement of this process.
#[derive(Debug, Default)]
pub(crate) struct Pace(Mutex<Last>);

#[derive(Debug, Default)]
struct Last {
    measured_at: Option<Timestamp>,
    told_at: Option<Timestamp>,
    loads: Vec<BudgetLoad>,
}

/// What a new measurement changes for those who read the log.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Turns {
    /// Budgets that are overdrawn and were not before.
    pub(super) over: Vec<BudgetLoad>,
    /// Budgets that carry what is planned again.
    pub(super) carried: Vec<BudgetLoad>,
    /// Whether it is time to tell how things stand.
    pub(super) is_time_to_tell: bool,
}

/// How often the log tells how things stand.
const TOLD_EVERY: SignedDuration = SignedDuration::from_hours(1);

impl Pace {
    /// How many times longer intervals must be, at least 1.
    pub(crate) fn stretch(&self, provider: ProviderKind, client: Option<&str>) -> f64 {
        let last = self.last();
        let found = last
            .loads
            .iter()
            .find(|budget| budget.provider == provider && budget.client.as_deref() == client);
        found.map_or(1.0, |budget| budget.load.stretch())
    }

    /// The loads as they were measured last.
    pub(crate) fn loads(&self) -> Vec<BudgetLoad> {
        self.last().loads.clone()
    }

    /// Whether the last measurement is older than that.
    pub(super) fn is_older_than(&self, age: SignedDuration, now: Timestamp) -> bool {
        self.last()
            .measured_at
            .is_none_or(|at| now.duration_since(at) >= age)
    }

    /// Goes by a new measurement from now on.
    pub(super) fn set(&self, loads: Vec<BudgetLoad>, now: Timestamp) -> Turns {
        let mut last = self.last();
        let was_over = |budget: &BudgetLoad| {
            let mut before = last.loads.iter();
            before.any(|old| {
                old.provider == budget.provider && old.client == budget.client && old.load.is_over()
            })
        };
        let (over, others): (Vec<_>, Vec<_>) = loads.iter().partition(|budget| budget.load.is_over());
        let turns = Turns {
            over: over
                .into_iter()
                .filter(|budget| !was_over(budget))
                .cloned()
                .collect(),
            carried: others
                .into_iter()
                .filter(|budget| was_over(budget))
                .cloned()
                .collect(),
            is_time_to_tell: last.told_at.is_none_or(|at| now.duration_since(at) >= TOLD_EVERY),
        };
        last.measured_at = Some(now);
        if turns.is_time_to_tell {
            last.told_at = Some(now);
        }
        last.loads = loads;
        turns
    }

    fn last(&self) -> std::sync::MutexGuard<'_, Last> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use kalends_core::sync::load::{Load, Polled};

    use super::*;

    fn budget(calendars: u64) -> BudgetLoad {
        let polled = [Polled {
            calendars,
            every: Duration::from_mins(15),
        }];
        BudgetLoad {
            provider: ProviderKind::Google,
            client: Some("client".to_owned()),
            load: Load::of(&polled, &[(400, Duration::from_secs(100))]),
        }
    }

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + minute * 60).unwrap()
    }

    #[test]
    fn an_overdrawn_budget_is_told_once_and_once_more_when_it_is_over() {
        let pace = Pace::default();
        let turns = |calendars, minute| pace.set(vec![budget(calendars)], at(minute));
        assert_eq!(turns(100, 0).over.len(), 0);
        assert_eq!(turns(4_000, 5).over, [budget(4_000)]);
        assert_eq!(turns(4_100, 10), Turns::default());
        assert_eq!(turns(100, 15).carried, [budget(100)]);
        assert_eq!(turns(100, 20), Turns::default());
        assert_eq!(turns(4_000, 25).over, [budget(4_000)]);
    }

    #[test]
    fn how_things_stand_is_told_at_the_start_and_hourly() {
        let pace = Pace::default();
        let told = (0..150).step_by(5);
        let told = told.filter(|minute| pace.set(vec![budget(1)], at(*minute)).is_time_to_tell);
        assert_eq!(told.collect::<Vec<_>>(), [0, 60, 120]);
    }

    #[test]
    fn each_client_has_its_own_pace() {
        let pace = Pace::default();
        pace.set(vec![budget(7_200)], at(0));
        let stretch = |client| pace.stretch(ProviderKind::Google, client);
        assert!((stretch(Some("client")) - 2.5).abs() < 1e-9);
        assert!((stretch(Some("other")) - 1.0).abs() < 1e-9);
        assert!((stretch(None) - 1.0).abs() < 1e-9);
    }
}
