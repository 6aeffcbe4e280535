//! What the tests stand on.

use std::cell::Cell;

use kalends_engine::runner::Runner;

mod events;
mod killing;
mod scripted;
mod simulated;
mod world;
mod writing;

pub(crate) use events::{cancelled, lesson_at, moved, series, single};
pub(crate) use killing::{FEWEST, Stage};
pub(crate) use scripted::{Scripted, Watch};
pub(crate) use simulated::{Decision, READ, Simulated};
pub(crate) use world::{CALENDAR, World, interval, remote};
pub(crate) use writing::{At, Told, WRITE, lesson};

/// Runs tasks until `work` is done. None is dropped half-way: its claim would hold on.
pub(crate) async fn while_draining<T>(runner: &Runner, work: impl Future<Output = T>) -> T {
    let done = Cell::new(false);
    let work = async {
        let output = work.await;
        done.set(true);
        output
    };
    let draining = async {
        while !done.get() {
            runner.drain().await.unwrap();
            tokio::task::yield_now().await;
        }
    };
    futures::join!(work, draining).0
}
