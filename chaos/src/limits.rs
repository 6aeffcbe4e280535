//! The budgets of a run: raised so that it ends, low enough that bursts run into them.

use serde_json::{Value, json};

use crate::checks::Peaks;

/// Calls of one account in any minute that the simulated Google lets through.
const PER_USER: u32 = 60;
/// Calls of one project in any minute.
const PER_PROJECT: u32 = 400;

/// What else the servers are told.
const SETTINGS: &[(&str, &str)] = &[
    ("KALENDS_LIMITS__GOOGLE_CALENDAR__BREAKER_FAILURES", "8"),
    ("KALENDS_LIMITS__GOOGLE_CALENDAR__BREAKER_WINDOW_SECONDS", "10"),
    ("KALENDS_LIMITS__GOOGLE_CALENDAR__BREAKER_RECOVERY_SECONDS", "4"),
    ("KALENDS_EGRESS__ATTEMPT_TIMEOUT_SECONDS", "5"),
    ("KALENDS_EGRESS__CONNECT_TIMEOUT_SECONDS", "2"),
    ("KALENDS_SYNC__POLL_INTERVAL_SECONDS", "20"),
];

/// The budgets of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Budgets {
    per_user: u32,
    per_project: u32,
}

/// Budgets so many times as large as those of a short run; for one with many changes.
pub(crate) const fn raised(times: u32) -> Budgets {
    Budgets {
        per_user: PER_USER * times,
        per_project: PER_PROJECT * times,
    }
}

impl Budgets {
    /// What the servers are told. A call is counted when it leaves and metered when it arrives, seconds later when it is
    /// delayed on the way: so a window of ours is that much longer than Google's minute.
    pub(crate) fn settings(self) -> Vec<(String, String)> {
        let ours = [
            ("KALENDS_LIMITS__GOOGLE_CALENDAR__PER_ACCOUNT", self.per_user),
            ("KALENDS_LIMITS__GOOGLE_CALENDAR__PER_CLIENT", self.per_project),
        ];
        let ours = ours.map(|(name, calls)| (name.to_owned(), format!("{calls} per 66 s")));
        let others = SETTINGS
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        ours.into_iter().chain(others).collect()
    }

    /// What the simulated Google enforces.
    pub(crate) fn quotas(self) -> Value {
        json!({"perMinutePerUser": self.per_user, "perMinutePerProject": self.per_project})
    }

    /// How close the busiest minutes came to the budgets.
    pub(crate) fn told(self, peaks: Peaks) -> String {
        let share = |calls: u64, budget: u32| format!("{} %", calls * 100 / u64::from(budget));
        format!(
            "busiest minute {} of the project's and {} of a user's budget",
            share(peaks.project, self.per_project),
            share(peaks.user, self.per_user)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_and_google_mean_the_same_numbers() {
        let budgets = raised(3);
        let said = |name: &str| {
            let settings = budgets.settings();
            let (_, value) = settings
                .iter()
                .find(|(setting, _)| setting.ends_with(name))
                .unwrap()
                .clone();
            value
        };
        let quotas = budgets.quotas();
        assert_eq!(
            said("PER_ACCOUNT"),
            format!("{} per 66 s", quotas["perMinutePerUser"])
        );
        assert_eq!(
            said("PER_CLIENT"),
            format!("{} per 66 s", quotas["perMinutePerProject"])
        );
        assert_eq!(quotas["perMinutePerUser"], 3 * PER_USER);
    }
}
