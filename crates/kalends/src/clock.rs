//! One clock for all replicas: that of the database.
//!
//! Clocks of machines may differ by minutes. What one replica writes (until when a lease holds, when a task is due, as of
//! when a calendar is known) another one reads; a lease that has ended for one of them alone is work done twice, and a
//! refresh token used twice ends the grant where the provider takes that for theft (RFC 9700 section 4.14.2).

use std::{sync::Arc, time::Duration};

use jiff::SignedDuration;
use kalends_store::{Store, StoreError};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::system::SystemClock;

/// From one comparison to the next.
const EVERY: Duration = Duration::from_secs(30);
/// What the clocks may differ by. Less is the noise of the question, for which time should not jump.
const TOLERATED: SignedDuration = SignedDuration::from_millis(500);

/// Sets the process's clock by the database's.
pub(crate) async fn set(clock: &SystemClock, store: &Store) -> Result<(), StoreError> {
    let ahead = store.clock_ahead().await?;
    if ahead.abs() > TOLERATED {
        let ahead_ms = i64::try_from(ahead.as_millis()).unwrap_or(i64::MAX);
        tracing::warn!(ahead_ms, "the database's clock differs; this process goes by it");
        clock.set_by(ahead);
    }
    Ok(())
}

/// Keeps it right until told to stop. While the database is away it goes on as it was set last.
pub(crate) async fn keep(clock: Arc<SystemClock>, store: Store, stop: CancellationToken) {
    while stop.run_until_cancelled(sleep(EVERY)).await.is_some() {
        if let Err(error) = set(&clock, &store).await {
            tracing::debug!(%error, "the database did not say what time it is");
        }
    }
}
