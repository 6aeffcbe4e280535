//! The signals that end a process: one token says "stop", and everything drains.

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// A token that is cancelled by SIGINT or SIGTERM. A second signal ends the process at once: what it was doing is
/// repeated by the next one.
pub(crate) fn stop_on_signals() -> anyhow::Result<CancellationToken> {
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let stop = CancellationToken::new();
    let announced = stop.clone();
    tokio::spawn(async move {
        for first in [true, false] {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if first {
                tracing::info!("stopping: what is under way may finish");
                announced.cancel();
            } else {
                tracing::warn!("stopping at once: unfinished tasks run again at the next start");
                std::process::exit(130);
            }
        }
    });
    Ok(stop)
}
