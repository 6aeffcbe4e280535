//! Which handler does what kind of task.

use futures::{FutureExt, future::BoxFuture};
use kalends_store::ClaimedTask;

use super::{
    failure::{Class, Failure},
    sweep,
    task::Kind,
};
use crate::{Engine, calendars, connections, pull, schedules};

/// Runs the handler of a task.
pub(super) fn run<'a>(engine: &'a Engine, task: &'a ClaimedTask) -> BoxFuture<'a, Result<(), Failure>> {
    match Kind::parse(&task.kind) {
        Some(Kind::Pull) => pull::pull(engine, task).boxed(),
        Some(Kind::Recompile) => pull::recompile(engine, task).boxed(),
        Some(Kind::Discover) => calendars::discover(engine, task).boxed(),
        Some(Kind::Revoke) => connections::revoke(engine, task).boxed(),
        Some(Kind::Sweep) => sweep::one(engine, task).boxed(),
        Some(Kind::Daily) => schedules::daily(engine, task).boxed(),
        Some(Kind::KeepAlive) => connections::keep_alive(engine, task).boxed(),
        // A newer version's task, met while versions change: it waits for a process that knows it.
        None => futures::future::err(Failure::new(
            Class::Transient,
            "unknown_task_kind",
            "unknown kind",
        ))
        .boxed(),
    }
}
