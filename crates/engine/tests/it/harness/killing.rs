//! Kills a process wherever its tasks wait, and lets another one go on.
//!
//! A task is a future that waits at every statement and at every call. [`Stage::kill_at_every_wait`] runs what is due, drops
//! it at the first wait, at the second, and so on until it comes to its end, as `kill -9` would: the claims stay, statements
//! under way may or may not have been committed, calls may have arrived. After each death the leases end, what is due
//! runs, and all must be as if nothing had happened.
//!
//! To cover a kind of task: a test that says what makes one owed and what must be true at its end.

use std::{
    pin::pin,
    task::{Context, Poll},
};

use jiff::SignedDuration;
use kalends_core::time::TenantId;
use kalends_engine::{Engine, changes, runner::Runner};
use kalends_store::Store;
use kalends_testkit::ManualClock;

use super::{Simulated, World};

/// Longer than any lease of a task.
const LEASE_ENDED: SignedDuration = SignedDuration::from_secs(61);
/// More waits than any round has: a round that never ends is a failure.
const MOST_WAITS: usize = 2_000;
/// How often is looked whether the rows of the dead are free.
const MOST_LOOKS: usize = 10_000;

/// Deaths that a task must at least offer. A statement whose answer is there at once is no wait, so that a quick database
/// offers fewer.
pub(crate) const FEWEST: usize = 1;

/// What a death needs to happen.
pub(crate) struct Stage<'a> {
    engine: &'a Engine,
    store: &'a Store,
    runner: &'a Runner,
    clock: &'a ManualClock,
    tenant: TenantId,
}

impl<'a> From<&'a World> for Stage<'a> {
    fn from(world: &'a World) -> Self {
        Self {
            engine: &world.engine,
            store: &world.store,
            runner: &world.runner,
            clock: &world.clock,
            tenant: world.tenant,
        }
    }
}

impl<'a> From<&'a Simulated> for Stage<'a> {
    fn from(world: &'a Simulated) -> Self {
        Self {
            engine: &world.engine,
            store: &world.store,
            runner: &world.runner,
            clock: &world.clock,
            tenant: world.tenant,
        }
    }
}

impl Stage<'_> {
    /// In each round `owe` makes the tasks owed, again in the same way, and `whole` checks what must be true when they are
    /// done. The first round is not disturbed: what it tells in the feed is what every other one must tell, no
    /// more and no less, without a gap. Answers at how many waits the process was killed.
    pub(crate) async fn kill_at_every_wait(
        &self,
        owe: impl AsyncFn(usize),
        whole: impl AsyncFn(usize),
    ) -> usize {
        owe(0).await;
        let told = self.last_seq().await;
        self.runner.drain().await.unwrap();
        self.later().await;
        whole(0).await;
        let expect = self.told_since(told).await;
        for waits in 1..MOST_WAITS {
            owe(waits).await;
            let told = self.last_seq().await;
            let ended = killed_after(waits, Box::pin(self.runner.drain())).await.is_some();
            self.later().await;
            whole(waits).await;
            assert_eq!(
                self.told_since(told).await,
                expect,
                "told after a death at wait {waits}"
            );
            if ended {
                return waits - 1;
            }
        }
        panic!("the tasks have not come to their end after {MOST_WAITS} waits");
    }

    /// Another process goes on when the claims of the dead one have ended; twice, for what was put off once more.
    async fn later(&self) {
        for _ in 0..2 {
            self.clock.advance(LEASE_ENDED);
            self.drain_all().await;
        }
    }

    /// PostgreSQL may not have seen yet that a transaction is dead, and its rows are passed over until it has.
    async fn drain_all(&self) {
        for _ in 0..MOST_LOOKS {
            self.runner.drain().await.unwrap();
            let due = self.store.next_task_due().await.unwrap();
            if due.is_none_or(|due| due > self.engine.ambient().now()) {
                return;
            }
            tokio::task::yield_now().await;
        }
        panic!("a task is due and nobody can claim it");
    }

    async fn last_seq(&self) -> i64 {
        let feed = changes::list(self.engine, self.tenant, 0, 1).await.unwrap();
        feed.last_seq
    }

    /// The kinds of what the feed tells after a number, sorted; numbers have no gap and none comes twice.
    async fn told_since(&self, mut after: i64) -> Vec<String> {
        let mut kinds = Vec::new();
        loop {
            let feed = changes::list(self.engine, self.tenant, after, 200).await.unwrap();
            for change in &feed.changes {
                assert_eq!(change.seq, after + 1, "the feed has a gap");
                after = change.seq;
                kinds.push(change.kind.clone());
            }
            if feed.changes.is_empty() {
                assert_eq!(after, feed.last_seq);
                kinds.sort();
                return kinds;
            }
        }
    }
}

/// Drops the work when it has waited so often; `None` when it came to no end.
async fn killed_after<T>(waits: usize, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    let mut waited = 0;
    std::future::poll_fn(
        move |context: &mut Context<'_>| match work.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending => {
                waited += 1;
                if waited < waits {
                    Poll::Pending
                } else {
                    Poll::Ready(None)
                }
            }
        },
    )
    .await
}
