//! Brings tasks back that were given up a day ago.

use jiff::SignedDuration;
use kalends_store::StoreError;

use super::ago;
use crate::Engine;

/// How long a dead task rests before it is tried again.
const REST: SignedDuration = SignedDuration::from_hours(24);

pub(super) async fn sweep(engine: &Engine) -> Result<usize, StoreError> {
    let revived = engine.store().retry_tasks_dead_since(ago(engine, REST)).await?;
    Ok(usize::try_from(revived).unwrap_or(usize::MAX))
}
