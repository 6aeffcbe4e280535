//! Logs: text for people, JSON for collectors, always on standard error.

use std::io::{self, IsTerminal};

use tracing_subscriber::{EnvFilter, fmt};

use crate::config::{Log, LogFormat};

/// Libraries that write requests, headers or SQL into their debug logs: nobody may turn those on by a wide filter.
const CAPPED: &[&str] = &[
    "hyper=info",
    "hyper_util=info",
    "h2=info",
    "reqwest=info",
    "rustls=info",
    "sqlx=warn",
];

/// Installs the process's log output. The filter's text was checked with the configuration.
pub(crate) fn install(log: &Log) {
    let capped = CAPPED.iter().filter_map(|directive| directive.parse().ok());
    let filter = capped.fold(EnvFilter::new(&log.level), EnvFilter::add_directive);
    let output = fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    match log.format {
        LogFormat::Text => output.init(),
        LogFormat::Json => output.json().init(),
    }
}
