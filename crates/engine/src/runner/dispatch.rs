//! Which handler does what kind of task.

use futures::{FutureExt, future::BoxFuture};
use jiff::{SignedDuration, Timestamp};
use kalends_store::ClaimedTask;

use super::{
    failure::{Class, Failure},
    sweep,
    task::{Kind, Meaning, meaning},
};
use crate::{
    Engine, audit, calendars, channels, conflicts, connections, events, holds, links, pull, schedules,
};

/// How long a task of an unknown kind waits for a process that knows it.
const UNKNOWN_WAITS: SignedDuration = SignedDuration::from_mins(1);

/// Runs the handler of a task.
pub(super) fn run<'a>(engine: &'a Engine, task: &'a ClaimedTask) -> BoxFuture<'a, Result<(), Failure>> {
    match meaning(&task.kind) {
        Meaning::Does(Kind::Pull) => pull::pull(engine, task).boxed(),
        Meaning::Does(Kind::Recompile) => pull::recompile(engine, task).boxed(),
        Meaning::Does(Kind::Discover) => calendars::discover(engine, task).boxed(),
        Meaning::Does(Kind::Revoke) => connections::revoke(engine, task).boxed(),
        Meaning::Does(Kind::Watch) => channels::watch(engine, task).boxed(),
        Meaning::Does(Kind::Unwatch) => channels::unwatch(engine, task).boxed(),
        Meaning::Does(Kind::Sweep) => sweep::one(engine, task).boxed(),
        Meaning::Does(Kind::Daily) => schedules::daily(engine, task).boxed(),
        Meaning::Does(Kind::KeepAlive) => connections::keep_alive(engine, task).boxed(),
        Meaning::Does(Kind::Audit) => audit::audit(engine, task).boxed(),
        Meaning::Does(Kind::Conflicts) => conflicts::look(engine, task).boxed(),
        Meaning::Does(Kind::ExpireHold) => holds::expire(engine, task).boxed(),
        Meaning::Does(Kind::PushLink) => links::push(engine, task).boxed(),
        Meaning::Does(Kind::BulkPush) => events::bulk(engine, task).boxed(),
        Meaning::Nothing => futures::future::ok(()).boxed(),
        // A newer version's task, met while versions change: it waits for a process that knows it.
        Meaning::Unknown => futures::future::err(unknown(engine)).boxed(),
    }
}

fn unknown(engine: &Engine) -> Failure {
    let until = engine.ambient().now().checked_add(UNKNOWN_WAITS);
    let class = Class::Postponed {
        until: until.unwrap_or(Timestamp::MAX),
    };
    Failure::new(class, "unknown_task_kind", "unknown kind")
}
