//! Background work, one row a task.
//!
//! A task is named by kind and key. Enqueueing a name again never makes a second row: a waiting task only moves
//! earlier, a running one runs once more afterwards, a dead one comes back to life.
//!
//! The rows say when work is due and who has it; what a failure means is decided by the runner. A task whose time has
//! come is `queued`: claims look only at these, group by group. Others stand in the order of time until a claim lets
//! them join the queue.

mod check;
mod claim;
mod enqueue;
mod extend;
mod inherit;
mod look;
mod promote;
mod settle;
mod settle_all;
mod turns;
mod wake;

use std::time::Duration;

use jiff::Timestamp;
use kalends_core::time::{TaskId, TenantId};
use secrecy::SecretString;

pub(crate) use self::{
    check::check_claim,
    enqueue::{SealedTask, in_order, upsert_all},
};
pub use self::{
    claim::Claim,
    look::{Dead, DeadTask, TaskCount},
    settle::{FailureCounts, TaskFailure},
    settle_all::{Ending, TaskEnd},
    turns::Turns,
};
use crate::db::words;

/// How urgent a task is; lower lanes are served first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TaskLane {
    /// Somebody is waiting.
    Interactive,
    /// A provider told of a change.
    Push,
    /// Keeps what is known fresh.
    Freshness,
    /// Can wait.
    Backfill,
}

/// Where a task is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TaskState {
    /// It runs when its time has come.
    Waiting,
    /// A worker has it.
    Running,
    /// It failed too often; it comes back when it is enqueued again.
    Dead,
}

/// A task to be enqueued.
#[derive(Clone, Debug)]
pub struct NewTask {
    /// What is to be done, such as `pull`.
    pub kind: &'static str,
    /// What it is to be done to; unique for the kind.
    pub key: String,
    /// How urgent it is.
    pub lane: TaskLane,
    /// What it shares its turns with, such as the connection's id: many due tasks of one group do not keep other
    /// groups waiting.
    pub group: String,
    /// Not before this instant.
    pub run_at: Timestamp,
    /// What the handler needs to know beyond the key.
    pub payload: serde_json::Value,
    /// What must not be readable in the table; sealed under the tenant's key.
    pub secret: Option<SecretString>,
}

/// Proof of having claimed a task; worthless once the task has been claimed again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The task.
    pub task: TaskId,
    /// Counts the claims of the task.
    pub fence: i64,
}

/// A task that this worker has until its lease ends.
#[derive(Clone, Debug)]
pub struct ClaimedTask {
    /// The proof, for everything that follows.
    pub lease: Lease,
    /// Until when it is this worker's, unless extended.
    pub leased_until: Timestamp,
    /// Whose work it is.
    pub tenant: Option<TenantId>,
    /// What is to be done.
    pub kind: String,
    /// What it is to be done to.
    pub key: String,
    /// How urgent it is.
    pub lane: TaskLane,
    /// What it shares its turns with.
    pub group: String,
    /// What the handler needs to know.
    pub payload: serde_json::Value,
    /// What was sealed, for [`crate::Store::task_secret`].
    pub(crate) sealed: Option<Vec<u8>>,
    /// Failures so far that may pass by themselves, lost workers among them.
    pub transient_failures: u32,
    /// Failures so far by refusal.
    pub rejected_failures: u32,
}

impl TaskLane {
    /// All lanes, most urgent first.
    pub const ALL: [Self; 4] = [Self::Interactive, Self::Push, Self::Freshness, Self::Backfill];

    /// The number in the table.
    pub(crate) const fn number(self) -> i64 {
        self as i64
    }

    pub(crate) fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|lane| lane.number() == number)
    }
}

words! {
    TaskState { Waiting = "waiting", Running = "running", Dead = "dead" }
}

/// The instant a lease of that length ends.
fn lease_end(now: Timestamp, length: Duration) -> Timestamp {
    now.checked_add(length).unwrap_or(Timestamp::MAX)
}
