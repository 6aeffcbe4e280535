//! Links that are owed something.

use kalends_store::{NewTask, OwedLink, TaskLane};

use crate::{Engine, runner::task};

/// From so many on nobody waits for each of them.
const MANY: usize = 20;

/// The tasks that push them.
pub(crate) fn pushes(engine: &Engine, owed: &[OwedLink]) -> Vec<NewTask> {
    let lane = if owed.len() > MANY {
        TaskLane::Backfill
    } else {
        TaskLane::Push
    };
    let now = engine.ambient().now();
    let push = |owed: &OwedLink| task::push_link(owed.connection, owed.link, lane, now);
    owed.iter().map(push).collect()
}
