//! The budgets of a run: raised so that it ends, low enough that bursts run into them.

use serde_json::{Value, json};

use crate::checks::Peaks;

/// Calls of one account in any minute that the simulated Google lets through.
const PER_USER: u32 = 60;
/// Calls of one project in any minute.
const PER_PROJECT: u32 = 400;

/// What the servers are told. A call is counted when it leaves and metered when it arrives, seconds later when it is
/// delayed on the way: so a window of ours is that much longer than Google's minute.
pub(crate) const SETTINGS: &[(&str, &str)] = &[
    ("KALENDS_LIMITS__GOOGLE_CALENDAR__PER_ACCOUNT", "60 per 66 s"),
    ("KALENDS_LIMITS__GOOGLE_CALENDAR__PER_CLIENT", "400 per 66 s"),
    ("KALENDS_LIMITS__GOOGLE_CALENDAR__BREAKER_FAILURES", "8"),
    ("KALENDS_LIMITS__GOOGLE_CALENDAR__BREAKER_WINDOW_SECONDS", "10"),
    ("KALENDS_LIMITS__GOOGLE_CALENDAR__BREAKER_RECOVERY_SECONDS", "4"),
    ("KALENDS_EGRESS__ATTEMPT_TIMEOUT_SECONDS", "5"),
    ("KALENDS_EGRESS__CONNECT_TIMEOUT_SECONDS", "2"),
    ("KALENDS_SYNC__POLL_INTERVAL_SECONDS", "20"),
];

/// What the simulated Google enforces.
pub(crate) fn quotas() -> Value {
    json!({"perMinutePerUser": PER_USER, "perMinutePerProject": PER_PROJECT})
}

/// How close the busiest minutes came to the budgets.
pub(crate) fn told(peaks: Peaks) -> String {
    let share = |calls: u64, budget: u32| format!("{} %", calls * 100 / u64::from(budget));
    format!(
        "busiest minute {} of the project's and {} of a user's budget",
        share(peaks.project, PER_PROJECT),
        share(peaks.user, PER_USER)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_and_google_mean_the_same_numbers() {
        let said = |name| {
            SETTINGS
                .iter()
                .find(|(setting, _)| setting.ends_with(name))
                .unwrap()
                .1
        };
        assert!(said("PER_ACCOUNT").starts_with(&format!("{PER_USER} per ")));
        assert!(said("PER_CLIENT").starts_with(&format!("{PER_PROJECT} per ")));
    }
}
