//! `[limits.*]`: how often a provider is called, and when it is left alone.

use std::time::Duration;

use kalends_egress::{BreakerPolicy, ServicePolicy, Window};
use serde::Deserialize;

/// The limits of every service that is called.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limits {
    pub(crate) google_calendar: ServiceLimits,
    pub(crate) feeds: ServiceLimits,
}

/// The limits of one service.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceLimits {
    per_account: Vec<String>,
    per_client: Vec<String>,
    at_once_per_account: u32,
    breaker_failures: u32,
    breaker_window_seconds: u64,
    breaker_recovery_seconds: u64,
}

impl Limits {
    pub(super) fn check(&self, mistakes: &mut Vec<String>) {
        self.google_calendar.check("google_calendar", mistakes);
        self.feeds.check("feeds", mistakes);
    }
}

impl ServiceLimits {
    /// The windows over all accounts of one client, once the configuration has been checked.
    pub(crate) fn per_client(&self) -> Vec<Window> {
        windows(&self.per_client)
    }

    /// The policy, once the configuration has been checked.
    pub(crate) fn policy(&self, attempt_timeout: Duration) -> ServicePolicy {
        ServicePolicy {
            attempt_timeout,
            breaker: BreakerPolicy {
                failures: self.breaker_failures,
                window: Duration::from_secs(self.breaker_window_seconds),
                recovery: Duration::from_secs(self.breaker_recovery_seconds),
            },
            per_account: windows(&self.per_account),
            per_client: self.per_client(),
            at_once_per_account: Some(self.at_once_per_account).filter(|at_once| *at_once > 0),
        }
    }

    fn check(&self, service: &str, mistakes: &mut Vec<String>) {
        for (name, texts) in [
            ("per_account", &self.per_account),
            ("per_client", &self.per_client),
        ] {
            for text in texts {
                if let Err(mistake) = text.parse::<Window>() {
                    mistakes.push(format!("limits.{service}.{name}: {mistake}"));
                }
            }
        }
        let bounds = [
            ("breaker_failures", u64::from(self.breaker_failures), 1..=1_000),
            ("breaker_window_seconds", self.breaker_window_seconds, 1..=3_600),
            (
                "breaker_recovery_seconds",
                self.breaker_recovery_seconds,
                1..=3_600,
            ),
        ];
        for (name, value, range) in bounds {
            if !range.contains(&value) {
                mistakes.push(format!(
                    "limits.{service}.{name}: {} to {}, not {value}",
                    range.start(),
                    range.end()
                ));
            }
        }
    }
}

fn windows(texts: &[String]) -> Vec<Window> {
    texts
        .iter()
        .filter_map(|text| text.parse::<Window>().ok())
        .collect()
}
