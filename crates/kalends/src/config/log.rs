//! `[log]`: what is told, and how.

use serde::Deserialize;
use tracing_subscriber::EnvFilter;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    pub(crate) level: String,
    pub(crate) format: LogFormat,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    Text,
    Json,
}

impl Log {
    pub(super) fn check(&self, mistakes: &mut Vec<String>) {
        if let Err(why) = self.level.parse::<EnvFilter>() {
            mistakes.push(format!("log.level: \"{}\" is no filter: {why}", self.level));
        }
    }
}
