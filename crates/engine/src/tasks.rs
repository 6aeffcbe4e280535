//! Background work that was given up, as its tenant sees it, and bringing it back.

mod dead;
mod retry;

use jiff::Timestamp;
use kalends_core::time::{CalendarId, ConnectionId, TaskId};
use kalends_store::StoreError;

use crate::{
    page::BadCursor,
    runner::task::{Kind, Meaning, meaning},
};

pub use dead::dead;
pub use retry::retry;

/// A task that was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadTask {
    /// Its id.
    pub id: TaskId,
    /// What was to be done.
    pub kind: String,
    /// What it was to be done to, as the task names it.
    pub key: String,
    /// What it was to be done to.
    pub subject: Option<Subject>,
    /// Stable code of the last failure.
    pub last_error: Option<String>,
    /// Attempts that failed.
    pub attempts: u32,
    /// When it was given up.
    pub died_at: Timestamp,
}

/// What a task is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A calendar.
    Calendar(CalendarId),
    /// A connection.
    Connection(ConnectionId),
}

/// Why nothing could be done with a task.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// The tenant has no such task; one that was done is gone.
    #[error("no such task")]
    NotFound,
    /// It waits or runs already.
    #[error("the task has not been given up: it waits for its time or runs")]
    NotDead,
    /// The cursor is none of this list.
    #[error(transparent)]
    BadCursor(#[from] BadCursor),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Subject {
    fn of(kind: &str, key: &str) -> Option<Self> {
        match meaning(kind) {
            Meaning::Does(Kind::Pull | Kind::Recompile) => key.parse().ok().map(Self::Calendar),
            Meaning::Does(Kind::Discover | Kind::Revoke | Kind::KeepAlive) => {
                key.parse().ok().map(Self::Connection)
            }
            _ => None,
        }
    }
}

impl From<kalends_store::DeadTask> for DeadTask {
    fn from(row: kalends_store::DeadTask) -> Self {
        Self {
            id: row.id,
            subject: Subject::of(&row.kind, &row.key),
            kind: row.kind,
            key: row.key,
            last_error: row.last_error,
            attempts: row.attempts,
            died_at: row.died_at,
        }
    }
}
