//! Logs: text for people, JSON for collectors, always on standard error.

use std::io;

use tracing_subscriber::{EnvFilter, fmt};

use crate::config::{Log, LogFormat};

/// Installs the process's log output. The filter's text was checked with the configuration.
pub(crate) fn install(log: &Log) {
    let filter = EnvFilter::new(&log.level);
    let output = fmt().with_env_filter(filter).with_writer(io::stderr);
    match log.format {
        LogFormat::Text => output.init(),
        LogFormat::Json => output.json().init(),
    }
}
