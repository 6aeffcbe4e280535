//! Fires jobs when their time has come.

use std::time::Duration;

use kalends_store::StoreError;
use tokio_util::sync::CancellationToken;

use super::{Job, next::next};
use crate::{Engine, runner::task};

/// How often rows are looked at: as late as that a job may begin.
const LOOK: Duration = Duration::from_mins(1);

/// Fires what becomes due until told to stop.
pub async fn run(engine: Engine, stop: CancellationToken) {
    loop {
        if let Err(error) = fire_due(&engine).await {
            tracing::warn!(%error, "daily jobs could not be looked at");
        }
        let looked = stop.run_until_cancelled(tokio::time::sleep(LOOK)).await;
        if looked.is_none() {
            return;
        }
    }
}

/// Fires every job whose time has come and plans those that have never been planned; answers how many this process fired.
pub async fn fire_due(engine: &Engine) -> Result<usize, StoreError> {
    let store = engine.store();
    let mut fired = 0;
    for job in Job::ALL {
        let now = engine.ambient().now();
        let following = next(job.pattern(), &engine.settings().zone, now);
        match store.next_firing(job.name()).await? {
            None => store.plan_firing(job.name(), following).await?,
            Some(due) if due <= now => {
                let task = task::daily(job.name(), now);
                if store.fire(job.name(), due, following, task).await? {
                    tracing::info!(job = job.name(), next = %following, "a daily job begins");
                    fired += 1;
                }
            }
            Some(_) => {}
        }
    }
    Ok(fired)
}
