//! Runs due tasks to the end, for tests and for commands that do one thing and stop.

use kalends_store::StoreError;

use super::work;
use crate::Engine;

pub(super) async fn drain(engine: &Engine) -> Result<usize, StoreError> {
    let mut ran = 0;
    loop {
        let claimed = work::claim(engine, 1).await?;
        if claimed.is_empty() {
            return Ok(ran);
        }
        for task in claimed {
            work::work(engine, task).await;
            ran += 1;
        }
    }
}
