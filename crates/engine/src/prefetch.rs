//! Calendars of users who are asked about are pulled before they are too old for the next question.
//!
//! A question notes its calendars in this process's memory, which writes nothing; every [`ROUND`] those that are soon
//! too old are enqueued together, in the lane of freshness, as far as the budget is far from full. A pull that was
//! enqueued by several processes is one.

mod asked;
mod round;

use std::time::Duration;

use tokio_util::sync::CancellationToken;

pub(crate) use asked::{Asked, Question};
pub use round::round;

use crate::{Engine, load};

/// From one round to the next.
pub const ROUND: Duration = Duration::from_secs(15);

/// Prefetches until told to stop; every process that answers questions does it for itself.
pub async fn run(engine: Engine, stop: CancellationToken) {
    while !stop.is_cancelled() {
        load::keep(&engine).await;
        match round(&engine).await {
            Ok(0) => {}
            Ok(count) => tracing::debug!(count, "calendars are pulled ahead"),
            Err(error) => tracing::warn!(%error, "no calendars are pulled ahead"),
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(ROUND) => {}
        }
    }
}
