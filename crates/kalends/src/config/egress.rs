//! `[egress]`: limits of outbound calls.

use std::time::Duration;

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Egress {
    pub(crate) allow: Vec<String>,
    connect_timeout_seconds: u64,
    attempt_timeout_seconds: u64,
    max_answer_mib: usize,
}

impl Egress {
    pub(crate) fn connect_timeout(&self) -> Duration {
        Duration::from_secs(self.connect_timeout_seconds)
    }

    pub(crate) fn attempt_timeout(&self) -> Duration {
        Duration::from_secs(self.attempt_timeout_seconds)
    }

    /// Largest answer, in bytes.
    pub(crate) fn max_answer(&self) -> usize {
        self.max_answer_mib << 20
    }

    pub(super) fn check(&self, mistakes: &mut Vec<String>) {
        for entry in &self.allow {
            let port = entry
                .rsplit_once(':')
                .map(|(host, port)| (host, port.parse::<u16>()));
            if !matches!(port, Some((host, Ok(1..))) if !host.is_empty()) {
                mistakes.push(format!("egress.allow: \"{entry}\" is not of the form host:port"));
            }
        }
        let bounds = [
            ("connect_timeout_seconds", self.connect_timeout_seconds, 1..=60),
            ("attempt_timeout_seconds", self.attempt_timeout_seconds, 1..=300),
            ("max_answer_mib", self.max_answer_mib as u64, 1..=1024),
        ];
        for (name, value, range) in bounds {
            if !range.contains(&value) {
                mistakes.push(format!(
                    "egress.{name}: {} to {}, not {value}",
                    range.start(),
                    range.end()
                ));
            }
        }
    }
}
