//! Daily jobs: each done once a day over all processes, by the clock on the wall of the operator's zone.
//!
//! ```text
//! row: next time --its time has come--> the next one is planned and the job's task enqueued, in one transaction
//! ```
//!
//! Of several processes that see it due, the row lets one plan. Days that nobody was there for are made up for by one
//! firing. To add a job: a variant of [`Job`] with its time, and its work in [`daily`], which may run twice.

mod firing;
mod grants;
mod next;

use kalends_store::ClaimedTask;

use crate::{
    Engine, conflicts,
    runner::failure::{Class, Failure},
};

pub use firing::{fire_due, run};

/// What is done once a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Job {
    /// Plans the use of every grant within the day.
    KeepGrants,
    /// Looks at everybody's conflicts.
    LookForConflicts,
}

impl Job {
    const ALL: [Self; 2] = [Self::KeepGrants, Self::LookForConflicts];

    /// Its name in the table.
    const fn name(self) -> &'static str {
        match self {
            Self::KeepGrants => "keep_grants",
            Self::LookForConflicts => "look_for_conflicts",
        }
    }

    /// When it is done, as cron says it: minute and hour.
    const fn pattern(self) -> &'static str {
        match self {
            Self::KeepGrants => "0 3 * * *",
            Self::LookForConflicts => "30 3 * * *",
        }
    }
}

/// Task: does a job.
pub(crate) async fn daily(engine: &Engine, task: &ClaimedTask) -> Result<(), Failure> {
    match Job::ALL.into_iter().find(|job| job.name() == task.key) {
        Some(Job::KeepGrants) => Ok(grants::keep(engine).await?),
        Some(Job::LookForConflicts) => Ok(conflicts::look_at_all(engine).await?),
        // A newer version's job, met while versions change: it waits for a process that knows it.
        None => Err(Failure::new(Class::Transient, "unknown_job", "unknown job")),
    }
}
