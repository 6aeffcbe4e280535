//! `[sync]` and `[tasks]`: how much, how often and how many at once.

use kalends_core::time::Zone;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sync {
    pub(crate) window_back_days: u32,
    pub(crate) window_ahead_days: u32,
    pub(crate) poll_interval_seconds: u32,
    pub(crate) prefetch: bool,
    pub(crate) audit_every_hours: u32,
    pub(crate) audits_per_hour: u32,
    pub(crate) bulk_batch: u32,
    pub(crate) bulk_pause_seconds: u32,
}

impl Sync {
    pub(super) fn check(&self, mistakes: &mut Vec<String>) {
        let bounds = [
            ("window_back_days", self.window_back_days, 0..=730),
            ("window_ahead_days", self.window_ahead_days, 1..=730),
            ("poll_interval_seconds", self.poll_interval_seconds, 1..=86_400),
            ("audit_every_hours", self.audit_every_hours, 1..=8_760),
            ("audits_per_hour", self.audits_per_hour, 0..=100_000),
            ("bulk_batch", self.bulk_batch, 1..=1_000),
            ("bulk_pause_seconds", self.bulk_pause_seconds, 0..=3_600),
        ];
        for (name, value, range) in bounds {
            if !range.contains(&value) {
                mistakes.push(format!(
                    "sync.{name}: {} to {}, not {value}",
                    range.start(),
                    range.end()
                ));
            }
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tasks {
    pub(crate) concurrency: usize,
    zone: String,
}

impl Tasks {
    /// In whose days the daily jobs are done, once the configuration has been checked.
    pub(crate) fn zone(&self) -> Zone {
        Zone::iana(&self.zone).unwrap_or(Zone::UTC)
    }

    pub(super) fn check(&self, mistakes: &mut Vec<String>) {
        if !(1..=256).contains(&self.concurrency) {
            mistakes.push(format!("tasks.concurrency: 1 to 256, not {}", self.concurrency));
        }
        if Zone::iana(&self.zone).is_err() {
            mistakes.push(format!(
                "tasks.zone: \"{}\" is not the name of a time zone such as Europe/Zurich",
                self.zone
            ));
        }
    }
}
