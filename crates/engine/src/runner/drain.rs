//! Runs due tasks to the end, for tests and for commands that do one thing and stop.

use kalends_store::{ClaimedTask, StoreError, TaskLane, Turns};

use super::{
    floor::Wanted,
    held::{self, Held},
    settle, work,
};
use crate::Engine;

const ONE: Wanted = Wanted {
    lanes: &TaskLane::ALL,
    batch: 1,
};

pub(super) async fn drain(engine: &Engine) -> Result<usize, StoreError> {
    let (mut turns, mut ran) = (Turns::default(), 0);
    loop {
        let claimed = work::claim(engine, ONE, &mut turns).await?;
        if claimed.is_empty() {
            return Ok(ran);
        }
        for task in claimed {
            run(engine, &task).await;
            ran += 1;
        }
    }
}

async fn run(engine: &Engine, task: &ClaimedTask) {
    let held = Held::default();
    held.add(task.lease);
    let lost = held.lost(task.lease);
    let end = tokio::select! {
        end = work::work(engine, task, &lost) => end,
        () = held::keep(engine, &held) => None,
    };
    if let Some(end) = end {
        settle::write(engine, &[end]).await;
    }
}
